/**
 * Marks what is named by what is stored: by spans, as their blocks sum them up, by calls between services and of models, by logs, and by
 * all of these in quarantine. A few rows a statement, between those of the writer: what it gives out meanwhile it marks itself.
 */
import { inBlockOrder } from '../blocks/block-order';
import { decodeTerms } from '../blocks/block-terms';
import type { UsedNames } from '../dictionary/used-names';
import { BOOL, BYTEA, decodeRows, INT4, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { quarantined, quarantinedName } from './quarantine';

/** Summaries of blocks read by one statement: at most a megabyte or two. */
const BLOCKS = 20;
/** Pages of a table read by one statement: two megabytes. */
const PAGES = 256;
const PAGE_BYTES = 8_192;

/** Marks all or nothing: what is marked in part must not be swept by. @returns whether it came to its end */
export async function markNames(
  sql: SqlClient,
  workspaceId: number,
  used: UsedNames,
  isStopped: () => boolean,
): Promise<boolean> {
  const steps = [
    // The quarantine comes first: what is restored meanwhile is found among the others.
    ofQuarantinedBlocks(sql, workspaceId, used),
    ofBlocks(sql, workspaceId, used),
    ofCalls(sql, workspaceId, used),
    ofLogs(sql, workspaceId, used),
  ];
  for (const step of steps) for await (const _ of step) if (isStopped()) return false;
  return true;
}

/** Tables of logs or metric points in quarantine. */
export async function quarantinedTables(
  sql: SqlClient,
  workspaceId: number,
  table: 'log_record' | 'metric_point',
): Promise<string[]> {
  const signal = table === 'log_record' ? 'logs' : 'metrics';
  const partitions = await quarantined(sql, workspaceId);
  return partitions.flatMap((one) => (one.signal === signal ? [quarantinedName(table, one.partition)] : []));
}

async function* ofQuarantinedBlocks(sql: SqlClient, workspaceId: number, used: UsedNames): AsyncGenerator<void> {
  for (let last = -1; ; ) {
    const rows = decodeRows(
      { id: INT4, terms: BYTEA },
      await sql.query(
        `select block_id as id, terms from quarantine_block where workspace_id = $1 and block_id > $2 and terms is not null
         order by block_id limit ${BLOCKS}`,
        [workspaceId, last],
      ),
    );
    for (const { id, terms } of rows) {
      markTerms(terms, used);
      last = id;
    }
    yield;
    if (rows.length < BLOCKS) return;
  }
}

/** Spans only move to blocks of higher numbers. */
async function* ofBlocks(sql: SqlClient, workspaceId: number, used: UsedNames): AsyncGenerator<void> {
  for (let last = -1; ; ) {
    const rows = decodeRows(
      { id: INT4, terms: orNull(BYTEA), closed: BOOL },
      await sql.query(
        `select id, terms, closed from span_block where workspace_id = $1 and id > $2 order by id limit ${BLOCKS}`,
        [workspaceId, last],
      ),
    );
    const end = rows.at(-1)?.id ?? last;
    for (const { id, terms, closed } of rows) {
      if (closed && terms) markTerms(terms, used);
      else await markSpans(sql, workspaceId, id, used);
    }
    for (const table of ['service_edge', 'deleted_edge']) {
      const edges = await sql.query(
        `select distinct caller_id, callee_id from ${table} where workspace_id = $1 and block_id > $2 and block_id <= $3`,
        [workspaceId, last, end],
      );
      for (const { caller_id, callee_id } of decodeRows({ caller_id: INT4, callee_id: INT4 }, edges)) {
        used.add('service', caller_id);
        used.add('service', callee_id);
      }
    }
    yield;
    last = end;
    if (rows.length < BLOCKS) return;
  }
}

function markTerms(bytes: Uint8Array, used: UsedNames): void {
  const terms = decodeTerms(bytes);
  for (const element of terms.attributes.ids) used.addElement(element);
  for (const id of terms.operations.ids) used.add('operation', id);
  for (const id of terms.resources.ids) used.add('resource', id);
  for (const id of terms.scopes.ids) used.add('scope', id);
}

/** Of a block that is open. */
async function markSpans(sql: SqlClient, workspaceId: number, block: number, used: UsedNames): Promise<void> {
  const spans = 'from span s where s.workspace_id + 0 = $1 and s.block_id = $2';
  await sql.transaction(async (tx) => {
    await inBlockOrder(tx, true);
    const owners = await tx.query(`select distinct s.operation_id, s.resource_id, s.scope_id ${spans}`, [
      workspaceId,
      block,
    ]);
    for (const row of decodeRows({ operation_id: INT4, resource_id: INT4, scope_id: INT4 }, owners)) {
      used.add('operation', row.operation_id);
      used.add('resource', row.resource_id);
      used.add('scope', row.scope_id);
    }
    const elements = await tx.query(
      `select distinct e as element from (select s.attributes ${spans}) a, unnest(a.attributes) as e`,
      [workspaceId, block],
    );
    for (const { element } of decodeRows({ element: INT4 }, elements)) used.addElement(element);
  });
}

async function* ofCalls(sql: SqlClient, workspaceId: number, used: UsedNames): AsyncGenerator<void> {
  for await (const within of slicesOf(sql, 'model_call')) {
    const kinds = await sql.query(
      `select distinct kind_id as id from model_call where workspace_id = $1 and ${within}`,
      [workspaceId],
    );
    for (const { id } of decodeRows({ id: INT4 }, kinds)) used.add('model_call_kind', id);
    yield;
  }
}

async function* ofLogs(sql: SqlClient, workspaceId: number, used: UsedNames): AsyncGenerator<void> {
  const partitions = await sql.query(
    "select 'log_record_' || id as name from record_partition where workspace_id = $1 and signal = 'logs' order by id",
    [workspaceId],
  );
  const tables = [
    ...(await quarantinedTables(sql, workspaceId, 'log_record')),
    ...decodeRows({ name: TEXT }, partitions).map(({ name }) => name),
  ];
  for (const table of tables) {
    for await (const within of slicesOf(sql, table)) {
      const of = `from ${table} l where l.workspace_id = $1 and ${within}`;
      const owners = await sql.query(`select distinct l.service_id, l.resource_id, l.scope_id ${of}`, [workspaceId]);
      for (const row of decodeRows({ service_id: INT4, resource_id: INT4, scope_id: INT4 }, owners)) {
        used.add('service', row.service_id);
        used.add('resource', row.resource_id);
        used.add('scope', row.scope_id);
      }
      const elements = await sql.query(
        `select distinct e as element from (select l.attributes ${of}) a, unnest(a.attributes) as e`,
        [workspaceId],
      );
      for (const { element } of decodeRows({ element: INT4 }, elements)) used.addElement(element);
      yield;
    }
  }
}

/**
 * A table in pieces, as conditions: page by page as it lies on disk, which no index is needed for. The last has no end, so that all is
 * read whatever the size is said to be.
 */
async function* slicesOf(sql: SqlClient, table: string): AsyncGenerator<string> {
  const rows = await sql.query('select coalesce(pg_relation_size(to_regclass($1)), 0)::int8 as bytes', [table]);
  const pages = Math.floor(Number(decodeRows({ bytes: INT8 }, rows)[0]?.bytes ?? 0n) / PAGE_BYTES);
  let from = 0;
  for (; from + PAGES < pages; from += PAGES) yield `ctid >= '(${from},0)' and ctid < '(${from + PAGES},0)'`;
  yield `ctid >= '(${from},0)'`;
}
