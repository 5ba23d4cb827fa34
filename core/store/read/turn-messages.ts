/** The spans that say what a trace was about: its root, the first calls of a model in it, and the last. */
import type { StoredTurn } from '../../api/session';
import { spanIdFromInt8 } from '../../model/ids';
import { decodeScope } from '../../otlp/proto-to-json';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import type { PayloadCodec } from '../payloads/payloads';
import { BOOL, BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const ROW = {
  trace_id: TEXT,
  span_id: INT8,
  name: TEXT,
  is_root: BOOL,
  attributes: INT4_ARRAY,
  block_id: INT4,
  payload_id: INT4,
  payload_index: INT4,
  scope: BYTEA,
};

const CALL = `(select c.span_id from model_call c where c.workspace_id = $1 and c.trace_id = t.trace_id`;
/** The first that counts, too: an agent that tells the tokens of its calls has a row as they have, and starts before them. */
const CALLS = `${CALL} order by c.start_ns limit 1), ${CALL} and not c.is_repeat order by c.start_ns limit 1),
  ${CALL} order by c.start_ns desc limit 1)`;

/** In the order of the ids; those that are not stored are left out. */
export async function readTurnMessages(
  sql: SqlClient,
  codec: PayloadCodec,
  workspaceId: number,
  traceIds: readonly string[],
): Promise<StoredTurn[]> {
  const rows = decodeRows(
    ROW,
    await sql.query(
      `select replace(w.trace_id::text, '-', '') as trace_id, s.span_id, w.is_root, s.attributes, s.block_id, s.payload_id,
         s.payload_index::int4 as payload_index, o.name, c.message as scope
       from (
         select i.at, t.trace_id, w.ordinal, w.span_id, w.ordinal = 1 as is_root
         from unnest($2::uuid[]) with ordinality as i (trace_id, at)
           join trace t on t.workspace_id = $1 and t.trace_id = i.trace_id and t.deleted_at is null,
         lateral unnest(array[t.root_span_id, ${CALLS}]) with ordinality as w (span_id, ordinal)
         where w.span_id is not null
         offset 0
       ) w, lateral (
         select * from span where workspace_id = $1 and trace_id = w.trace_id and span_id = w.span_id limit 1
       ) s join operation o on o.id = s.operation_id join scope c on c.id = s.scope_id
       order by w.at, not w.is_root, s.start_ns, s.span_id`,
      [workspaceId, traceIds],
    ),
  );
  const parts = rows.map(({ attributes, block_id, payload_id, payload_index }) => {
    return { attributes, payloadId: payload_id, payloadIndex: payload_index, blockId: block_id };
  });
  const messages = await new PartReader(sql, workspaceId, codec).messages(parts, SPAN_ATTRIBUTES);
  const turns = new Map<string, { traceId: string; spans: StoredTurn['spans'][number][] }>();
  for (const [i, { trace_id: traceId, span_id: id, name, is_root: isRoot, scope }] of rows.entries()) {
    const turn = turns.get(traceId) ?? { traceId, spans: [] };
    turns.set(traceId, turn);
    const spanId = spanIdFromInt8(id);
    if (!isRoot && turn.spans.some((one) => one.spanId === spanId && !one.isRoot)) continue;
    turn.spans.push({
      spanId,
      isRoot,
      name,
      scope: decodeScope(scope).name,
      message: messages[i] as Uint8Array<ArrayBuffer>,
    });
  }
  return [...turns.values()];
}
