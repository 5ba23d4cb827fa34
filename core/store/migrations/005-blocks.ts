import { closeUnfinished } from '../blocks/block-closing';
import { makePartition, partitionOf } from '../blocks/span-partitions';
import { SEARCHABLE_TYPES, searchable } from '../dictionary/attribute-values';
import type { PayloadCodec } from '../payloads/payloads';
import { BYTEA, decodeRows, INT4, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { SERVICE_EDGE_SQL } from './service-edge';

/**
 * Spans in blocks (span-blocks.ts), whose summaries answer which of them a search has to look into; tables of spans in partitions
 * of many blocks, which can be dropped; payloads of spans beside them; what SQL has to know of attribute values to compare them.
 */
const SQL = `
alter table span rename to span_004;
alter index span_trace rename to span_004_trace;

create sequence span_block_id as int4 start with 128;

create table span (
  trace_id uuid not null,
  span_id int8 not null,
  parent_span_id int8,
  start_ns int8 not null,
  duration_ns int8 not null,
  workspace_id int4 not null,
  block_id int4 not null,
  resource_id int4 not null,
  scope_id int4 not null,
  operation_id int4 not null,
  -- in span_payload of the same block; 0: none
  payload_id int4 not null,
  payload_index int2 not null,
  status int2 not null,
  attributes int4[] not null
) partition by range (block_id);
create index on span (workspace_id, trace_id);
create index on span using brin (workspace_id, block_id) with (pages_per_range = 8);

create table span_payload (
  workspace_id int4 not null,
  block_id int4 not null,
  id int4 not null,
  data bytea not null,
  primary key (workspace_id, block_id, id)
) partition by range (block_id);
alter table span_payload alter column data set storage external;

create table span_block (
  workspace_id int4 not null,
  id int4 not null,
  -- false: spans still come, and nothing below is known
  closed bool not null default false,
  span_count int4,
  error_count int4,
  first_start_ns int8,
  last_start_ns int8,
  longest_ns int8,
  -- block-terms.ts
  terms bytea,
  -- core/search/bloom.ts, over words and values in payloads
  bloom bytea,
  -- 008 adds these two where this ran before they were written here: run() uses the blocks of this build
  opened_at timestamptz not null default now(),
  -- when its last span arrived, at the latest
  last_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
alter table span_block alter column bloom set storage external;

-- read model: a row for each operation, minute and block; of an operation's minute, the rows are summed and the sketches merged
create table operation_minute (
  workspace_id int4 not null,
  operation_id int4 not null,
  -- since the epoch
  minute int4 not null,
  block_id int4 not null,
  spans int4 not null,
  errors int4 not null,
  duration_ns int8 not null,
  -- core/model/latency-sketch.ts
  sketch bytea not null,
  -- 020 adds this where this ran before it was written here, and fills it in resources
  deployment_id int4 not null default 0
);
alter table resource add column if not exists deployment_id int4;
create index operation_minute_time on operation_minute (workspace_id, minute);
${SERVICE_EDGE_SQL}
alter table trace add column first_block int4 not null default 0;
alter table trace add column last_block int4 not null default 2147483647;
create index trace_error on trace (workspace_id, start_ns desc, trace_id desc) where error_count > 0;
-- traces whose spans may lie far from their start; as floats, because the difference of two int8 may be none
create index trace_long on trace (workspace_id, start_ns desc) where end_ns::float8 - start_ns::float8 > 6e11;

-- what SQL compares: 0 nothing, 1 text, 2 boolean, 3 integer, 4 double (attribute-values.ts)
alter table attribute add column if not exists type int2 not null default 0;
alter table attribute add column if not exists words text[];
create index attribute_words on attribute using gin (words);
create index attribute_text on attribute (workspace_id, key_id, text) where text is not null;
`;

export const blocks005 = {
  version: 5,
  name: 'blocks',
  sql: SQL,
  async run(tx: SqlClient, codec: PayloadCodec): Promise<void> {
    await describeAttributes(tx);
    await moveSpans(tx, codec);
    await tx.query('drop table span_004');
  },
} as const;

async function describeAttributes(tx: SqlClient): Promise<void> {
  let last = 0;
  for (;;) {
    const rows = decodeRows(
      { id: INT4, message: BYTEA },
      await tx.query('select id, message from attribute where key_id > 1 and id > $1 order by id limit 5000', [last]),
    );
    if (rows.length === 0) return;
    const values = rows.map(({ message }) => searchable(message));
    await tx.query(
      `update attribute a set type = i.type, words = i.words::text[]
       from unnest($1::int4[], $2::int2[], $3::text[]) as i (id, type, words) where a.id = i.id`,
      [
        rows.map(({ id }) => id),
        values.map(({ type }) => SEARCHABLE_TYPES.indexOf(type)),
        values.map(({ words }) => (words.length === 0 ? null : `{${words.map((word) => `"${word}"`).join(',')}}`)),
      ],
    );
    last = rows.at(-1)?.id ?? last;
  }
}

/** Pages of the old table that make one block: about 4,000 spans. */
const PAGES = 56;

async function moveSpans(tx: SqlClient, codec: PayloadCodec): Promise<void> {
  const [size] = decodeRows(
    { pages: INT8 },
    await tx.query("select pg_relation_size('span_004') / current_setting('block_size')::int8 as pages"),
  );
  const workspaces = decodeRows({ id: INT4 }, await tx.query('select distinct workspace_id as id from span_004'));
  for (const workspace of workspaces) {
    for (let page = 0; page < Number(size?.pages ?? 0n); page += PAGES) {
      const [next] = decodeRows({ id: INT4 }, await tx.query("select nextval('span_block_id')::int4 as id"));
      const block = next?.id ?? 0;
      await makePartition(tx, partitionOf(block));
      const range = `workspace_id = $1 and ctid >= '(${page},0)' and ctid < '(${page + PAGES},0)'`;
      await tx.query(
        `insert into span (trace_id, span_id, parent_span_id, start_ns, duration_ns, workspace_id, block_id, resource_id,
           scope_id, operation_id, payload_id, payload_index, status, attributes)
         select trace_id, span_id, parent_span_id, start_ns, duration_ns, workspace_id, $2, resource_id, scope_id,
           operation_id, payload_id, payload_index, status, attributes
         from span_004 where ${range}`,
        [workspace.id, block],
      );
      await tx.query(
        `insert into span_payload (workspace_id, block_id, id, data) select workspace_id, $2, id, data from payload
         where workspace_id = $1 and id in (select payload_id from span_004 where ${range})`,
        [workspace.id, block],
      );
      await tx.query('insert into span_block (workspace_id, id) values ($1, $2)', [workspace.id, block]);
    }
    await closeUnfinished(tx, workspace.id, codec, () => true);
  }
  await tx.query(
    `delete from payload p where exists (select 1 from span_payload s where s.workspace_id = p.workspace_id and s.id = p.id)`,
  );
}
