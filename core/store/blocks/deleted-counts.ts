/**
 * What spans of deleted traces add to what is counted: summaries of blocks count every span that is stored, whatever became of its
 * trace, and who reads counts takes these off. So a trace can be deleted and restored without a block being written anew.
 */

import { hexFromBytes } from '../../model/ids';
import { STATUS_ERROR } from '../../model/span-kind';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import { hashJoined, SERVICE_OF_SPAN } from '../sql/hash-joined';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, orNull, type RowOf } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';
import { decodeTerms, encodeTerms } from './block-terms';
import { edgesOfTrace, insertEdges } from './edge-counts';
import { OpenBlock } from './open-block';

/** Tables that have rows for each deleted trace. */
export const DELETED_MODELS: readonly string[] = ['deleted_block', 'deleted_minute', 'deleted_edge'];

/** Spans read at once, about. */
const BLOCKS_AT_ONCE = 16;

/** SQL of a number that is stored as an int8: sums over spans that never ended can be too large for one, and wrap as in block-closing.ts. */
function wrapped(numeric: string): string {
  const [all, half] = ['18446744073709551616', '9223372036854775808'];
  return `((((${numeric} + ${half}) % ${all}) + ${all}) % ${all} - ${half})::int8`;
}

/** SQL of whether `span s` is of a trace that is not deleted. */
export function isStanding(workspaceId: number): string {
  return `s.trace_id not in (select trace_id from trace where workspace_id = ${workspaceId} and deleted_at is not null)`;
}

const COUNTED_SPAN = {
  block_id: INT4,
  parent_span_id: orNull(INT8),
  operation_id: INT4,
  resource_id: INT4,
  scope_id: INT4,
  deployment_id: INT4,
  start_ns: INT8,
  duration_ns: INT8,
  status: INT4,
  attributes: INT4_ARRAY,
};

/** Blocks, the first and the last. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
}

/** As `countDeletedTrace` does, for a migration that runs before 031 and 037 gave minutes and edges all their columns. */
export function countDeleted(tx: SqlClient, workspaceId: number, traceId: string): Promise<void> {
  return countTrace(tx, workspaceId, traceId, null, false);
}

/** Counts the spans of a deleted trace, those in some blocks or all; what was counted of them before is forgotten. */
export function countDeletedTrace(
  tx: SqlClient,
  workspaceId: number,
  traceId: string,
  within: BlockRange | null = null,
): Promise<void> {
  return countTrace(tx, workspaceId, traceId, within, true);
}

async function countTrace(
  tx: SqlClient,
  workspaceId: number,
  traceId: string,
  within: BlockRange | null,
  isWhole: boolean,
): Promise<void> {
  const { first, last } = within ?? { first: 0, last: 2 ** 31 - 1 };
  const parameters = [workspaceId, traceId, first, last];
  for (const table of DELETED_MODELS) {
    await tx.execute(
      `delete from ${table} where workspace_id = $1 and trace_id = $2::uuid and block_id between $3 and $4`,
      parameters,
    );
  }
  const blocks = decodeRows(
    { block_id: INT4 },
    await tx.query(
      `select distinct block_id from span where workspace_id = $1 and trace_id = $2::uuid and block_id between $3 and $4
       order by block_id`,
      parameters,
    ),
  ).map(({ block_id }) => block_id);
  for (let i = 0; i < blocks.length; i += BLOCKS_AT_ONCE) {
    await countBlocks(tx, workspaceId, traceId, blocks.slice(i, i + BLOCKS_AT_ONCE), isWhole);
  }
  if (isWhole)
    await insertEdges(tx, workspaceId, traceId, await edgesOfTrace(tx, workspaceId, traceId, { first, last }));
  else await countOlderEdges(tx, parameters);
}

/** Calls between services as they were kept before 037. */
async function countOlderEdges(tx: SqlClient, parameters: readonly (number | string)[]): Promise<void> {
  await hashJoined(tx, () =>
    tx.execute(
      `with s as materialized (
       select s.span_id, s.parent_span_id, s.block_id, s.start_ns, s.duration_ns, s.status,
         ${SERVICE_OF_SPAN} as service_id
       from span s where s.workspace_id = $1 and s.trace_id = $2::uuid and s.block_id <= $4)
     insert into deleted_edge (workspace_id, trace_id, block_id, caller_id, callee_id, minute, calls, errors, duration_ns)
     select $1, $2::uuid, greatest(p.block_id, c.block_id), p.service_id, c.service_id, (c.start_ns / 60000000000)::int4,
       count(*), count(*) filter (where c.status = ${STATUS_ERROR}), ${wrapped('sum(greatest(c.duration_ns, 0))')}
     from s c join s p on p.span_id = c.parent_span_id
     where p.service_id <> c.service_id and greatest(p.block_id, c.block_id) >= $3
     group by 3, 4, 5, 6`,
      parameters,
    ),
  );
}

