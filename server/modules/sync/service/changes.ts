/** What happened in a workspace since a replica looked, and all there is for one that looks first. */

import { decodeRows, INT4, INT8, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient, SqlStatements } from '../../../../core/store/sql/sql-client';
import { asRemote, readObjects, readRefs } from '../../../../core/store/sync/versioned-objects';
import { OBJECT_KINDS, type ObjectKind, type ObjectRef } from '../../../../core/sync/objects';
import {
  type ChangesPage,
  keyOf,
  OtherHistory,
  type RemoteEvent,
  type SharedTrace,
  type SnapshotPage,
} from '../../../../core/sync/ports';
import { timeSql } from '../../../adapters/time-sql';
import { INGESTED } from '../../../events/event';
import { isWhole, placeOf, positionOf } from '../repo/history';

const SNAPSHOT_OBJECTS = 500;
const SNAPSHOT_TRACES = 1_000;
const SHARED = 'trace.shared.v1';
const TOLD_TRACES = 20;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const EVENT = { seq: INT8, id: TEXT, type: TEXT, time: TEXT, actor: TEXT, payload: TEXT };
const ACCOUNT = /^account:([0-9a-f-]{36})$/;

export type NamesOf = (accountIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** @param namesOf accounts @throws OtherHistory */
export async function changesSince(
  sql: SqlClient,
  workspaceId: number,
  known: string,
  cursor: string,
  limit: number,
  namesOf: NamesOf,
): Promise<ChangesPage> {
  const { events: told, ...page } = await sql.transaction(async (tx) => {
    const after = await placeOf(tx, workspaceId, cursor);
    await placeOf(tx, workspaceId, known);
    if (after === 0n && !(await isWhole(tx, workspaceId))) throw new OtherHistory('too-old');
    // What is read is not older than this, and not younger than the position below.
    const newest = await positionOf(tx, workspaceId);
    const rows = decodeRows(
      EVENT,
      await tx.query(
        `select e.seq, e.id::text as id, e.type, e.actor, ${timeSql('e.at')} as time, e.payload::text as payload from event e
         where e.workspace_id = $1 and e.seq > $2 and e.type <> '${INGESTED}' order by e.seq limit $3`,
        [workspaceId, after, limit],
      ),
    );
    const events = rows.map(({ seq: _, payload, ...event }) => {
      return { ...event, payload: JSON.parse(payload) as RemoteEvent['payload'] };
    });
    const last = rows.at(-1);
    const hasMore = rows.length === limit;
    const objects = (await readRefs(tx, workspaceId, refsOf(events))).map(asRemote);
    const traces = await sharedTraces(tx, workspaceId, 't.trace_id = any($2::uuid[])', [tracesOf(events)]);
    return {
      events: events.map(shortened),
      objects,
      traces,
      removed: await stillDeleted(tx, workspaceId, deletedIn(events)),
      cursor: hasMore && last ? `${last.seq}.${last.id}` : newest,
      position: await positionOf(tx, workspaceId),
      hasMore,
    };
  });
  // After the transaction: who holds one connection does not wait for a second.
  const idOf = (actor: string): string => ACCOUNT.exec(actor)?.[1] ?? '';
  const ids = [...new Set(told.map(({ actor }) => idOf(actor)))].filter((id) => id !== '');
  const names = ids.length === 0 ? new Map<string, string>() : await namesOf(ids);
  return {
    ...page,
    events: told.map(({ actor, ...event }) => ({ ...event, actorName: names.get(idOf(actor)) ?? null })),
  };
}

/** @param next of the page before @throws OtherHistory */
export async function snapshotFrom(
  sql: SqlClient,
  workspaceId: number,
  known: string,
  next: string | null,
): Promise<SnapshotPage> {
  return sql.transaction(async (tx) => {
    await placeOf(tx, workspaceId, known);
    const cursor = await positionOf(tx, workspaceId);
    const [what = 'object', kind = '', id = FIRST_ID] = (next ?? '').split(' ').filter((part) => part !== '');
    if (what === 'trace') {
      const traces = await sharedTraces(
        tx,
        workspaceId,
        `t.trace_id > $2::uuid order by t.trace_id limit ${SNAPSHOT_TRACES}`,
        [kind],
      );
      const last = traces.length === SNAPSHOT_TRACES ? traces.at(-1) : undefined;
      const position = await positionOf(tx, workspaceId);
      return { objects: [], traces, cursor, position, next: last ? `trace ${last.traceId}` : null };
    }
    const stored = await readObjects(
      tx,
      workspaceId,
      `(v.kind, v.id) > ($2, $3::uuid) order by v.kind, v.id limit ${SNAPSHOT_OBJECTS}`,
      [kind, id],
    );
    const last = stored.length === SNAPSHOT_OBJECTS ? stored.at(-1) : undefined;
    return {
      objects: stored.map(asRemote),
      traces: [],
      cursor,
      position: await positionOf(tx, workspaceId),
      next: last ? `object ${keyOf(last)}` : `trace ${FIRST_ID}`,
    };
  });
}

/** @param condition over `t`, of `shared_trace` */
async function sharedTraces(
  tx: SqlStatements,
  workspaceId: number,
  condition: string,
  parameters: readonly (string | readonly string[])[],
): Promise<SharedTrace[]> {
  const rows = await tx.query(
    `select replace(t.trace_id::text, '-', '') as trace_id, t.project_id::text as project_id, t.client, t.shared_by_name,
       r.span_count
     from (select * from shared_trace t where t.workspace_id = $1 and ${condition}) t,
       lateral (select span_count from trace where workspace_id = $1 and trace_id = t.trace_id and deleted_at is null limit 1) r`,
    [workspaceId, ...parameters],
  );
  const spec = {
    trace_id: TEXT,
    project_id: TEXT,
    client: orNull(TEXT),
    shared_by_name: orNull(TEXT),
    span_count: INT4,
  };
  return decodeRows(spec, rows).map((row) => ({
    traceId: row.trace_id,
    projectId: row.project_id,
    client: row.client,
    sharedBy: row.shared_by_name,
    spanCount: row.span_count,
  }));
}

/** What was shared by hundreds is told of by some. */
function shortened<T extends Pick<RemoteEvent, 'type' | 'payload'>>(event: T): T {
  const { traceIds } = event.payload;
  if (event.type !== SHARED || !Array.isArray(traceIds)) return event;
  return { ...event, payload: { traceIds: traceIds.slice(0, TOLD_TRACES), count: traceIds.length } };
}

function deletedIn(events: readonly Pick<RemoteEvent, 'type' | 'payload'>[]): string[] {
  return events.flatMap(({ type, payload }) => (type === 'trace.deleted.v1' ? String(payload.traceId) : []));
}

/** Those that nobody has brought back since. */
async function stillDeleted(tx: SqlStatements, workspaceId: number, traceIds: readonly string[]): Promise<string[]> {
  if (traceIds.length === 0) return [];
  const rows = await tx.query(
    `select replace(trace_id::text, '-', '') as id from trace
     where workspace_id = $1 and trace_id = any($2::uuid[]) and deleted_at is not null`,
    [workspaceId, traceIds],
  );
  return decodeRows({ id: TEXT }, rows).map(({ id }) => id);
}

function refsOf(events: readonly Pick<RemoteEvent, 'type' | 'payload'>[]): ObjectRef[] {
  const refs = new Map<string, ObjectRef>();
  for (const { type, payload } of events) {
    const kind = OBJECT_KINDS.find((one): one is ObjectKind => type.startsWith(`${one}.`));
    if (!kind || typeof payload.id !== 'string') continue;
    refs.set(keyOf({ kind, id: payload.id }), { kind, id: payload.id });
  }
  return [...refs.values()];
}

function tracesOf(events: readonly Pick<RemoteEvent, 'type' | 'payload'>[]): string[] {
  const ids = new Set<string>();
  for (const { type, payload } of events) {
    if (type === SHARED) for (const id of (payload.traceIds ?? []) as readonly string[]) ids.add(id);
    if (type === 'trace.restored.v1') ids.add(String(payload.traceId));
  }
  return [...ids];
}
