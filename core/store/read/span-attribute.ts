/** One attribute of every span of a trace, as far as SQL sees its values: those that the dictionary numbers (ADR 007). */

import type { SpanAttribute } from '../../api/workers';
import { SpoorError } from '../../model/errors';
import { parseTraceId } from '../../model/ids';
import { CopyReader } from '../sql/copy-binary';
import { decodeRows, INT4, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** @throws SpoorError NOT_FOUND for what is no trace id */
export async function readSpanAttribute(
  sql: SqlClient,
  workspaceId: number,
  trace: string,
  key: string,
): Promise<SpanAttribute> {
  const traceId = parseTraceId(trace);
  if (!traceId) throw new SpoorError('NOT_FOUND', 'There is no such trace: a trace id is 32 hex digits.');
  const values = decodeRows(
    { id: INT4, text: orNull(TEXT) },
    await sql.query(
      `select a.id, a.text from attribute_key k join attribute a on a.workspace_id = k.workspace_id and a.key_id = k.id
       where k.workspace_id = $1 and k.key = $2`,
      [workspaceId, key],
    ),
  );
  if (values.length === 0) return { spanId: new BigUint64Array(0), value: new Uint32Array(0), values: [] };
  // Hex and numbers of our own making, so they may stand in SQL.
  const bytes = await sql.copyOut(
    `select s.span_id, e from span s cross join lateral unnest(s.attributes) as e
     where s.workspace_id = ${workspaceId} and s.trace_id = '${traceId}'
       and e = any('{${values.map(({ id }) => id).join(',')}}'::int4[])`,
  );
  const indexOf = new Map(values.map(({ id }, i) => [id, i]));
  let length = 0;
  for (const counter = new CopyReader(bytes); counter.next(); counter.skip(2)) length++;
  const spanId = new BigUint64Array(length);
  const value = new Uint32Array(length);
  const reader = new CopyReader(bytes);
  for (let i = 0; reader.next(); i++) {
    spanId[i] = reader.int8();
    value[i] = indexOf.get(reader.int4()) as number;
  }
  return { spanId, value, values: values.map(({ text }) => text ?? '') };
}
