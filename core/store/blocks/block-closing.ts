/** Writes what is known of a block that is full; of one whose writer ended, its rows are read again. */

import { STATUS_ERROR } from '../../model/span-kind';
import { type PayloadCodec, readPayloads } from '../payloads/payloads';
import { CopyWriter } from '../sql/copy-binary';
import { decodeRows, INT4, INT4_ARRAY, INT8, orNull } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { findEdges, SPAN_OF_EDGE, SPAN_OF_EDGE_SQL, servicesOf } from './block-edges';
import { inBlockOrder } from './block-order';
import { encodeTerms } from './block-terms';
import { insertEdges } from './edge-counts';
import { EdgeFinder } from './edge-finder';
import { type BlockSpan, OpenBlock, type ServiceEdge } from './open-block';
import { partitionOf } from './span-partitions';

/** Read models that have rows for each block. */
export const BLOCK_MODELS: readonly string[] = ['operation_minute', 'service_edge'];

/** Whether the words of an attribute's values are searched, by `attribute_key.id`. */
export type IndexesText = (keyId: number) => boolean;

/** @param isWhole false: a migration runs it, before 031 and 037 gave minutes and edges all their columns */
export async function closeBlock(tx: SqlClient, workspaceId: number, block: OpenBlock, isWhole = true): Promise<void> {
  await tx.execute(
    `insert into span_block (workspace_id, id, closed, span_count, error_count, first_start_ns, last_start_ns, longest_ns,
       terms, bloom, last_at)
     values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::float8 / 1000))
     on conflict (workspace_id, id) do update set closed = true, span_count = excluded.span_count,
       error_count = excluded.error_count, first_start_ns = excluded.first_start_ns, last_start_ns = excluded.last_start_ns,
       longest_ns = excluded.longest_ns, terms = excluded.terms, bloom = excluded.bloom,
       last_at = greatest(span_block.last_at, excluded.last_at)`,
    [
      workspaceId,
      block.id,
      block.spans,
      block.errors,
      block.firstStartNs,
      block.lastStartNs,
      block.longestNs,
      encodeTerms([block.attributes, block.operations, block.resources, block.scopes]),
      block.bloom(),
      block.lastAt,
    ],
    'close block',
  );
  await tx.copyIn('operation_minute', columnsOfMinutes(isWhole), encodeMinutes(workspaceId, block, isWhole));
  if (isWhole) {
    const edges = [...block.edges.values()].map((edge) => ({ ...edge, blockId: block.id }));
    await insertEdges(tx, workspaceId, null, edges);
  } else if (block.edges.size > 0) await writeOlderEdges(tx, workspaceId, block);
  // The index over blocks does not look into pages that it has no summary of: it reads them all.
  await tx.execute(`select brin_summarize_new_values('span_${partitionOf(block.id)}_workspace_id_block_id_idx')`);
}

const MINUTE_COLUMNS = [
  'workspace_id',
  'operation_id',
  'minute',
  'block_id',
  'spans',
  'errors',
  'duration_ns',
  'sketch',
  'deployment_id',
];

function columnsOfMinutes(isWhole: boolean): readonly string[] {
  return isWhole ? [...MINUTE_COLUMNS, 'is_root'] : MINUTE_COLUMNS;
}

function encodeMinutes(workspaceId: number, block: OpenBlock, isWhole: boolean): Uint8Array {
  const copy = new CopyWriter(block.operations.size * 160);
  const columns = columnsOfMinutes(isWhole).length;
  for (const {
    operationId,
    deploymentId,
    isRoot,
    minute,
    spans,
    errors,
    durationNs,
    sketch,
  } of block.operationMinutes()) {
    const bytes = sketch.encode();
    copy.row(columns);
    for (const value of [workspaceId, operationId, minute, block.id, spans, errors]) copy.int4(value);
    copy.int8(BigInt.asIntN(64, durationNs));
    copy.data(bytes, 0, bytes.length);
    copy.int4(deploymentId);
    if (isWhole) copy.bool(isRoot);
  }
  return copy.finish();
}

/** As they were before 037. */
async function writeOlderEdges(tx: SqlClient, workspaceId: number, block: OpenBlock): Promise<void> {
  const edges = [...block.edges.values()];
  await tx.execute(
    `insert into service_edge (workspace_id, block_id, caller_id, callee_id, minute, calls, errors, duration_ns)
     select $1, $2, * from unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::int4[], $8::int8[])`,
    [
      workspaceId,
      block.id,
      edges.map(({ callerId }) => callerId),
      edges.map(({ calleeId }) => calleeId),
      edges.map(({ minute }) => minute),
      edges.map(({ calls }) => calls),
      edges.map(({ errors }) => errors),
      edges.map(({ durationNs }) => BigInt.asIntN(64, durationNs)),
    ],
  );
}

