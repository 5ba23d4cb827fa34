/** The server's HTTP API: every route with who may ask for it, what it takes, and how often. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { parse as parseCookies } from 'hono/utils/cookie';
import { SECURITY_HEADERS } from '../../core/api/security-headers';
import type { Permission } from '../../core/api/team';
import { ERROR_STATUS, errorValueOf, RetryLater, SpoorError } from '../../core/model/errors';
import { jsonOfBody } from '../../core/model/request-text';
import type { Log } from '../../services/log';
import type { FairShare } from '../../services/net/fair-share';
import { limitBody } from '../../services/net/limit-body';
import { peerOf } from '../../services/net/peer';
import { checkedAddress, checkStorable } from '../../services/net/storable-text';
import { isDamage } from '../../services/store/damage';
import { actingAs } from '../adapters/acting';
import { isUnavailable, knownError } from '../adapters/database-errors';
import { actorOf } from '../http/actor';
import { bodyBudget } from '../http/body-budget';
import { checked } from '../http/checked';
import type { Idempotency } from '../http/idempotency';
import { type Allowance, RateLimited, type RateLimits } from '../http/rate-limits';
import {
  type Access,
  type Answer,
  type AppRoute,
  type Asked,
  type Principal,
  Redirect,
  type Route,
  WithCookies,
} from '../http/route';
import { SETUP_PAGE, SETUP_SCRIPT } from '../http/setup-page';
import { whileAllowed } from '../http/while-allowed';
import type { Tracing } from '../observe/tracing';
import type { Authentication } from './authentication';

export interface AppOptions {
  readonly routes: readonly AppRoute[];
  readonly authentication: Authentication;
  readonly idempotency: Idempotency;
  readonly log: Log;
  /** Whether `X-Forwarded-For` is believed: a proxy of ours adds to it. */
  readonly behindProxy: boolean;
  readonly limits: RateLimits;
  /** Of accounts and keys. */
  readonly turns: FairShare;
  /** Null: the server says nothing of itself. */
  readonly tracing: Tracing | null;
  /** Answers what no route is for, or leaves it. */
  readonly pages: MiddlewareHandler;
  readonly onRequest: (method: string, route: string, status: number, seconds: number) => void;
}

type Env = {
  Bindings: HttpBindings;
  Variables: { requestId: string; route: string; allowance: Allowance | undefined; traceId: string | undefined };
};

const MAX_BODY_BYTES = 1024 * 1024;
const REQUEST_ID = /^[\w-]{8,64}$/;
/** Of one address, or of one account: passwords, links and codes that are tried. */
const GUARDED = { points: 30, seconds: 60 };
/** Of one account or key; of one address, where nobody is asked who they are. */
const ASKED = { points: 1_200, seconds: 60 };
const RETRY_AFTER_S = 2;
const NO_BYTES = new Uint8Array();

