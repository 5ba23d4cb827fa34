/** Spans were taken out of a block: what payloads hold of them goes too. */
import { inBlockOrder } from '../blocks/block-order';
import type { WriterState } from '../ingest/writer-state';
import { type Payload, PayloadWriter, readPayloads } from '../payloads/payloads';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Payloads of a block without the records that no span refers to any more. */
export async function rewritePayloads(
  tx: SqlClient,
  { workspaceId, codec, payloadNumbers }: WriterState,
  block: number,
  ids: readonly number[],
): Promise<void> {
  await inBlockOrder(tx, true);
  const left = decodeRows(
    { payload_id: INT4, payload_index: INT4 },
    await tx.query(
      `select distinct payload_id, payload_index::int4 as payload_index from span
       where workspace_id + 0 = $1 and block_id = $2 and payload_id = any($3::int4[])`,
      [workspaceId, block, ids],
    ),
  );
  const payloads = await readPayloads(tx, codec, workspaceId, block, ids);
  const writer = new PayloadWriter(codec);
  writer.moveTo(block);
  const placed = left.map(({ payload_id, payload_index }) =>
    writer.addRecord((payloads.get(payload_id) as Payload).record(payload_index)),
  );
  const numbers = await writer.write(tx, workspaceId, payloadNumbers, 'span_payload');
  await tx.execute(
    `update span s set payload_id = i.to_id, payload_index = i.to_index::int2
     from unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[]) as i (from_id, from_index, to_id, to_index)
     where s.workspace_id + 0 = $1 and s.block_id = $2 and s.payload_id = i.from_id and s.payload_index = i.from_index`,
    [
      workspaceId,
      block,
      left.map(({ payload_id }) => payload_id),
      left.map(({ payload_index }) => payload_index),
      placed.map(({ payload }) => numbers[payload] as number),
      placed.map(({ index }) => index),
    ],
  );
  await inBlockOrder(tx, false);
  await tx.execute('delete from span_payload where workspace_id = $1 and block_id = $2 and id = any($3::int4[])', [
    workspaceId,
    block,
    ids,
  ]);
}