async function countBlocks(
  tx: SqlClient,
  workspaceId: number,
  traceId: string,
  blocks: readonly number[],
  isWhole: boolean,
): Promise<void> {
  const rows = decodeRows(
    COUNTED_SPAN,
    await tx.query(
      `select s.block_id, s.parent_span_id, s.operation_id, s.resource_id, s.scope_id, ${DEPLOYMENT_OF_SPAN} as deployment_id, s.start_ns,
         s.duration_ns, s.status::int4 as status, s.attributes
       from span s where s.workspace_id = $1 and s.trace_id = $2::uuid and s.block_id = any($3::int4[])`,
      [workspaceId, traceId, blocks],
    ),
  );
  await writeCounts(tx, workspaceId, traceId, rows, isWhole);
}

/** Spans are to be taken off what their blocks count of operations and attributes. */
export async function writeCounts(
  tx: SqlClient,
  workspaceId: number,
  traceId: string,
  rows: readonly RowOf<typeof COUNTED_SPAN>[],
  isWhole = true,
): Promise<void> {
  const counted = new Map<number, OpenBlock>();
  for (const row of rows) {
    const block = counted.get(row.block_id) ?? new OpenBlock(row.block_id, () => false);
    counted.set(row.block_id, block);
    block.addSpan({
      startNs: row.start_ns,
      durationNs: row.duration_ns,
      error: row.status === STATUS_ERROR,
      isRoot: row.parent_span_id === null,
      operationId: row.operation_id,
      resourceId: row.resource_id,
      deploymentId: row.deployment_id,
      scopeId: row.scope_id,
    });
    for (const element of row.attributes) block.attributes.add(element);
  }
  await tx.execute(
    `insert into deleted_block (workspace_id, trace_id, block_id, terms)
     select $1, $2::uuid, i.block_id, decode(i.terms, 'hex') from unnest($3::int4[], $4::text[]) as i (block_id, terms)`,
    [
      workspaceId,
      traceId,
      [...counted.keys()],
      [...counted.values()].map(({ attributes, operations, resources, scopes }) =>
        hex(encodeTerms([attributes, operations, resources, scopes])),
      ),
    ],
  );
  const minutes = [...counted.values()].flatMap((block) =>
    block.operationMinutes().map((minute) => ({ block: block.id, ...minute })),
  );
  await tx.execute(
    `insert into deleted_minute (workspace_id, trace_id, block_id, operation_id, minute, deployment_id, spans, errors,
       sketch${isWhole ? ', is_root' : ''})
     select $1, $2::uuid, i.block_id, i.operation_id, i.minute, i.deployment_id, i.spans, i.errors, decode(i.sketch, 'hex')
       ${isWhole ? ', i.is_root' : ''}
     from unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::int4[], $8::int4[], $9::text[]
         ${isWhole ? ', $10::bool[]' : ''})
       as i (block_id, operation_id, minute, deployment_id, spans, errors, sketch${isWhole ? ', is_root' : ''})`,
    [
      workspaceId,
      traceId,
      minutes.map(({ block }) => block),
      minutes.map(({ operationId }) => operationId),
      minutes.map(({ minute }) => minute),
      minutes.map(({ deploymentId }) => deploymentId),
      minutes.map(({ spans }) => spans),
      minutes.map(({ errors }) => errors),
      minutes.map(({ sketch }) => hex(sketch.encode())),
      ...(isWhole ? [minutes.map(({ isRoot }) => isRoot)] : []),
    ],
  );
}

/** An array of `bytea` is no parameter. */
function hex(bytes: Uint8Array): string {
  return hexFromBytes(bytes, 0, bytes.length);
}

/** The trace is restored, or gone. */
export async function forgetDeleted(tx: SqlClient, workspaceId: number, traceIds: readonly string[]): Promise<void> {
  for (const table of DELETED_MODELS) {
    await tx.execute(`delete from ${table} where workspace_id = $1 and trace_id = any($2::uuid[])`, [
      workspaceId,
      traceIds,
    ]);
  }
}

/** Spans of deleted traces by what they have, in blocks that are closed: to be taken off what these say. */
export async function deletedTerms(sql: SqlStatements, workspaceId: number) {
  const rows = await sql.query(
    `select d.block_id, d.terms from deleted_block d join span_block b on b.workspace_id = d.workspace_id and b.id = d.block_id
     where d.workspace_id = $1 and b.closed`,
    [workspaceId],
  );
  return decodeRows({ block_id: INT4, terms: BYTEA }, rows).map(({ block_id, terms }) => ({
    blockId: block_id,
    terms: decodeTerms(terms),
  }));
}