/** Blocks that were open when their writer ended, or whose summary was dropped: read again and summarised. */
export async function closeUnfinished(
  tx: SqlClient,
  workspaceId: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
  now = Date.now(),
  /** Their marks are behind by so much at most; null: they have none yet. */
  behindMs: number | null = null,
  isWhole = false,
): Promise<void> {
  const rows = await tx.query(
    `select id, ${behindMs === null ? 'null::int8' : '(extract(epoch from marked_at) * 1000)::int8'} as marked_ms from span_block
     where workspace_id = $1 and not closed order by id`,
    [workspaceId],
  );
  const edges = new EdgeFinder();
  for (const { id, marked_ms } of decodeRows({ id: INT4, marked_ms: orNull(INT8) }, rows)) {
    const lastAt = marked_ms === null ? now : Math.min(now, Number(marked_ms) + (behindMs ?? 0));
    await closeAgain(tx, workspaceId, id, codec, indexesText, edges, lastAt, isWhole);
  }
}

/**
 * Reads a block and summarises it; an empty one goes.
 * @param edges those of the block where they are known; null: calls between services stay as they are counted @param lastAt when its last span came, at the latest; null: that is known already
 */
export async function closeAgain(
  tx: SqlClient,
  workspaceId: number,
  id: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
  edges: EdgeFinder | ReadonlyMap<string, ServiceEdge> | null,
  lastAt: number | null,
  isWhole = true,
): Promise<void> {
  const finder = edges instanceof EdgeFinder ? edges : null;
  const block = await readBlock(tx, workspaceId, id, codec, indexesText, finder);
  if (edges !== null && !(edges instanceof EdgeFinder)) for (const [key, edge] of edges) block.edges.set(key, edge);
  block.lastAt = lastAt ?? (await readLastAt(tx, workspaceId, id));
  for (const table of BLOCK_MODELS) {
    if (table === 'service_edge' && edges === null && block.spans > 0) continue;
    await tx.execute(`delete from ${table} where workspace_id = $1 and block_id = $2`, [workspaceId, id]);
  }
  if (block.spans > 0) await closeBlock(tx, workspaceId, block, isWhole);
  else await tx.execute('delete from span_block where workspace_id = $1 and id = $2', [workspaceId, id]);
}

const STORED = {
  ...SPAN_OF_EDGE,
  resource_id: INT4,
  scope_id: INT4,
  attributes: INT4_ARRAY,
  payload_id: INT4,
  payload_index: INT4,
};

async function readBlock(
  tx: SqlClient,
  workspaceId: number,
  id: number,
  codec: PayloadCodec,
  indexesText: IndexesText,
  edges: EdgeFinder | null,
): Promise<OpenBlock> {
  const block = new OpenBlock(id, indexesText);
  const payloads = await readPayloads(tx, codec, workspaceId, id, null);
  await inBlockOrder(tx, true);
  const rows = decodeRows(
    STORED,
    await tx.query(
      `select ${SPAN_OF_EDGE_SQL}, resource_id, scope_id, attributes, payload_id,
         payload_index::int4 as payload_index
       from span s where workspace_id + 0 = $1 and block_id = $2`,
      [workspaceId, id],
    ),
  );
  await inBlockOrder(tx, false);
  const services = await servicesOf(
    tx,
    rows.map((row) => row.operation_id),
  );
  for (const row of rows) {
    const span: BlockSpan = {
      startNs: row.start_ns,
      durationNs: row.duration_ns,
      error: row.status === STATUS_ERROR,
      isRoot: row.parent_span_id === null,
      operationId: row.operation_id,
      resourceId: row.resource_id,
      deploymentId: row.deployment_id,
      scopeId: row.scope_id,
    };
    block.addSpan(span);
    if (edges) findEdges(row, services.get(row.operation_id) as number, edges, block.addCall);
    const parts = payloads.get(row.payload_id)?.parts(row.payload_index) ?? [];
    for (const element of row.attributes) {
      block.attributes.add(element);
      if (element > 0) continue;
      const part = parts.shift();
      if (part) block.addPart(element, part, 0, part.length);
    }
  }
  return block;
}

async function readLastAt(tx: SqlClient, workspaceId: number, id: number): Promise<number> {
  const rows = await tx.query(
    'select (extract(epoch from last_at) * 1000)::int8 as last_ms from span_block where workspace_id = $1 and id = $2',
    [workspaceId, id],
  );
  return Number(decodeRows({ last_ms: INT8 }, rows)[0]?.last_ms ?? BigInt(Date.now()));
}
