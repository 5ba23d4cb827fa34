/** The rows that the store makes of a load, for COPY by itself: what ingest is measured against. */
import { decodeTraces } from '../../core/otlp/decode-traces';
import { CopyWriter } from '../../core/store/copy-binary';
import { migrate } from '../../core/store/migrate';
import { makePartition } from '../../core/store/span-partitions';
import { SPAN_COLUMNS, SPAN_ROW_BYTES, writeSpanRow } from '../../core/store/span-rows';
import type { SqlClient } from '../../core/store/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';

/** Seconds to COPY the rows of all batches, one transaction a batch, into the table that the store has. @param sql an empty database */
export async function copyAlone(sql: SqlClient, batches: readonly Uint8Array[]): Promise<number> {
  await migrate(sql, deflateCodec);
  await makePartition(sql, 0);
  const encoded = batches.map(encodeRows);
  const startedAt = performance.now();
  for (const data of encoded) await sql.copyIn('span_0', SPAN_COLUMNS, data);
  return (performance.now() - startedAt) / 1000;
}

/** Ids aside. */
function encodeRows(request: Uint8Array): Uint8Array {
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
    writeSpanRow(copy, 1, batch, row, { interned, partIds, blockId: 1, payloadId: 0, payloadIndex: 0 });
  }
  return copy.finish();
}
