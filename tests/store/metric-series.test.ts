/** Series and metrics that are met for the first time cost statements by the thousand, not each. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { T0 } from '../fixtures/traces';

const SERIES = 10_000;
const METRICS = 100;

function request(from: number, digest: number) {
  const metrics = Array.from({ length: METRICS }, (_, m) => ({
    name: `metric ${m}\0`,
    description: 'a \\ "quoted", {text}',
    gauge: {
      dataPoints: Array.from({ length: SERIES / METRICS }, (_, i) => ({
        timeUnixNano: String(T0),
        asInt: String(i),
        attributes: [{ key: 'n', value: { intValue: String(from + i) } }],
      })),
    },
  }));
  return decodeMetrics(
    protobufFromMetricsJson({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }),
    Uint8Array.of(digest),
  ).batch;
}

/** Counts what is sent. */
function counting(sql: SqlClient, sent: { statements: number }): SqlClient {
  return {
    query: (...asked) => {
      sent.statements++;
      return sql.query(...asked);
    },
    execute: (...asked) => {
      sent.statements++;
      return sql.execute(...asked);
    },
    copyIn: (...asked) => {
      sent.statements++;
      return sql.copyIn(...asked);
    },
    copyOut: (select) => sql.copyOut(select),
    transaction: (run, kind) => sql.transaction((tx) => run(counting(tx, sent)), kind),
    snapshot: (run, goesOn) => sql.snapshot(run, goesOn),
  };
}

describe.each([pgliteDatabases(), postgresDatabases()])('metric series on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  it('10,000 new ones take a few statements, and are each there once', async () => {
    const sent = { statements: 0 };
    const writer = new StoreWriter(counting(sql, sent), 1, deflateCodec);
    await writer.append([request(0, 1)]);
    expect(sent.statements).toBeLessThan(40);
    // Another process, which remembers nothing: half of them are there.
    await new StoreWriter(sql, 1, deflateCodec).append([request(SERIES / METRICS / 2, 2)]);
    const [counts] = await sql.query(
      `select (select count(*) from metric)::int4 as metrics, (select count(*) from metric_series)::int4 as series,
        (select count(*) from metric_point)::int4 as points`,
    );
    expect(counts).toEqual({ metrics: METRICS, series: 1.5 * SERIES, points: 2 * SERIES });
  });
});
