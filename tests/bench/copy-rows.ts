/** The rows that the store makes of a load, for COPY by itself: what ingest is measured against. */
import { decodeTraces } from '../../core/otlp/decode-traces';
import { firstBlockOf, makePartition } from '../../core/store/blocks/span-partitions';
import { PLAIN_SPAN_COLUMNS as SPAN_COLUMNS, SPAN_ROW_BYTES, writeSpanRow } from '../../core/store/ingest/span-rows';
import { migrate } from '../../core/store/schema/migrate';
import { CopyWriter } from '../../core/store/sql/copy-binary';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';

/**
 * Seconds to COPY the rows of all batches, one transaction a batch, into the tables that the store has. Rows of traces, copied with
 * them, made no difference that could be measured.
 *
 * @param sql an empty database
 * @param portions batches of a partition each
 */
export async function copyAlone(sql: SqlClient, portions: Iterable<readonly Uint8Array[]>): Promise<number> {
  await migrate(sql, deflateCodec);
  let seconds = 0;
  let partition = 0;
  for (const batches of portions) {
    await makePartition(sql, partition);
    const block = firstBlockOf(partition);
    const encoded = batches.map((batch) => encodeRows(batch, block));
    const startedAt = performance.now();
    for (const data of encoded) await sql.copyIn(`span_${partition}`, SPAN_COLUMNS, data);
    seconds += (performance.now() - startedAt) / 1000;
    partition++;
  }
  return seconds;
}

/** Ids aside. */
function encodeRows(request: Uint8Array, blockId: number): Uint8Array {
  const { batch } = decodeTraces(request);
  const numbers = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i + 1);
  const interned = {
    resourceIds: numbers(batch.resources.length),
    deploymentIds: numbers(batch.resources.length),
    scopeIds: numbers(batch.scopes.length),
    operationIds: numbers(batch.operations.length),
    serviceIds: numbers(batch.operations.length),
  };
  const partIds = numbers(batch.parts.kind.length);
  const copy = new CopyWriter(batch.length * SPAN_ROW_BYTES);
  for (let row = 0; row < batch.length; row++) {
    writeSpanRow(copy, 1, batch, row, { interned, partIds, blockId, payloadId: 0, payloadIndex: 0 });
  }
  return copy.finish();
}
