/** Serves the protocols of other tools (protocols.ts) in the application that serves our own. */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ERROR_STATUS, errorValueOf, SpoorError } from '../../../core/model/errors';
import { RETRY_AFTER_S } from '../../../core/otlp/export-response';
import type { Log } from '../../log';
import { limitBody } from '../../net/limit-body';
import { checkedAddress } from '../../net/storable-text';
import type { Answered, CompatProtocol, CompatSource } from './protocol';
import { PROTOCOLS } from './protocols';

/** Only files to be shown in another form are sent. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** What browsers say of requests of our own pages, and of addresses that the user typed. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

export interface CompatOptions {
  readonly source: CompatSource;
  /** Throws for who may not ask. */
  readonly authorize: MiddlewareHandler;
  readonly log: Log;
  readonly inTurn: (answer: () => Promise<void>) => Promise<void>;
}

export function serveProtocols(app: Hono, options: CompatOptions): void {
  for (const protocol of PROTOCOLS) app.route(protocol.prefix, protocolApp(protocol, options));
}

function protocolApp(protocol: CompatProtocol, { source, authorize, log, inTurn }: CompatOptions): Hono {
  const { prefix, routes } = protocol;
  const app = new Hono();
  app.use('*', fromOwnSite);
  app.use('*', authorize);
  app.use('*', limitBody(MAX_BODY_BYTES));
  app.use('*', checkedAddress);
  app.use('*', async (context, next) => {
    // Whoever sends slowly keeps nobody waiting.
    if (context.req.method !== 'GET') await context.req.arrayBuffer();
    await inTurn(next);
  });
  for (const { method, path, answer } of routes) {
    app.on(method.toUpperCase(), path, async (context) => {
      const { req } = context;
      const answered = await answer(source, {
        query: new URL(req.url).searchParams,
        headers: req.raw.headers,
        signal: req.raw.signal,
        nowMs: Date.now(),
        param: (name) => req.param(name) ?? '',
        body: async () => new Uint8Array(await req.arrayBuffer()),
      });
      return send(context, answered);
    });
  }
  app.all('*', ({ req }) => {
    throw new SpoorError('NOT_FOUND', `There is nothing at ${req.method} ${req.path}.`);
  });
  app.onError((error, context) => {
    if (context.req.raw.signal.aborted) return context.body(null);
    const { code, message } = errorValueOf(error);
    const isOurs = code === 'INTERNAL_ERROR';
    if (isOurs) log('error', 'request failed', { path: context.req.path, message });
    if (code === 'UNAUTHORIZED') context.header('www-authenticate', 'Bearer');
    if (code === 'SERVICE_UNAVAILABLE') context.header('retry-after', String(RETRY_AFTER_S));
    const said = isOurs ? 'Something went wrong in Spoor; its log says what.' : message;
    return send(context, protocol.refusal(ERROR_STATUS[code], said, context.req.path.slice(prefix.length)));
  });
  return app;
}

function send(context: Context, { status = 200, contentType, body, warning }: Answered): Response {
  context.header('content-type', contentType);
  context.header('cache-control', 'no-store');
  context.header('x-content-type-options', 'nosniff');
  if (warning !== undefined) context.header('warning', `199 spoor "${warning.replace(/[^\x20-\x7e]|["\\]/g, '?')}"`);
  return context.newResponse(typeof body === 'string' ? body : new Uint8Array(body), status as ContentfulStatusCode);
}

/** A page of another site can have a browser ask without saying where it is from; browsers tell all the same that it is another. */
const fromOwnSite: MiddlewareHandler = (context, next) => {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && !OWN_SITES.has(site)) {
    throw new SpoorError('FORBIDDEN', 'Only pages of this address may call Spoor.');
  }
  return next();
};
