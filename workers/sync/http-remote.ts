/** The engine's port to the server: its HTTP API. */
import { SYNC_CHANGES, SYNC_PUSHED, SYNC_READ, SYNC_SNAPSHOT, SYNC_SPANS } from '../../core/api/sync';
import type { PushedObject, PushResult } from '../../core/sync/objects';
import type { At, ChangesPage, Remote, SnapshotPage, SpanPage, WantedTrace } from '../../core/sync/ports';
import { SyncFailure } from './failure';
import type { OutgoingSpans } from './outgoing-spans';
import { parsed } from './server-client';
import type { Session } from './session';

/** Of a request; the server takes 1 MiB. */
const MAX_OBJECT_BYTES = 700_000;

export interface RemoteOptions {
  readonly server: string;
  readonly session: Pick<Session, 'ask'>;
  readonly clientId: string;
  /** Where traces go; null: nowhere. */
  readonly projectId: string | null;
  readonly outgoing: Pick<OutgoingSpans, 'prepare'>;
  /** Spans that the server found no valid ones. */
  readonly onRejected: (count: number) => void;
}

export class HttpRemote implements Remote {
  constructor(private readonly options: RemoteOptions) {}

  async changes(known: string, cursor: string, limit: number): Promise<ChangesPage> {
    const { session, server } = this.options;
    const query = { known, cursor, limit: String(limit) };
    return parsed(SYNC_CHANGES, await session.ask({ method: 'GET', path: '/v1/sync/changes', query }), server);
  }

  async snapshot(known: string, next: string | null): Promise<SnapshotPage> {
    const { session, server } = this.options;
    const query = { known, ...(next !== null && { next }) };
    return parsed(SYNC_SNAPSHOT, await session.ask({ method: 'GET', path: '/v1/sync/snapshot', query }), server);
  }

  async pushObjects(known: string, objects: readonly PushedObject[]): Promise<At<readonly PushResult[]>> {
    const { session, server } = this.options;
    const answer = await session.ask({
      method: 'POST',
      path: '/v1/sync/objects',
      json: { known, objects: fitting(objects) },
    });
    const { results, position } = parsed(SYNC_PUSHED, answer, server);
    return { answer: results, position };
  }

  async pushSpans(known: string, request: Uint8Array): Promise<At<null>> {
    const { session, server, clientId: client, projectId, outgoing, onRejected } = this.options;
    if (projectId === null) throw new SyncFailure('forbidden', 'Choose a project that traces go to, on the sync page.');
    const bytes = await outgoing.prepare(request);
    const query = { known, project: projectId, client };
    const answer = await session.ask({ method: 'POST', path: '/v1/sync/spans', query, bytes });
    const { rejected, position } = parsed(SYNC_SPANS, answer, server);
    if (rejected > 0) onRejected(rejected);
    return { answer: null, position };
  }

  async spans(known: string, wanted: readonly WantedTrace[]): Promise<At<SpanPage>> {
    const { session, server } = this.options;
    const json = { known, traces: wanted };
    const answer = await session.ask({ method: 'POST', path: '/v1/sync/spans/read', json });
    const { request, traces, position } = parsed(SYNC_READ, answer, server);
    return { answer: { request: Uint8Array.from(Buffer.from(request, 'base64')), traces }, position };
  }
}

/** The first of them, as many as the server takes at once: the others are pending still, and come next. */
function fitting(objects: readonly PushedObject[]): readonly PushedObject[] {
  let bytes = 0;
  const end = objects.findIndex((object, i) => {
    bytes += Buffer.byteLength(JSON.stringify(object));
    return i > 0 && bytes > MAX_OBJECT_BYTES;
  });
  return end < 0 ? objects : objects.slice(0, end);
}
