import { bytesFromHex } from '../../model/ids';
import { RecordPartsBuilder } from '../../model/record-parts';
import { WireReader } from '../../otlp/wire-reader';
import { PartIds } from '../dictionary/part-ids';
import { SPAN_ROW_BYTES, writeParts } from '../ingest/span-rows';
import { SPAN_ATTRIBUTES } from '../payloads/part-reader';
import { type PayloadCodec, PayloadNumbers, type PayloadRef, PayloadWriter } from '../payloads/payloads';
import { CopyWriter } from '../sql/copy-binary';
import { BYTEA, decodeRows, INT4, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/**
 * Spans of a quarter of their size: attributes become numbers into a dictionary, and what recurs too rarely for it goes into
 * packed payloads beside the table (ADR 007). Spans stored before are rewritten by `run`.
 *
 * `span.attributes`, one element per attribute in the order they were sent:
 *     n > 0   attribute.id = n
 *     n < -1  the value is in the payload, the key is attribute_key.id = -n
 *     0       key and value are in the payload
 *     -1      no attribute: the rest of the message is in the payload
 *
 * The trace index is not unique: the writer knows the spans it stored (stored-spans.ts), equal keys pack sixfold, and a
 * random unique key would be the largest index of all.
 */
const SQL = `
alter table span rename to span_001;
alter index span_pkey rename to span_001_pkey;

create table attribute_key (
  -- 1 stands for the rest of a message: whatever it holds besides attributes
  id int4 generated always as identity (start with 2) primary key,
  workspace_id int4 not null references workspace (id),
  key text not null,
  value_count int4 not null default 0,
  unique (workspace_id, key)
);

create table attribute (
  id int4 generated always as identity primary key,
  workspace_id int4 not null references workspace (id),
  key_id int4 not null,
  -- the OTLP KeyValue message, verbatim
  message bytea not null,
  -- the value as text, and as a number where it is one: for searching
  text text,
  number float8,
  -- 005 adds these two where this ran before they were written here: run() uses the dictionary of this build
  type int2 not null default 0,
  words text[],
  unique (workspace_id, key_id, message)
);

create table payload (
  workspace_id int4 not null,
  id int4 not null,
  data bytea not null,
  primary key (workspace_id, id)
);
alter table payload alter column data set storage external;
create sequence payload_block increment by 64;

create table span (
  trace_id uuid not null,
  span_id int8 not null,
  parent_span_id int8,
  start_ns int8 not null,
  duration_ns int8 not null,
  workspace_id int4 not null,
  resource_id int4 not null,
  scope_id int4 not null,
  operation_id int4 not null,
  -- 0: none
  payload_id int4 not null,
  payload_index int2 not null,
  status int2 not null,
  attributes int4[] not null
);
create index span_trace on span (workspace_id, trace_id);
`;

export const compactSpans002 = {
  version: 2,
  name: 'compact spans',
  sql: SQL,
  async run(tx: SqlClient, codec: PayloadCodec): Promise<void> {
    const workspaces = decodeRows({ id: INT4 }, await tx.query('select id from workspace'));
    for (const { id } of workspaces) await rewriteSpans(tx, codec, id);
    await tx.query('drop table span_001');
  },
} as const;

const OLD_ROW = {
  trace_id: TEXT,
  span_id: INT8,
  parent_span_id: orNull(INT8),
  start_ns: INT8,
  duration_ns: INT8,
  resource_id: INT4,
  scope_id: INT4,
  operation_id: INT4,
  status: INT4,
  body: BYTEA,
};
type OldRow = RowOf<typeof OLD_ROW>;

/** As `span` was then. */
const COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'start_ns',
  'duration_ns',
  'workspace_id',
  'resource_id',
  'scope_id',
  'operation_id',
  'payload_id',
  'payload_index',
  'status',
  'attributes',
];

/** Rows held in memory at once. */
const PAGE = 2_000;

async function rewriteSpans(tx: SqlClient, codec: PayloadCodec, workspaceId: number): Promise<void> {
  const partIds = new PartIds(workspaceId);
  const numbers = new PayloadNumbers();
  let last: OldRow | undefined;
  for (;;) {
    const rows: OldRow[] = decodeRows(
      OLD_ROW,
      await tx.query(
        `select trace_id::text, span_id, parent_span_id, start_ns, duration_ns, resource_id, scope_id, operation_id,
           status::int4, body from span_001
         where workspace_id = $1 and (trace_id, span_id) > ($2::uuid, $3::int8) order by trace_id, span_id limit ${PAGE}`,
        [workspaceId, last?.trace_id ?? '00000000-0000-0000-0000-000000000000', last?.span_id ?? -(2n ** 63n)],
      ),
    );
    if (rows.length === 0) return;
    await writePage(tx, codec, workspaceId, rows, partIds, numbers);
    last = rows.at(-1);
  }
}

async function writePage(
  tx: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  rows: readonly OldRow[],
  partIds: PartIds,
  numbers: PayloadNumbers,
): Promise<void> {
  const builder = new RecordPartsBuilder(rows.length, 1 << 16);
  for (const { body } of rows) {
    const reader = new WireReader(body);
    while (reader.next()) {
      const { tagStart, field } = reader;
      if (field !== SPAN_ATTRIBUTES) {
        reader.skip();
        builder.keep(body, tagStart, reader.pos);
        continue;
      }
      const length = reader.skipLengthDelimited();
      const start = reader.pos - length;
      const known = builder.findAttribute(body, start, reader.pos);
      builder.list(known >= 0 ? known : builder.addAttribute(body, start, reader.pos));
    }
    builder.commit();
  }
  const parts = builder.finish();
  const ids = await partIds.resolve(tx, parts);
  const payloads = new PayloadWriter(codec);
  const refs = rows.map((_, i) => payloads.add(parts, i, ids));
  const payloadIds = await payloads.write(tx, workspaceId, numbers, 'payload');
  const copy = new CopyWriter(rows.length * SPAN_ROW_BYTES);
  for (const [i, row] of rows.entries()) {
    const traceId = bytesFromHex(row.trace_id.replaceAll('-', '')) as Uint8Array;
    const { payload, index } = refs[i] as PayloadRef;
    copy.row(COLUMNS.length);
    copy.data(traceId, 0, traceId.length);
    copy.int8(row.span_id);
    if (row.parent_span_id === null) copy.null();
    else copy.int8(row.parent_span_id);
    copy.int8(row.start_ns);
    copy.int8(row.duration_ns);
    for (const value of [workspaceId, row.resource_id, row.scope_id, row.operation_id]) copy.int4(value);
    copy.int4(payloadIds[payload] as number);
    copy.int2(index);
    copy.int2(row.status);
    writeParts(copy, parts, i, ids);
  }
  await tx.copyIn('span', COLUMNS, copy.finish());
}
