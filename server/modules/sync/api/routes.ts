import {
  SYNC_CHANGES,
  SYNC_CHANGES_QUERY,
  SYNC_HELLO,
  SYNC_OBJECTS,
  SYNC_PUSHED,
  SYNC_READ,
  SYNC_SNAPSHOT,
  SYNC_SNAPSHOT_QUERY,
  SYNC_SPANS,
  SYNC_SPANS_QUERY,
  SYNC_WANTED,
  SYNC_WITHDRAW,
  SYNC_WITHDRAWN,
} from '../../../../core/api/sync';
import { SpoorError } from '../../../../core/model/errors';
import { actorOf } from '../../../http/actor';
import type { AppRoute } from '../../../http/route';
import { route } from '../../../http/route';
import { knownTo } from '../service/known-to';
import type { LiveChanges } from '../service/live';
import { checkProtocol, type Sync } from '../service/sync';

const MAX_SPANS_BYTES = 16 * 1024 * 1024;
const LIVE_MS = 15 * 60_000;

export interface SyncServices {
  readonly sync: Sync;
  readonly live: LiveChanges;
}

export function syncRoutes({ sync, live }: SyncServices): AppRoute[] {
  return [
    // Whoever asks is told which versions there are, whatever it speaks.
    route('get', '/v1/sync', { access: 'telemetry:read', answers: SYNC_HELLO }, async ({ who }) => sync.hello(who)),
    route(
      'get',
      '/v1/sync/changes',
      { access: 'telemetry:read', query: SYNC_CHANGES_QUERY, answers: SYNC_CHANGES },
      async (call) => {
        const version = checkProtocol(call.headers);
        const { known, cursor, limit } = call.query;
        return knownTo(version, await sync.changes(call.who, known, cursor, limit));
      },
    ),
    route(
      'get',
      '/v1/sync/snapshot',
      { access: 'telemetry:read', query: SYNC_SNAPSHOT_QUERY, answers: SYNC_SNAPSHOT },
      async (call) => {
        const version = checkProtocol(call.headers);
        return knownTo(version, await sync.snapshot(call.who, call.query.known, call.query.next ?? null));
      },
    ),
    route(
      'post',
      '/v1/sync/objects',
      { access: 'notes:write', body: SYNC_OBJECTS, answers: SYNC_PUSHED },
      async (call) => {
        const version = checkProtocol(call.headers);
        const { known, objects } = call.body;
        const { answer: results, position } = await sync.pushObjects(call.who, known, objects, version);
        return { results, position };
      },
    ),
    route(
      'post',
      '/v1/sync/spans',
      { access: 'traces:share', query: SYNC_SPANS_QUERY, maxBytes: MAX_SPANS_BYTES, answers: SYNC_SPANS },
      async (call) => {
        checkProtocol(call.headers);
        const { answer, position } = await sync.pushSpans(call.who, call.query, call.bytes, actorOf(call));
        return { rejected: answer.rejected, position };
      },
    ),
    route(
      'post',
      '/v1/sync/actions/withdraw',
      { access: 'traces:share', body: SYNC_WITHDRAW, answers: SYNC_WITHDRAWN },
      async (call) => {
        return { traces: await sync.withdraw(call.who, call.body.traceIds) };
      },
    ),
    route(
      'post',
      '/v1/sync/spans/read',
      { access: 'telemetry:read', body: SYNC_WANTED, answers: SYNC_READ },
      async (call) => {
        checkProtocol(call.headers);
        const { answer, position } = await sync.spans(call.who, call.body.known, call.body.traces);
        return { request: Buffer.from(answer.request).toString('base64'), traces: answer.traces, position };
      },
    ),
    {
      method: 'get',
      path: '/v1/sync/live',
      access: 'telemetry:read',
      own: { query: null, produces: 'text/event-stream' },
      async mounted({ workspace, id }, request) {
        checkProtocol(request.headers);
        // About as long as a token is good; who was removed meanwhile hears no more than that something happened.
        const response = live.follow(workspace.id, id, Date.now() + LIVE_MS);
        if (!response)
          throw new SpoorError(
            'RATE_LIMITED',
            'Too many follow this workspace, or you do too often; ask from time to time.',
          );
        return response;
      },
    },
  ];
}
