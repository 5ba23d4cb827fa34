/** Calls within a trace are found by hash: spans of a long trace that are compared with one another would hold the writer for hours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgesOfTrace } from '../../core/store/blocks/edge-counts';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { callsOf } from '../../core/store/ingest/take-out';
import { makeTraceRows } from '../../core/store/ingest/trace-rows';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient, SqlParameter } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, drawnSpans, traceIdOf } from '../fixtures/traces';

const ALL = { first: 0, last: 2 ** 31 - 1 };
const TRACE = 'GET /a 0..100 web\n  SELECT 10..20 db\n  SELECT 30..40 db';

describe.each([pgliteDatabases(), postgresDatabases()])('calls within a trace on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    await new StoreWriter(sql, 1, deflateCodec, { days: null, bytes: null, spans: null }).append([
      batchOf(drawnSpans(traceIdOf(1), TRACE)),
    ]);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  /** By what the planner joins spans with their parents in what `run` asks for. */
  async function joins(run: (tx: SqlClient) => Promise<unknown>): Promise<string[]> {
    const found: string[] = [];
    await sql.transaction(async (tx) => {
      const query = async (text: string, parameters: readonly SqlParameter[] = []) => {
        if (text.includes('from s c')) {
          const plan = await tx.query(`explain ${text}`, parameters);
          const lines = plan.map((row) => Object.values(row).join(' '));
          found.push(...lines.flatMap((line) => /(\w+ (?:Cond|Filter)): .*parent_span_id/.exec(line)?.[1] ?? []));
          // Of all operations only those of these spans are read.
          expect(lines.filter((line) => /(Hash|Merge) Cond: .*operation_id/.test(line))).toEqual([]);
        }
        return tx.query(text, parameters);
      };
      const watched = { query, execute: query };
      const settings = () =>
        tx.query("select current_setting('enable_nestloop') as loops, current_setting('jit') as jit");
      const before = await settings();
      await run(new Proxy(tx, { get: (target, key) => Reflect.get(key in watched ? watched : target, key) }));
      expect(await settings()).toEqual(before);
    });
    return found;
  }

  it('are found by hash when it is deleted, when spans of it are replaced, and when its row is made anew', async () => {
    expect(await joins((tx) => edgesOfTrace(tx, 1, traceIdOf(1), ALL))).toEqual(['Hash Cond']);
    const spans = { traceIds: [traceIdOf(1)], spanIds: [1n] };
    expect(await joins((tx) => callsOf(tx, 1, spans))).toEqual(['Hash Cond']);
    const within = 'workspace_id = $1 and trace_id = any($2::uuid[])';
    expect(await joins((tx) => makeTraceRows(tx, within, [1, [traceIdOf(1)]]))).toEqual(['Hash Cond']);
  });
});
