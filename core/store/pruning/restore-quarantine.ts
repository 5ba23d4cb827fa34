/**
 * Restores what is in quarantine. Tables become partitions again and blocks are summarised; what else says something of the spans is
 * made anew by a rebuild, which has to follow. What would be too old again is as old as if it came now.
 */
import { EdgeFinder } from '../blocks/edge-finder';
import { firstBlockOf } from '../blocks/span-partitions';
import type { WriterState } from '../ingest/writer-state';
import { BOOL, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import type { Change } from './prune-spans';
import { forgetQuarantined, type Quarantined, quarantined, quarantinedName, takeOutDeleted } from './quarantine';
import { rewritePayloads } from './rewrite-payloads';
import { tablesOf } from './size-limit';

const COUNTERS = { logs: 'log_count', metrics: 'metric_point_count' } as const;

/** The time that is trusted, and how old records get; infinite: they are kept for ever. */
export interface Ages {
  readonly now: () => number;
  readonly ageMs: number;
}

interface Restored {
  readonly block: number;
  /** Whether spans are missing that it had. */
  readonly lacks: boolean;
}

/** @returns whether spans came back, of which no trace is known before a rebuild */
export async function restoreQuarantine(change: Change, ages: Ages): Promise<boolean> {
  const all = await change(async (tx, { workspaceId }) => {
    await takeOutDeleted(tx, workspaceId);
    return quarantined(tx, workspaceId);
  });
  for (const one of all) {
    const blocks = await change((tx, state) => restoreOne(tx, state, one, ages));
    const edges = new EdgeFinder();
    for (const { block, lacks } of blocks) {
      await change(async (tx, state) => {
        if (lacks) await rewritePayloads(tx, state, block, await payloadsOf(tx, state.workspaceId, block));
        await state.blocks.rebuild(tx, block, edges);
      });
    }
  }
  return all.some(({ signal }) => signal === 'spans');
}

/** @returns blocks, which have no summary yet */
async function restoreOne(tx: SqlClient, state: WriterState, one: Quarantined, ages: Ages): Promise<Restored[]> {
  // Its day may have ended meanwhile.
  const known = await tx.query('select 1 as found from quarantine where workspace_id = $1 and id = $2', [
    state.workspaceId,
    one.id,
  ]);
  if (known.length === 0) return [];
  const now = ages.now();
  const times = [now, Math.max(0, now - ages.ageMs)] as const;
  const blocks = one.signal === 'spans' ? await restoreSpans(tx, state, one, times) : [];
  if (one.signal !== 'spans') await restoreRecords(tx, state, one, one.signal, times);
  await forgetQuarantined(tx, state.workspaceId, one.id);
  return blocks;
}

/** SQL of when the last record came; parameters 3 and 4 are now, and before when records are too old. */
const LAST_AT = `case when q.last_at >= to_timestamp($4::float8 / 1000) then q.last_at else to_timestamp($3::float8 / 1000) end`;

type Times = readonly [now: number, oldest: number];

async function restoreRecords(
  tx: SqlClient,
  { workspaceId }: WriterState,
  one: Quarantined,
  signal: 'logs' | 'metrics',
  times: Times,
): Promise<void> {
  await putBack(tx, one, one.partition, one.partition + 1);
  await tx.query(
    `insert into record_partition (workspace_id, signal, id, records, opened_at, last_at)
     select q.workspace_id, q.signal, q.partition_id, q.records, q.opened_at, ${LAST_AT} from quarantine q
     where q.workspace_id = $1 and q.id = $2`,
    [workspaceId, one.id, ...times],
  );
  if (signal === 'logs') {
    await tx.query(
      `insert into log_block (workspace_id, partition_id, first_ns, last_ns, records)
       select workspace_id, ${one.partition}, min(time_ns), max(time_ns), least(count(*), 2147483647)
       from log_record_${one.partition} where workspace_id = $1 group by workspace_id`,
      [workspaceId],
    );
  }
  const counter = COUNTERS[signal];
  await tx.query(`update workspace set ${counter} = ${counter} + $2 where id = $1`, [workspaceId, one.records]);
}

async function restoreSpans(
  tx: SqlClient,
  { workspaceId, stored }: WriterState,
  one: Quarantined,
  times: Times,
): Promise<Restored[]> {
  const { partition } = one;
  // What was sent again meanwhile is there.
  await tx.query(
    `delete from ${quarantinedName('span', partition)} q using trace t, span s
     where q.workspace_id = $1 and t.workspace_id = $1 and t.trace_id = q.trace_id
       and s.workspace_id = $1 and s.trace_id = t.trace_id and s.span_id = q.span_id`,
    [workspaceId],
  );
  await putBack(tx, one, firstBlockOf(partition), firstBlockOf(partition + 1));
  await tx.query(
    `delete from pruned_trace where workspace_id = $1 and trace_id in (
       select trace_id from span_${partition} where workspace_id = $1)`,
    [workspaceId],
  );
  // Their spans are read until they are summarised.
  await tx.query(
    `insert into span_block (workspace_id, id, opened_at, last_at, marked_at)
     select q.workspace_id, q.block_id, q.opened_at, at, at from quarantine_block q, lateral (select ${LAST_AT} as at) a
     where q.workspace_id = $1 and q.quarantine_id = $2`,
    [workspaceId, one.id, ...times],
  );
  await restoreRows(tx, workspaceId, one.id);
  // Should it end here, the next start makes the read models.
  await tx.query('update workspace set rebuild_due = true where id = $1', [workspaceId]);
  stored.rolledBack();
  const rows = await tx.query(
    `select q.block_id, q.span_count > coalesce(s.spans, 0) as lacks from quarantine_block q
     left join (select block_id, count(*) as spans from span_${partition} where workspace_id = $1 group by block_id) s using (block_id)
     where q.workspace_id = $1 and q.quarantine_id = $2 order by q.block_id`,
    [workspaceId, one.id],
  );
  return decodeRows({ block_id: INT4, lacks: BOOL }, rows).map(({ block_id, lacks }) => ({ block: block_id, lacks }));
}

/** Puts the tables back, as partitions again. */
async function putBack(tx: SqlStatements, one: Quarantined, from: number, to: number): Promise<void> {
  const { signal, partition } = one;
  for (const table of tablesOf(signal)) {
    const name = quarantinedName(table, partition);
    const [known] = await tx.query('select 1 as found where to_regclass($1) is not null', [name]);
    if (!known) continue;
    await tx.query(`alter table ${name} rename to ${table}_${partition}`);
    await tx.query(`alter table ${table} attach partition ${table}_${partition} for values from (${from}) to (${to})`);
  }
}

/** Only what they had: a column may have come since. */
async function restoreRows(tx: SqlStatements, workspaceId: number, quarantine: bigint): Promise<void> {
  // They are no news to who is told of new ones.
  await tx.query("select set_config('spoor.restoring', 'on', true)");
  const found = await tx.query(
    `select table_name, string_agg(distinct quote_ident(key), ', ') as columns, string_agg(distinct 'r.' || quote_ident(key), ', ') as of_row
     from quarantine_row, lateral jsonb_object_keys(content) as key
     where workspace_id = $1 and quarantine_id = $2 group by table_name`,
    [workspaceId, quarantine],
  );
  for (const row of decodeRows({ table_name: TEXT, columns: TEXT, of_row: TEXT }, found)) {
    const { table_name: table, columns, of_row } = row;
    await tx.query(
      `insert into ${table} (${columns}) overriding system value
       select ${of_row} from quarantine_row q, jsonb_populate_record(null::${table}, q.content) r
       where q.workspace_id = $1 and q.quarantine_id = $2 and q.table_name = $3 on conflict do nothing`,
      [workspaceId, quarantine, table],
    );
  }
  await tx.query("select set_config('spoor.restoring', '', true)");
}

async function payloadsOf(tx: SqlStatements, workspaceId: number, block: number): Promise<number[]> {
  const rows = await tx.query('select id from span_payload where workspace_id = $1 and block_id = $2', [
    workspaceId,
    block,
  ]);
  return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
}
