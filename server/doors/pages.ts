/** What a browser opens: the renderer's files, and its WebSocket. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { Service } from '../../core/api/rpc/service';
import { errorValueOf, SpoorError } from '../../core/model/errors';
import type { SpoorApi } from '../../core/operations/operations';
import { ALL_OPERATIONS } from '../../core/operations/operations';
import { RPC_WAITS } from '../../core/operations/rpc';
import type { Log } from '../../services/log';
import type { FairShare } from '../../services/net/fair-share';
import { type Admission, serveSockets } from '../../services/net/rpc-sockets';
import { screenAddress } from '../../services/net/screen-address';
import { requestedFile, type StaticFiles } from '../../services/net/static-files';
import { actingAs } from '../adapters/acting';
import { knownError } from '../adapters/database-errors';
import { actorOf } from '../http/actor';
import { isOwnPage } from '../http/own-page';
import type { RateLimits } from '../http/rate-limits';
import type { Principal } from '../http/route';
import type { Authentication } from './authentication';

/** A page asks often: for every row that comes into sight. */
const CALLS = { points: 6_000, seconds: 60 };
/** They wait for something to happen, or for a model to answer: nobody waits for them. */
const WITHOUT_TURN: readonly string[] = [...RPC_WAITS, 'runPrompt'];
const HTML = 'text/html';
/** Tells the renderer whom it talks to. */
const TEAM = '<meta name="spoor-host" content="team" />';

export function pages(files: StaticFiles): MiddlewareHandler {
  return async (context, next) => {
    const requested = await requestedFile(files, context);
    if (!requested) {
      const screen = screenAddress(context.req.url);
      return screen === null ? next() : context.redirect(screen);
    }
    const { file, headers } = requested;
    // The build leaves pages uncompressed.
    const isPage = file.type.startsWith(HTML);
    const body = isPage ? new TextDecoder().decode(file.body).replace('<head>', `<head>${TEAM}`) : file.body;
    return context.body(body, 200, headers);
  };
}

interface SocketOptions {
  readonly authentication: Authentication;
  readonly apiOf: (principal: Principal) => SpoorApi;
  readonly limits: RateLimits;
  readonly turns: FairShare;
  readonly log: Log;
}

/** @returns what closes the sockets of all pages */
export function servePages(
  server: Server,
  { authentication, apiOf, limits, turns, log }: SocketOptions,
): () => Promise<void> {
  const calls = limits.bucket('calls', CALLS.points, CALLS.seconds);
  return serveSockets(server, async (token, request): Promise<Admission | null> => {
    const { origin, host } = request.headers;
    if (origin !== undefined && !isOwnPage(origin, host)) return null;
    const { principal, until } = await authentication.session(token);
    if (!principal.permissions.includes('telemetry:read')) return null;
    const renew = async (): Promise<Principal> => {
      await calls.take(principal.id);
      // Who is no longer a member is no longer answered, though the token is good for some minutes.
      return (await authentication.session(token)).principal;
    };
    return { api: guardedApi(renew, apiOf, turns, log), holder: principal.id, until };
  });
}

/** The contract for who asks, each method with what it needs. @param who asked anew with every call */
function guardedApi(
  who: () => Promise<Principal>,
  apiOf: SocketOptions['apiOf'],
  turns: FairShare,
  log: Log,
): Service<SpoorApi> {
  const methods = Array.from(ALL_OPERATIONS, ([name, { permission: access }]) => {
    const call = async (...parameters: unknown[]): Promise<unknown> => {
      try {
        const principal = await who();
        if (access === null) throw new SpoorError('FORBIDDEN', 'A team server does not do this.');
        if (!principal.permissions.includes(access)) {
          throw new SpoorError('FORBIDDEN', `This needs the permission ${access}.`);
        }
        const api = apiOf(principal) as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
        const answer = async (): Promise<unknown> => api[name]?.(...parameters);
        const run = WITHOUT_TURN.includes(name) ? answer : () => turns.run(principal.id, answer);
        if (access === 'telemetry:read') return await run();
        return await actingAs(actorOf({ who: principal, requestId: randomUUID() }), run);
      } catch (thrown) {
        throw sayable(thrown, name, log);
      }
    };
    return [name, call];
  });
  return Object.fromEntries(methods) as Service<SpoorApi>;
}

/** What went wrong inside is for the log: it may name tables and hosts. */
function sayable(thrown: unknown, method: string, log: Log): unknown {
  const error = knownError(thrown);
  const { code, message } = errorValueOf(error);
  if (code !== 'INTERNAL_ERROR') return error;
  const requestId = randomUUID();
  log('error', 'call failed', { requestId, method, message });
  return new SpoorError('INTERNAL_ERROR', `Something went wrong here; the server's log has it as ${requestId}.`);
}
