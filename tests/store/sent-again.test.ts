/** A request of logs that comes again within an hour is stored once, however many came between, after a restart and after a failure. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { T0 } from '../fixtures/traces';

const WORKSPACE = 1;
const STORED = { stored: 1, duplicates: 0 };
const AGAIN = { stored: 0, duplicates: 1 };

function logBatch(digest: number) {
  const record = { timeUnixNano: String(T0), body: { stringValue: `record ${digest}` } };
  const request = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  return decodeLogs(request, new Uint8Array([digest >> 8, digest & 255]), T0).batch;
}

describe.each([pgliteDatabases(), postgresDatabases()])('requests sent again on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  beforeEach(() => {
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
  });
  afterAll(async () => {
    await drop?.();
    await databases.stop();
  });

  it('are stored once, in one transaction and in several, and after a restart', async () => {
    expect(await writer.append([logBatch(1), logBatch(1), logBatch(2)])).toEqual([STORED, AGAIN, STORED]);
    expect(await writer.append([logBatch(2), logBatch(3)])).toEqual([AGAIN, STORED]);
    const restarted = new StoreWriter(sql, WORKSPACE, deflateCodec);
    expect(await restarted.append([logBatch(1), logBatch(4)])).toEqual([AGAIN, STORED]);
  });

  it('are stored where the first was not', async () => {
    const failing = writer.append([logBatch(10)], () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await writer.append([logBatch(10)])).toEqual([STORED]);
  });

  it('are new after an hour, and are cleared', async () => {
    await writer.append([logBatch(20), logBatch(21)]);
    await sql.execute(
      `update received_request set received_at = now() - interval '2 hours' where encode(digest, 'hex') = any($1::text[])`,
      [['0014', '0015']],
    );
    expect(await writer.append([logBatch(20)])).toEqual([STORED]);
    expect(await writer.append([logBatch(20)])).toEqual([AGAIN]);
    // Every thousandth clears away the old ones.
    await writer.append(Array.from({ length: 1_000 }, (_, i) => logBatch(1_000 + i)));
    const left = await sql.query(`select 1 from received_request where received_at < now() - interval '1 hour'`);
    expect(left).toEqual([]);
  });
});
