/**
 * Makes the read models anew from the spans that are stored: words of attributes, summaries of blocks, minutes of operations, calls between services,
 * rows of traces, calls of models, missing parents, counters. In short transactions between those of the writer, while spans come.
 */

import { WORDS_VERSION } from '../../search/words';
import { inBlockOrder } from '../blocks/block-order';
import { countDeletedTrace, DELETED_MODELS } from '../blocks/deleted-counts';
import { EdgeFinder } from '../blocks/edge-finder';
import { SUPERSEDED } from '../blocks/superseded-counts';
import { indexSome, stepsToIndex } from '../dictionary/older-words';
import type { StoreWriter } from '../ingest/store-writer';
import { makeTraceRows } from '../ingest/trace-rows';
import type { WriterState } from '../ingest/writer-state';
import { BOOL, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { FactElements, type IdRange, markTold, rebuildCalls } from './rebuild-calls';

/** Ranges of trace ids, by their first two bytes at most. */
const MIN_RANGES = 16;
const MAX_RANGES = 4_096;
const SPANS_PER_RANGE = 5_000;
const MAX_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export class Rebuild {
  /** @param onProgress from 0 to 1 */
  constructor(
    private readonly writer: Pick<StoreWriter, 'change'>,
    private readonly onProgress: (progress: number) => void,
    private readonly isStopped: () => boolean,
  ) {}

  async run(): Promise<void> {
    const { blocks, spans } = await this.writer.change(async (tx, { workspaceId }) => ({
      blocks: await closedBlocks(tx, workspaceId),
      spans: await storedSpans(tx, workspaceId),
    }));
    const ranges = rangesOf(spans);
    const older = await this.writer.change((tx, { workspaceId }) => stepsToIndex(tx, workspaceId));
    let done = 0;
    const step = async (run: (tx: SqlClient, state: WriterState) => Promise<void>): Promise<void> => {
      if (this.isStopped()) return;
      await this.writer.change(run);
      this.onProgress(++done / (older + blocks.length + ranges.length + 2));
    };
    for (let i = 0; i < older; i++) await step((tx, { workspaceId }) => indexSome(tx, workspaceId));
    const edges = new EdgeFinder();
    for (const id of blocks) {
      await step(async (tx, state) => {
        // Pruned meanwhile.
        if (!(await exists(tx, state.workspaceId, id))) return;
        await state.blocks.rebuild(tx, id, edges);
        await tx.execute('update span_block set words = $3 where workspace_id = $1 and id = $2', [
          state.workspaceId,
          id,
          WORDS_VERSION,
        ]);
      });
    }
    const elements = new FactElements();
    for (const range of ranges) {
      await step(async (tx, state) => {
        await rebuildTraces(tx, state, range);
        await rebuildCalls(tx, state, range, await elements.read(tx, state.workspaceId));
      });
    }
    await step(async (tx, { workspaceId, answers }) => {
      await markTold(tx, workspaceId);
      answers.rolledBack();
    });
    await step(rebuildCounters);
  }
}

/** Whether spans say more than the read models, which an older version wrote. */
export async function isRebuildDue(sql: SqlStatements, workspaceId: number): Promise<boolean> {
  const rows = await sql.query('select rebuild_due from workspace where id = $1', [workspaceId]);
  return decodeRows({ rebuild_due: BOOL }, rows)[0]?.rebuild_due ?? false;
}

function rangesOf(spans: number): IdRange[] {
  let count = MIN_RANGES;
  while (count < MAX_RANGES && spans / count > SPANS_PER_RANGE) count *= 2;
  const idAt = (i: number): string =>
    `${Math.floor((i * 65_536) / count)
      .toString(16)
      .padStart(4, '0')}0000-0000-0000-0000-000000000000`;
  const last = (i: number): string => (i === count ? MAX_UUID : before(idAt(i)));
  return Array.from({ length: count }, (_, i) => ({ from: idAt(i), to: last(i + 1) }));
}

/** The id before one that ends in zeros after its first four digits. */
function before(id: string): string {
  const prefix = (Number.parseInt(id.slice(0, 4), 16) - 1).toString(16).padStart(4, '0');
  return prefix + MAX_UUID.slice(4);
}

async function closedBlocks(tx: SqlClient, workspaceId: number): Promise<number[]> {
  const rows = await tx.query('select id from span_block where workspace_id = $1 and closed order by id', [
    workspaceId,
  ]);
  return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
}

async function storedSpans(tx: SqlClient, workspaceId: number): Promise<number> {
  const rows = await tx.query(
    'select coalesce(sum(span_count), 0)::int4 as spans from span_block where workspace_id = $1 and closed',
    [workspaceId],
  );
  return decodeRows({ spans: INT4 }, rows)[0]?.spans ?? 0;
}

async function exists(tx: SqlClient, workspaceId: number, id: number): Promise<boolean> {
  return (
    (await tx.query('select 1 as one from span_block where workspace_id = $1 and id = $2', [workspaceId, id])).length >
    0
  );
}

async function rebuildTraces(
  tx: SqlClient,
  { workspaceId, stored }: WriterState,
  { from, to }: IdRange,
): Promise<void> {
  const parameters = [workspaceId, from, to];
  const within = 'workspace_id = $1 and trace_id between $2::uuid and $3::uuid';
  await makeTraceRows(tx, within, parameters);
  for (const table of DELETED_MODELS) {
    await tx.execute(`delete from ${table} where ${within} and trace_id <> '${SUPERSEDED}'`, parameters);
  }
  const deleted = await tx.query(
    `select replace(trace_id::text, '-', '') as trace_id from trace where ${within} and deleted_at is not null`,
    parameters,
  );
  for (const { trace_id } of decodeRows({ trace_id: TEXT }, deleted))
    await countDeletedTrace(tx, workspaceId, trace_id);
  // What the writer remembers of them may have been wrong, too.
  stored.rolledBack();
}

async function rebuildCounters(tx: SqlClient, { workspaceId }: WriterState): Promise<void> {
  await tx.execute(
    `update workspace w set trace_count = t.traces, span_count = t.spans, rebuild_due = false
     from (select count(*) as traces, coalesce(sum(span_count), 0) as spans from trace
       where workspace_id = $1 and deleted_at is null) t
     where w.id = $1`,
    [workspaceId],
  );
  const open = await tx.query('select id from span_block where workspace_id = $1 and not closed', [workspaceId]);
  // The minutes of closed blocks, and the rows of those that are open.
  await inBlockOrder(tx, true);
  await tx.execute(
    `with counted as (
       select operation_id, sum(spans) as spans, sum(errors) as errors, min(minute)::int8 * 60000000000 as first_ns,
         max(minute)::int8 * 60000000000 as last_ns
       from operation_minute where workspace_id = $1 group by operation_id
       union all
       select s.operation_id, count(*), count(*) filter (where s.status = 2), min(s.start_ns), max(s.start_ns)
       from span s where s.workspace_id + 0 = $1 and s.block_id = any($2::int4[]) group by s.operation_id),
     by_service as (
       select o.service_id, sum(c.spans)::int8 as spans, sum(c.errors)::int8 as errors, min(c.first_ns) as first_ns,
         max(c.last_ns) as last_ns
       from counted c join operation o on o.id = c.operation_id group by o.service_id)
     update service s set span_count = coalesce(c.spans, 0), error_count = coalesce(c.errors, 0),
       -- Known to the minute only: what is within it stays.
       first_seen_ns = case when s.first_seen_ns between c.first_ns and c.first_ns + 60000000000 then s.first_seen_ns else c.first_ns end,
       last_seen_ns = case when s.last_seen_ns between c.last_ns and c.last_ns + 60000000000 then s.last_seen_ns else c.last_ns end
     from service a left join by_service c on c.service_id = a.id
     where s.id = a.id and s.workspace_id = $1`,
    [workspaceId, decodeRows({ id: INT4 }, open).map(({ id }) => id)],
  );
  await inBlockOrder(tx, false);
}
