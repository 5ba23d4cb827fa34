/** The replica of a desktop: the engine's port to the database that has everything else. */
import type { SyncConflict, SyncEvent, SyncLink, SyncQueue } from '../../api/sync-state';
import { type Conflict, type FiledObject, type LocalObject, OBJECT_KINDS, type PushedObject } from '../../sync/objects';
import {
  keyOf,
  type Place,
  type RemoteChanges,
  type RemoteEvent,
  type Replica,
  type Settled,
  type SpanPage,
  type SpanParcel,
  type WantedTrace,
} from '../../sync/ports';
import { arrived, equal, lost, reconcile } from '../../sync/reconcile';
import { type Told, togetherAll } from '../../sync/shared-together';
import { laterOf, nextStamp, type Stamp } from '../../sync/stamp';
import type { PayloadCodec } from '../payloads/payloads';
import { BOOL, decodeRows, INT4, INT8, oneOf, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { readLink } from './link';
import { aboutTraces, lockRows, sharedObjects, writeFields } from './object-tables';
import { SharedTraces } from './shared-traces';
import { putObjects, readObjects, readRefs, seeStamp } from './versioned-objects';

const KEPT_EVENTS = 500;
const KEPT_CONFLICTS = 500;
const PENDING = `v.stamp is distinct from v.base_stamp and (v.base_stamp is not null or not v.deleted)
  and v.stamp is distinct from v.refused_stamp`;

type ObjectMap = ReadonlyMap<string, LocalObject>;

export interface ReplicaOptions {
  readonly sql: SqlClient;
  readonly workspaceId: number;
  readonly codec: PayloadCodec;
  /** Resolves when the spans of an OTLP request are stored; those that are already are left out. */
  readonly append: (request: Uint8Array) => Promise<void>;
  readonly nowMs: () => number;
  /** 8 random hex digits. */
  readonly nonce: () => string;
}

export class StoredReplica implements Replica {
  readonly traces: SharedTraces;
  private readonly sql: SqlClient;
  private readonly workspaceId: number;

  constructor(private readonly options: ReplicaOptions) {
    this.sql = options.sql;
    this.workspaceId = options.workspaceId;
    this.traces = new SharedTraces(options.sql, options.workspaceId, options.codec);
  }

  async place(): Promise<{ readonly cursor: string | null; readonly known: string }> {
    const rows = await this.sql.query('select cursor, known from sync_link where workspace_id = $1', [
      this.workspaceId,
    ]);
    const [row] = decodeRows({ cursor: orNull(TEXT), known: TEXT }, rows);
    return row ?? { cursor: null, known: '' };
  }

  async startOver(reason: 'too-old' | 'restored'): Promise<void> {
    await this.sql.query(
      `update sync_link set cursor = null, lost = lost or $2, known = case when $2 then '' else known end where workspace_id = $1`,
      [this.workspaceId, reason === 'restored'],
    );
  }

  async apply({ objects, traces, removed, events }: RemoteChanges, place: Place | null): Promise<void> {
    await this.sql.transaction(async (tx) => {
      const link = await this.link(tx);
      await lockRows(tx, this.workspaceId, objects);
      const locals = await this.locals(tx, objects);
      await this.keep(tx, locals, async (stampAfter) =>
        objects.map((remote) => reconcile(locals.get(keyOf(remote)), remote, stampAfter)),
      );
      for (const { stamp } of objects.slice(-1)) await seeStamp(tx, this.workspaceId, latest(objects, stamp));
      await this.traces.removed(tx, removed);
      await this.traces.hearOf(tx, traces, link.clientId, link.follow);
      await this.keepEvents(tx, events);
      if (place) await this.moveTo(tx, place);
    });
  }

  async finishSnapshot(seen: ReadonlySet<string>, place: Place): Promise<void> {
    await this.sql.transaction(async (tx) => {
      const known = await readObjects(tx, this.workspaceId, 'v.base_stamp is not null');
      await putObjects(tx, this.workspaceId, known.filter((object) => !seen.has(keyOf(object))).map(lostObject));
      const rows = await tx.query('select lost from sync_link where workspace_id = $1', [this.workspaceId]);
      if (decodeRows({ lost: BOOL }, rows)[0]?.lost) await this.traces.pushAnew(tx);
      await tx.query('update sync_link set lost = false where workspace_id = $1', [this.workspaceId]);
      await this.moveTo(tx, place);
    });
  }

  async pendingObjects(limit: number): Promise<readonly PushedObject[]> {
    const condition = await this.pendingSql(this.sql);
    // Oldest first: what answers a comment comes behind it.
    const pending = await readObjects(this.sql, this.workspaceId, `${condition} order by v.stamp limit ${limit}`);
    return pending.map(({ kind, id, stamp, fields, baseStamp }) => ({ kind, id, stamp, fields, base: baseStamp }));
  }

  async settle(settled: readonly Settled[], position: string): Promise<void> {
    await this.sql.transaction(async (tx) => {
      const refs = settled.map(({ pushed }) => pushed);
      await lockRows(tx, this.workspaceId, refs);
      const locals = await this.locals(tx, refs);
      await this.keep(tx, locals, async (stampAfter) => {
        const kept: ReturnType<typeof reconcile>[] = [];
        for (const { pushed, result } of settled) {
          const local = locals.get(keyOf(pushed));
          if (!local) continue;
          if (result.state === 'refused') await this.refuse(tx, pushed, result.message);
          else if (!result.current) kept.push({ next: lost(local), conflicts: [] });
          else {
            await seeStamp(tx, this.workspaceId, result.current.stamp);
            const known = result.state === 'applied' ? arrived(local, pushed) : local;
            kept.push(reconcile(known, result.current, stampAfter));
          }
        }
        return kept;
      });
      await this.know(tx, position);
    });
  }

  async notice(): Promise<boolean> {
    const link = await this.link(this.sql);
    return this.traces.notice(link.projectId === null ? [] : link.rules);
  }

  async nextSpans(): Promise<SpanParcel | null> {
    // They wait until they have somewhere to go, and may.
    const { projectId, permissions } = await this.link(this.sql);
    return projectId === null || !permissions.includes('traces:share') ? null : this.traces.next();
  }

  async spansArrived(parcel: SpanParcel, position: string | null): Promise<void> {
    await this.traces.arrived(parcel);
    if (position !== null) await this.know(this.sql, position);
  }

  nextWanted(limit: number): Promise<readonly WantedTrace[]> {
    return this.traces.wanted(limit);
  }

  async takeSpans({ request, traces }: SpanPage, position: string): Promise<void> {
    // Not one transaction: what is stored twice is there once.
    if (request.length > 0) await this.options.append(request);
    await this.sql.transaction(async (tx) => {
      await this.traces.pulled(tx, traces);
      await this.know(tx, position);
    });
  }

  async queue(): Promise<SyncQueue> {
    const condition = await this.pendingSql(this.sql);
    const [counts] = decodeRows(
      { objects: INT4, traces: INT4, spans: INT8, wanted: INT4, conflicts: INT4 },
      await this.sql.query(
        `select (select count(*)::int4 from versioned_object v where v.workspace_id = $1 and ${condition}) as objects,
           count(*)::int4 as traces, coalesce(sum(greatest(t.span_count - s.pushed_spans, 0)), 0)::int8 as spans,
           (select count(*)::int4 from sync_trace where workspace_id = $1 and wanted) as wanted,
           (select count(*)::int4 from sync_conflict where workspace_id = $1) as conflicts
         from sync_trace s left join trace t on t.workspace_id = s.workspace_id and t.trace_id = s.trace_id
         where s.workspace_id = $1 and s.pending`,
        [this.workspaceId],
      ),
    );
    const refused = decodeRows(
      { kind: oneOf(OBJECT_KINDS), id: TEXT, message: orNull(TEXT) },
      await this.sql.query(
        `select kind, id::text as id, refused_message as message from versioned_object
         where workspace_id = $1 and refused_stamp = stamp and stamp is distinct from base_stamp limit 100`,
        [this.workspaceId],
      ),
    );
    const { objects = 0, traces = 0, spans = 0n, wanted = 0, conflicts = 0 } = counts ?? {};
    return {
      objects,
      traces,
      spans: Number(spans),
      wanted,
      conflicts,
      refused: refused.map(({ message, ...ref }) => ({ ...ref, message: message ?? '' })),
    };
  }

  /** What people wrote about these traces, and the session. */
  async objectsAbout(traceIds: readonly string[], sessionId: string | null): Promise<FiledObject[]> {
    const about = aboutTraces('$2::uuid[]', '$3::text');
    const objects = await readObjects(this.sql, this.workspaceId, `not v.deleted and (${about})`, [
      traceIds,
      sessionId,
    ]);
    return objects.flatMap(({ kind, id, stamp, fields }) => (fields ? [{ kind, id, stamp, fields }] : []));
  }

  /** Takes what is not here, and what is newer than here. @returns how many */
  async takeObjects(objects: readonly FiledObject[]): Promise<number> {
    return this.sql.transaction(async (tx) => {
      await lockRows(tx, this.workspaceId, objects);
      const locals = await this.locals(tx, objects);
      const taken = objects.flatMap((object): LocalObject[] => {
        const local = locals.get(keyOf(object));
        if (local && local.stamp >= object.stamp) return [];
        return [{ base: null, baseStamp: null, baseRecent: [], ...local, ...object }];
      });
      await this.keep(tx, locals, async () => taken.map((next) => ({ next, conflicts: [] })));
      if (taken.length > 0) await seeStamp(tx, this.workspaceId, latest(taken, ''));
      return taken.length;
    });
  }

  /** The server is asked once more for what it refused. */
  async tryRefusedAgain(): Promise<void> {
    await this.sql.query(
      `update versioned_object set refused_stamp = null, refused_message = null
       where workspace_id = $1 and refused_stamp is not null`,
      [this.workspaceId],
    );
  }

  /** Newest first. */
  async conflicts(): Promise<SyncConflict[]> {
    const rows = await this.sql.query(
      `select id, kind, object_id, conflict, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
       from sync_conflict where workspace_id = $1 order by id desc limit 100`,
      [this.workspaceId],
    );
    const spec = { id: INT8, kind: TEXT, object_id: TEXT, conflict: TEXT, at: TEXT };
    return decodeRows(spec, rows).map(({ id, kind, object_id: objectId, conflict, at }) => ({
      id: String(id),
      at,
      kind,
      objectId,
      ...(JSON.parse(conflict) as Pick<SyncConflict, 'field' | 'mine' | 'theirs' | 'kept'>),
    }));
  }

  /** Somebody has read it; null: all. */
  async dismissConflicts(id: string | null): Promise<void> {
    await this.sql.query('delete from sync_conflict where workspace_id = $1 and ($2::int8 is null or id = $2::int8)', [
      this.workspaceId,
      id,
    ]);
  }

  /** Newest first. */
  async events(): Promise<SyncEvent[]> {
    const rows = await this.sql.query(
      'select event from sync_event where workspace_id = $1 order by id desc limit 100',
      [this.workspaceId],
    );
    return decodeRows({ event: TEXT }, rows).map(({ event }) => JSON.parse(event) as SyncEvent);
  }

  private async pendingSql(sql: SqlStatements): Promise<string> {
    const link = await readLink(sql, this.workspaceId);
    if (!link?.permissions.includes('notes:write')) return 'false';
    // What the server has already is its business, whatever is shared now.
    const isShared = sharedObjects(link.sharesViews, link.sharesAlertRules);
    return `${PENDING} and (v.base_stamp is not null or ${isShared})`;
  }

  private async link(sql: SqlStatements): Promise<SyncLink> {
    const link = await readLink(sql, this.workspaceId);
    if (!link) throw new Error('This desktop is not connected to a team server.');
    return link;
  }

  private async locals(tx: SqlStatements, refs: readonly Pick<LocalObject, 'kind' | 'id'>[]): Promise<ObjectMap> {
    if (refs.length === 0) return new Map();
    return new Map((await readRefs(tx, this.workspaceId, refs)).map((object) => [keyOf(object), object]));
  }

  /** Writes what became of objects, and what there is to show of it. */
  private async keep(
    tx: SqlStatements,
    locals: ObjectMap,
    decide: (stampAfter: (...stamps: readonly Stamp[]) => Stamp) => Promise<readonly ReturnType<typeof reconcile>[]>,
  ): Promise<void> {
    const { nowMs, nonce } = this.options;
    const rows = await tx.query('select stamp from version_clock where workspace_id = $1', [this.workspaceId]);
    const seen = decodeRows({ stamp: TEXT }, rows)[0]?.stamp || null;
    let made: Stamp | null = null;
    const kept = await decide((...stamps) => {
      made = nextStamp(stamps.reduce<Stamp | null>(laterOf, made ?? seen), nowMs(), nonce());
      return made;
    });
    const objects = kept.map(({ next }) => next);
    // A row that is as it was stays as it is: who changes it now has seen it.
    const isNew = (object: LocalObject): boolean => {
      const local = locals.get(keyOf(object));
      return !local || !equal(local.fields, object.fields);
    };
    await writeFields(tx, this.workspaceId, objects.filter(isNew));
    await putObjects(tx, this.workspaceId, objects);
    if (made) await seeStamp(tx, this.workspaceId, made);
    await this.keepConflicts(
      tx,
      kept.flatMap(({ conflicts }) => conflicts),
    );
  }

  private async refuse(tx: SqlStatements, { kind, id, stamp }: PushedObject, message: string): Promise<void> {
    await tx.query(
      `update versioned_object set refused_stamp = $4, refused_message = $5
       where workspace_id = $1 and kind = $2 and id = $3::uuid`,
      [this.workspaceId, kind, id, stamp, message],
    );
  }

  private async keepConflicts(tx: SqlStatements, conflicts: readonly Conflict[]): Promise<void> {
    if (conflicts.length === 0) return;
    await tx.query(
      `insert into sync_conflict (workspace_id, kind, object_id, conflict)
       select $1, c.kind, c.id, c.conflict from unnest($2::text[], $3::text[], $4::text[]) as c (kind, id, conflict)`,
      [
        this.workspaceId,
        conflicts.map(({ kind }) => kind),
        conflicts.map(({ id }) => id),
        conflicts.map(({ kind: _, id: __, ...conflict }) => JSON.stringify(conflict)),
      ],
    );
    await this.keepNewest(tx, 'sync_conflict', KEPT_CONFLICTS);
  }

  private async keepEvents(tx: SqlStatements, events: readonly RemoteEvent[]): Promise<void> {
    if (events.length === 0) return;
    const [newest] = decodeRows(
      { event: TEXT },
      await tx.query('select event from sync_event where workspace_id = $1 order by id desc limit 1', [
        this.workspaceId,
      ]),
    ).map(({ event }) => toldOf(JSON.parse(event) as RemoteEvent));
    const told = togetherAll([...(newest ? [newest] : []), ...events.map(toldOf)]);
    if (newest && told[0]?.id !== newest.id) {
      await tx.query('delete from sync_event where workspace_id = $1 and event_id = $2', [this.workspaceId, newest.id]);
    }
    const lines = told.filter(({ id }) => id !== newest?.id).map(({ actor: _, ...event }): RemoteEvent => event);
    await tx.query(
      `insert into sync_event (workspace_id, event_id, event)
       select $1, e.id, e.event from unnest($2::text[], $3::text[]) as e (id, event)
       on conflict (workspace_id, event_id) do nothing`,
      [this.workspaceId, lines.map(({ id }) => id), lines.map((event) => JSON.stringify(event))],
    );
    await this.keepNewest(tx, 'sync_event', KEPT_EVENTS);
  }

  private async keepNewest(tx: SqlStatements, table: 'sync_event' | 'sync_conflict', most: number): Promise<void> {
    await tx.query(
      `delete from ${table} where workspace_id = $1 and id < (
         select id from ${table} where workspace_id = $1 order by id desc offset ${most} limit 1)`,
      [this.workspaceId],
    );
  }

  private async moveTo(tx: SqlStatements, { cursor, known }: Place): Promise<void> {
    await tx.query('update sync_link set cursor = $2, known = $3 where workspace_id = $1', [
      this.workspaceId,
      cursor,
      known,
    ]);
  }

  private async know(tx: SqlStatements, position: string): Promise<void> {
    await tx.query('update sync_link set known = $2 where workspace_id = $1', [this.workspaceId, position]);
  }
}

function latest(objects: readonly { readonly stamp: Stamp }[], first: Stamp): Stamp {
  return objects.reduce((last, { stamp }) => (stamp > last ? stamp : last), first);
}

function lostObject(object: LocalObject & { readonly recent?: readonly Stamp[] }) {
  return { ...lost(object), recent: object.recent ?? [object.stamp] };
}

function toldOf(event: RemoteEvent): RemoteEvent & Told {
  return { ...event, actor: event.actorName };
}
