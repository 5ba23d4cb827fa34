/** Sessions: traces that name the same one. */
import { z } from 'zod';
import type { SessionListQuery } from '../api/session';
import { SpoorError } from '../model/errors';
import { read } from '../store/workspace/store-call';
import { named, parse, whole } from './input';
import { operation, own } from './operation';
import { cursor, DEPLOYMENT, limit, MAX_LIMIT, text } from './schemas';

const DEFAULT_TURNS = 50;
const SESSION_ID = named('sessionId', z.string().min(1).max(10_000));
/** Of the turns of a session; a page of them is found by its offset, as nothing is ever put between them for long. */
const TURNS = z.object({ limit, cursor: z.coerce.number().int().min(0).max(10_000_000).optional() });
const position = z.number().int().min(0);

export const sessions = {
  /** By their newest trace, newest first. */
  listSessions: operation({
    summary: 'Sessions: traces that name the same one, by their newest trace',
    permission: 'telemetry:read',
    input: [whole(z.object({ query: text, from: text, to: text, limit, cursor, ...DEPLOYMENT }))],
    rest: { method: 'get', path: '/v1/sessions' },
    run: read(({ sessions }, query: SessionListQuery) => sessions.list(query)),
  }),
  /** @throws NOT_FOUND when no trace names it */
  getSession: operation({
    summary: 'A session with its traces, oldest first',
    permission: 'telemetry:read',
    input: [SESSION_ID],
    rest: own({ method: 'get', path: '/v1/sessions/{sessionId}', query: TURNS, refusals: [404] }),
    run: read(({ sessions }, sessionId: string) => sessions.summary(sessionId)),
  }),
  sessionTraces: operation({
    summary: 'Traces [from, to) of a session, oldest first',
    permission: 'telemetry:read',
    input: [SESSION_ID, named('from', position), named('to', position)],
    rest: null,
    run: read(async ({ sessions, reader }, sessionId: string, from: number, to: number) => {
      if (to - from > MAX_LIMIT) {
        const message = `ask for at most ${MAX_LIMIT} traces`;
        throw new SpoorError('VALIDATION_ERROR', `The query: ${message}.`, [{ field: '', code: 'custom', message }]);
      }
      const ids = await sessions.traceIds(sessionId, from, to);
      const summaries = await reader.summaries(ids);
      return ids.flatMap((id) => summaries.get(id) ?? []);
    }),
  }),
};

/** @throws SpoorError VALIDATION_ERROR with one detail a field */
export function turnsOf(query: unknown): { readonly from: number; readonly to: number } {
  const { limit: rows = DEFAULT_TURNS, cursor: from = 0 } = parse(TURNS, query);
  return { from, to: from + rows };
}
