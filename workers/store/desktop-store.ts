/** The store with what the sync worker asks of it: the replica of what a team shares. */
import { randomBytes } from 'node:crypto';
import type { ShareTarget } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { hexFromBytes, parseTraceId, TRACE_ID_BYTES } from '../../core/model/ids';
import type { SignalBatch } from '../../core/model/signal-batch';
import type { SpanBatch } from '../../core/model/span-batch';
import { DecodeBudget } from '../../core/otlp/decode-budget';
import { type DecodedTraces, decodeTraces } from '../../core/otlp/decode-traces';
import { WireError } from '../../core/otlp/wire-reader';
import { cleanObject } from '../../core/redaction/written-objects';
import { decodeRows, INT4, TEXT } from '../../core/store/sql/row-spec';
import { forgetLink, readLink, writeLink } from '../../core/store/sync/link';
import { StoredReplica } from '../../core/store/sync/replica';
import type { Settled } from '../../core/sync/ports';
import { ChangeFeed } from '../../services/store/change-feed';
import { deflateCodec } from '../../services/store/payload-codec';
import type { OpenStore } from './open-store';
import { Store } from './store-service';

/** Of a session that is shared at once; those that come later are shared by rule. */
const MAX_TRACES = 10_000;

/** What a request of a file may become: an entry has up to 200 whole traces, 250,000 spans at most. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

export class DesktopStore extends Store implements ReplicaService {
  private stored: StoredReplica | null = null;
  private readonly writes = new ChangeFeed();
  private readonly arrivals = new ChangeFeed();

  readonly place: ReplicaService['place'] = () => this.with((replica) => replica.place());
  readonly startOver: ReplicaService['startOver'] = (reason) => this.with((replica) => replica.startOver(reason));
  readonly pendingObjects: ReplicaService['pendingObjects'] = (limit) =>
    this.with((replica) => replica.pendingObjects(limit));
  readonly notice: ReplicaService['notice'] = () => this.with((replica) => replica.notice());
  readonly nextSpans: ReplicaService['nextSpans'] = () => this.with((replica) => replica.nextSpans());
  readonly spansArrived: ReplicaService['spansArrived'] = (parcel, position) =>
    this.with((replica) => replica.spansArrived(parcel, position));
  readonly nextWanted: ReplicaService['nextWanted'] = (limit) => this.with((replica) => replica.nextWanted(limit));
  readonly takeSpans: ReplicaService['takeSpans'] = (page, position) =>
    this.with((replica) => replica.takeSpans(page, position));
  readonly finishSnapshot: ReplicaService['finishSnapshot'] = (seen, place) =>
    this.with((replica) => replica.finishSnapshot(seen, place));
  readonly apply: ReplicaService['apply'] = async (changes, place) => {
    const objects = changes.objects.map((object) => cleanObject(this.texts, object));
    const events = this.texts.clean(changes.events);
    await this.with((replica) => replica.apply({ ...changes, objects, events }, place));
    if (changes.objects.length > 0 || changes.events.length > 0) super.changed();
  };
  readonly settle: ReplicaService['settle'] = async (settled, position) => {
    await this.with((replica) => replica.settle(settled.map(this.cleanSettled), position));
    // What was pushed as it is shows nothing new.
    if (settled.some(({ result }) => result.state !== 'applied')) super.changed();
  };
  readonly syncQueue: ReplicaService['syncQueue'] = () => this.with((replica) => replica.queue());
  readonly syncConflicts: ReplicaService['syncConflicts'] = () => this.with((replica) => replica.conflicts());
  readonly dismissSyncConflict: ReplicaService['dismissSyncConflict'] = (id) =>
    this.with((replica) => replica.dismissConflicts(id));
  readonly syncEvents: ReplicaService['syncEvents'] = () => this.with((replica) => replica.events());
  readonly tryRefusedAgain: ReplicaService['tryRefusedAgain'] = () => this.with((replica) => replica.tryRefusedAgain());
  readonly traceSharing: ReplicaService['traceSharing'] = (traceId) =>
    this.with((replica) => replica.traces.sharing(idOf(traceId)));
  readonly shareTraces: ReplicaService['shareTraces'] = async (traceIds) => {
    await this.with((replica) => replica.traces.share(traceIds));
    this.changed();
  };
  readonly unshareTraces: ReplicaService['unshareTraces'] = async (traceIds) => {
    await this.with((replica) => replica.traces.unshare(traceIds));
    this.changed();
  };
  readonly spansOfTraces: ReplicaService['spansOfTraces'] = (traceIds) =>
    this.with((replica) => replica.traces.read(traceIds));
  readonly spanCount: ReplicaService['spanCount'] = (traceIds) =>
    this.with(async (_, { sql, workspaceId }) => {
      const rows = await sql.query(
        'select coalesce(sum(span_count), 0)::int4 as spans from trace where workspace_id = $1 and trace_id = any($2::uuid[])',
        [workspaceId, traceIds],
      );
      return decodeRows({ spans: INT4 }, rows)[0]?.spans ?? 0;
    });
  readonly objectsAbout: ReplicaService['objectsAbout'] = (traceIds, sessionId) =>
    this.with((replica) => replica.objectsAbout(traceIds, sessionId));
  readonly takeObjects: ReplicaService['takeObjects'] = async (objects) => {
    const taken = await this.with((replica) =>
      replica.takeObjects(objects.map((object) => cleanObject(this.texts, object))),
    );
    this.changed();
    return taken;
  };
  readonly takeRequest: ReplicaService['takeRequest'] = async (request) => {
    const { batch, rejected, rejectedReason } = this.decodedFile(request);
    if (rejected > 0) throw new SpoorError('VALIDATION_ERROR', `A span of it cannot be read: ${rejectedReason}.`);
    const traceIds = traceIdsIn(batch);
    return { traceIds, spans: (await this.append(batch)).stored };
  };
  readonly syncLink: ReplicaService['syncLink'] = () =>
    this.with((_, { sql, workspaceId }) => readLink(sql, workspaceId));
  readonly setSyncLink: ReplicaService['setSyncLink'] = (link) =>
    this.with((_, { sql, workspaceId }) => writeLink(sql, workspaceId, link));
  readonly forgetSyncLink: ReplicaService['forgetSyncLink'] = () =>
    this.with((_, { sql, workspaceId }) => sql.transaction((tx) => forgetLink(tx, workspaceId)));
  readonly followAgain: ReplicaService['followAgain'] = () =>
    this.with((replica, { sql }) => sql.transaction((tx) => replica.traces.followAgain(tx)));
  readonly tracesUnder: ReplicaService['tracesUnder'] = (rule, newest) =>
    this.with((replica) => replica.traces.under(rule, newest));
  readonly syncProjects: ReplicaService['syncProjects'] = () => this.with((replica) => replica.traces.projects());
  readonly lookAgain: ReplicaService['lookAgain'] = () =>
    this.with((replica, { sql }) => replica.traces.lookAgain(sql));

  override async append(batch: SignalBatch): Promise<{ stored: number; duplicates: number }> {
    const result = await super.append(batch);
    this.arrivals.changed();
    return result;
  }

  /** What sync itself does is none: it would rest for its own sake. */
  nextArrival(after: number): Promise<number> {
    return this.arrivals.next(after);
  }

  /** As `nextChange`, of what people write here: it is not for screens, and what comes from elsewhere does not count. */
  nextWrite(after: number): Promise<number> {
    return this.writes.next(after);
  }

  tracesOf(target: ShareTarget): Promise<readonly string[]> {
    return this.with(async (_, { sql, workspaceId }) => {
      const rows =
        target.traceId !== null
          ? await sql.query(
              `select replace(trace_id::text, '-', '') as id from trace
               where workspace_id = $1 and trace_id = $2::uuid and deleted_at is null`,
              [workspaceId, idOf(target.traceId)],
            )
          : await sql.query(
              `select replace(trace_id::text, '-', '') as id from trace
               where workspace_id = $1 and md5(session_id) = md5($2) and session_id = $2 and deleted_at is null
               order by start_ns limit ${MAX_TRACES}`,
              [workspaceId, target.sessionId ?? ''],
            );
      const ids = decodeRows({ id: TEXT }, rows).map(({ id }) => id);
      if (ids.length > 0) return ids;
      const what = target.traceId !== null ? 'trace' : 'session';
      throw new SpoorError('NOT_FOUND', `There is no such ${what} here; it may have been deleted.`);
    });
  }

  protected override changed(): void {
    super.changed();
    this.writes.changed();
  }

  private readonly cleanSettled = ({ pushed, result }: Settled): Settled => {
    if (result.state === 'refused' || result.current === null) return { pushed, result };
    return { pushed, result: { ...result, current: cleanObject(this.texts, result.current) } };
  };

  /** What comes from a server or a file may not have met our rules. */
  private decoded(request: Uint8Array, maxBytes?: number): DecodedTraces {
    const read = (bytes: Uint8Array): DecodedTraces => decodeTraces(bytes, null, new DecodeBudget(maxBytes));
    const decoded = read(request);
    return this.redactor.suspects(decoded.batch) ? read(this.redactor.redact('traces', request)) : decoded;
  }

  /** @throws SpoorError */
  private decodedFile(request: Uint8Array): DecodedTraces {
    try {
      return this.decoded(request, MAX_FILE_BYTES);
    } catch (error) {
      if (error instanceof WireError)
        throw new SpoorError('VALIDATION_ERROR', `Spans of it cannot be read: ${error.message}.`);
      throw error;
    }
  }

  private async with<T>(run: (replica: StoredReplica, open: OpenStore) => Promise<T>): Promise<T> {
    const open = await this.ready();
    this.stored ??= new StoredReplica({
      sql: open.sql,
      workspaceId: open.workspaceId,
      codec: deflateCodec,
      append: async (request) => {
        await super.append(this.decoded(request).batch);
      },
      nowMs: Date.now,
      nonce: () => randomBytes(4).toString('hex'),
    });
    return run(this.stored, open);
  }
}

function traceIdsIn({ traceId }: SpanBatch): string[] {
  const ids: string[] = [];
  for (let at = 0; at < traceId.length; at += TRACE_ID_BYTES) ids.push(hexFromBytes(traceId, at, TRACE_ID_BYTES));
  return ids;
}

function idOf(traceId: string): string {
  const id = parseTraceId(traceId);
  if (!id) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
  return id;
}