export function createApp({
  routes,
  authentication,
  idempotency,
  log,
  behindProxy,
  limits,
  turns,
  tracing,
  pages,
  onRequest,
}: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  const guarded = limits.window('guarded', GUARDED.points, GUARDED.seconds);
  const asked = limits.bucket('asked', ASKED.points, ASKED.seconds);

  app.use('*', async (context, next) => {
    const given = context.req.header('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    context.set('requestId', requestId);
    context.set('route', 'none');
    const startedAt = performance.now();
    const span = tracing?.begin(context.req.method, context.req.raw.headers);
    context.set('traceId', span?.traceId);
    await (span ? span.within(next) : next());
    context.header('x-request-id', requestId);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    const allowance = context.get('allowance');
    if (allowance) {
      context.header('x-ratelimit-limit', String(allowance.limit));
      context.header('x-ratelimit-remaining', String(allowance.remaining));
      context.header('x-ratelimit-reset', String(allowance.resetSeconds));
    }
    if (context.req.path.startsWith('/v1/')) context.header('cache-control', 'no-store');
    const seconds = (performance.now() - startedAt) / 1_000;
    const [route, { status }] = [context.get('route'), context.res];
    span?.end({ route, status, requestId });
    onRequest(context.req.method, route, status, seconds);
  });
  /** Who has an IPv6 address has a network of them, so limits go by that. */
  const networkOf = ({ env, req }: Context<Env>): string =>
    peerOf(
      { remoteAddress: env.incoming.socket.remoteAddress, forwardedFor: req.header('x-forwarded-for') },
      behindProxy,
    );
  app.use('*', bodyBudget(networkOf));
  for (const route of routes) {
    if ('mounted' in route || route.maxBytes === null) continue;
    app.on(route.method.toUpperCase(), route.path, limitBody(route.maxBytes));
  }
  app.use('*', checkedAddress);
  const usual = limitBody(MAX_BODY_BYTES);
  const large = routes.flatMap((route) =>
    'mounted' in route || route.maxBytes === null ? [] : [patternOf(route.path)],
  );
  app.use('*', (context, next) => (large.some((path) => path.test(context.req.path)) ? next() : usual(context, next)));

  const ipOf = (context: Context<Env>): string => {
    const forwarded = behindProxy ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
    return forwarded || context.env.incoming.socket.remoteAddress || '';
  };
  const admit = async (context: Context<Env>, access: Access, isGuarded: boolean): Promise<Principal | null> => {
    if (access === 'public') {
      context.set('allowance', await (isGuarded ? guarded : asked).take(networkOf(context)));
      return null;
    }
    const principal = await authentication.principal(context.req.header('authorization'));
    if (isGuarded) await guarded.take(principal.id);
    context.set('allowance', await asked.take(principal.id));
    return permitted(principal, access);
  };
  const allowed = async (context: Context<Env>, access: Permission): Promise<Principal> =>
    permitted(await authentication.principal(context.req.header('authorization')), access);

  const inTurn = <T>(who: Principal | null, task: () => Promise<T>): Promise<T> =>
    who ? turns.run(who.id, task) : task();
  const answer = async (context: Context<Env>, route: AppRoute, who: Principal | null): Promise<Response> => {
    // It has a permission to be asked for, so somebody asks.
    if ('mounted' in route) {
      const response = await inTurn(who, () =>
        actingFor(context, who, () => route.mounted(who as Principal, context.req.raw)),
      );
      return whileAllowed(response, () => allowed(context, route.access));
    }
    const call = {
      ...askedOf(context, ipOf(context)),
      reachedAt: behindProxy ? null : reachedAt(context.env.incoming.socket),
      bytes: route.maxBytes === null ? NO_BYTES : new Uint8Array(await context.req.arrayBuffer()),
      who,
      params: context.req.param(),
      ...(await inputOf(context, route)),
    };
    checkStorable(call.body);
    const given = await inTurn(who, () =>
      actingFor(context, who, () => route.handle(call as unknown as Parameters<Route['handle']>[0])),
    );
    if (given instanceof Redirect) {
      for (const cookie of given.cookies) context.header('set-cookie', cookie, { append: true });
      return context.redirect(given.url, 302);
    }
    const { body, cookies = [] }: Answer = given instanceof WithCookies ? given : { body: given };
    for (const cookie of cookies) context.header('set-cookie', cookie, { append: true });
    return body === null ? context.body(null, 204) : context.json(body, route.status === 204 ? 200 : route.status);
  };

  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      context.set('route', route.path);
      const who = await admit(context, route.access, 'guarded' in route && route.guarded);
      const key = route.method === 'post' && who ? context.req.header('idempotency-key') : undefined;
      if (key === undefined || !who) return answer(context, route, who);
      const request = `${context.req.method} ${context.req.path} ${await context.req.raw.clone().text()}`;
      const isSecret = 'secret' in route && route.secret;
      const { status, body, replayed } = await idempotency.once(who, key, request, isSecret, async () => {
        const response = await answer(context, route, who);
        return { status: response.status, body: await response.text() };
      });
      if (replayed) context.header('idempotency-replayed', 'true');
      if (status === 204) return context.body(null, 204);
      return context.body(body, status as 200, { 'content-type': 'application/json' });
    });
  }

  app.get('/setup', (context) => context.html(SETUP_PAGE));
  app.get('/setup.js', (context) =>
    context.body(SETUP_SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  app.get('*', pages);
  app.notFound(() => {
    throw new SpoorError('NOT_FOUND', 'There is nothing at this address.');
  });

  app.onError((thrown, context) => {
    const error = knownError(thrown);
    const { code, message, details } = errorValueOf(error);
    const requestId = context.get('requestId');
    const isOurs = code === 'INTERNAL_ERROR';
    if (isOurs || isUnavailable(thrown) || isDamage(thrown))
      log('error', 'request failed', {
        requestId,
        traceId: context.get('traceId'),
        route: context.get('route'),
        message,
      });
    if (code === 'UNAUTHORIZED') context.header('www-authenticate', 'Bearer');
    if (code === 'SERVICE_UNAVAILABLE') context.header('retry-after', String(RETRY_AFTER_S));
    // The rest of what was sent is not read.
    if (code === 'PAYLOAD_TOO_LARGE') context.header('connection', 'close');
    if (error instanceof RetryLater) context.header('retry-after', String(error.retryAfterSeconds));
    if (error instanceof RateLimited) context.set('allowance', error.allowance);
    // What went wrong inside is for the log: it may name tables and hosts.
    const said = isOurs ? `Something went wrong here; the server's log has it as ${requestId}.` : message;
    return context.json({ error: { code, message: said, details, requestId } }, ERROR_STATUS[code]);
  });
  return app;
}

/** @throws SpoorError FORBIDDEN */
function permitted(principal: Principal, access: Exclude<Access, 'public'>): Principal {
  if (access === 'account') {
    if (principal.kind === 'account') return principal;
    throw new SpoorError('FORBIDDEN', 'Only people may do this, not API keys.');
  }
  if (principal.permissions.includes(access)) return principal;
  throw new SpoorError('FORBIDDEN', `This needs the permission ${access}.`);
}

/** What is changed by whom, the database writes down. */
function actingFor<T>(context: Context<Env>, who: Principal | null, run: () => Promise<T>): Promise<T> {
  if (!who || context.req.method === 'GET') return run();
  return actingAs(actorOf({ who, requestId: context.get('requestId') }), run);
}

function askedOf(context: Context<Env>, ip: string): Omit<Asked, 'bytes' | 'reachedAt'> {
  return {
    requestId: context.get('requestId'),
    ip,
    cookies: parseCookies(context.req.header('cookie') ?? ''),
    origin: context.req.header('origin') ?? null,
    host: context.req.header('host') ?? '',
    headers: context.req.raw.headers,
  };
}

function reachedAt({ localAddress, localPort }: Socket): string | null {
  if (localAddress === undefined) return null;
  // An IPv4 address on a port that takes both.
  const plain = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return `http://${plain.includes(':') ? `[${plain}]` : plain}:${localPort}`;
}

async function inputOf(context: Context<Env>, { body, query }: Route): Promise<{ body: unknown; query: unknown }> {
  return {
    body: body && checked(body, await jsonOf(context)),
    query: query && checked(query, context.req.query()),
  };
}

/** An empty body is an empty object: some requests have nothing to say. */
async function jsonOf(context: Context<Env>): Promise<unknown> {
  const body = new Uint8Array(await context.req.arrayBuffer());
  if (body.length === 0) return {};
  const [type] = (context.req.header('content-type') ?? '').split(';');
  // A form of another page cannot say so without being asked first.
  if (type?.trim().toLowerCase() !== 'application/json') {
    throw new SpoorError('VALIDATION_ERROR', 'Send the body as application/json.');
  }
  return jsonOfBody(body);
}

/** Of a route's template. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`);
}
