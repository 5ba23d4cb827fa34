/** The HTTP API under /v1 (interfaces.md): the contract as resources, with a bearer token. */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { ERROR_STATUS, errorValueOf, SpoorError } from '../../core/model/errors';
import { jsonOfBody } from '../../core/model/request-text';
import { argumentsOf, type RestRequest, ROUTES, type Route } from '../../core/operations/routes';
import { RETRY_AFTER_S } from '../../core/otlp/export-response';
import type { Log } from '../log';
import { limitBody } from '../net/limit-body';
import { checkedAddress } from '../net/storable-text';
import { serveProtocols } from './compat/mount';
import { ExportTurns } from './export-turns';
import type { Gateway } from './gateway';
import { LiveTraces } from './live-traces';
import { type Handler, OWN_ROUTES, type OwnRouteContext } from './own-routes';

/** The largest is an item of a dataset, with its prompt. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const FILE_PATHS: readonly string[] = ROUTES.filter(({ takesFile }) => takesFile).map(({ path }) => path);

/** One token opens everything. */
export function bearerToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    const [scheme, given] = (context.req.header('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !given || !tokensEqual(given, token)) {
      throw new SpoorError('UNAUTHORIZED', 'Send Authorization: Bearer TOKEN; the token is printed at start.');
    }
    await next();
  };
}

/**
 * @param authorize throws for who may not ask
 * @param openApiFile describes all of this
 * @param ending aborts when the server ends, and streams with it
 * @param authorizeCompat the same as `authorize` for the protocols of other tools; where the user says so, it lets anybody in
 */
export function restApi(
  api: Gateway,
  authorize: MiddlewareHandler,
  openApiFile: string,
  log: Log,
  ending?: AbortSignal,
  inTurn: (answer: () => Promise<void>) => Promise<void> = (answer) => answer(),
  authorizeCompat: MiddlewareHandler = authorize,
): Hono {
  const app = new Hono();
  const live = new LiveTraces(api);
  const exports = new ExportTurns();

  app.use('/v1/*', authorize);
  const limited = limitBody(MAX_BODY_BYTES);
  // A file is read while it comes, in its own time.
  app.use('/v1/*', (context, next) => (FILE_PATHS.includes(context.req.path) ? next() : limited(context, next)));
  app.use('/v1/*', checkedAddress);
  app.use('/v1/*', async (context, next) => {
    if (FILE_PATHS.includes(context.req.path)) return next();
    // Whoever sends slowly keeps nobody waiting.
    if (context.req.method !== 'GET') await context.req.arrayBuffer();
    await inTurn(next);
  });
  app.use('/v1/*', async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    // Nobody will read it, and it would keep its turn.
    if (context.req.method === 'HEAD') await context.res.body?.cancel();
  });

  for (const route of ROUTES) {
    app.on(route.method, route.path.replace(/\{(\w+)\}/g, ':$1'), async (context) => {
      const answer = await answerTo(route, requestOf(context), { api, live, exports, openApiFile, ending, context });
      if (answer instanceof Response) return answer;
      return route.status === 204 ? context.body(null, 204) : context.json(answer ?? null, route.status ?? 200);
    });
  }

  app.all('/v1/*', (context) => {
    throw new SpoorError('NOT_FOUND', `There is nothing at ${context.req.method} ${context.req.path}.`);
  });

  serveProtocols(app, { source: api.compat, authorize: authorizeCompat, log, inTurn });

  app.onError((error, context) => {
    // Nobody hears it: what was under way was given up for that.
    if (context.req.raw.signal.aborted) return context.body(null);
    const { code, message, details } = errorValueOf(error);
    const requestId = randomUUID();
    if (code === 'INTERNAL_ERROR') log('error', 'request failed', { requestId, path: context.req.path, message });
    if (code === 'UNAUTHORIZED') context.header('www-authenticate', 'Bearer');
    if (code === 'SERVICE_UNAVAILABLE') context.header('retry-after', String(RETRY_AFTER_S));
    return context.json({ error: { code, message, details, requestId } }, ERROR_STATUS[code]);
  });
  return app;
}

const OWN: Readonly<Record<string, Handler>> = OWN_ROUTES;

async function answerTo({ name, operation }: Route, request: RestRequest, asked: OwnRouteContext): Promise<unknown> {
  if (operation === null) return OWN[name]?.(asked, request);
  const methods = asked.api as unknown as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;
  const answer = await methods[name]?.(...(await argumentsOf(operation, request)));
  return operation.rest?.shown ? operation.rest.shown(answer) : answer;
}

function requestOf({ req }: Context): RestRequest {
  return {
    param: (name) => req.param(name) ?? '',
    query: () => req.query(),
    body: () => jsonBody(req),
    signal: req.raw.signal,
  };
}

/** @throws SpoorError VALIDATION_ERROR for what is no object of JSON; what it holds is checked by the gateway. */
async function jsonBody<T extends object>(request: { arrayBuffer(): Promise<ArrayBuffer> }): Promise<T> {
  const body = jsonOfBody(new Uint8Array(await request.arrayBuffer()));
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as T;
  throw new SpoorError('VALIDATION_ERROR', 'The body is not a JSON object.');
}

export function tokensEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
