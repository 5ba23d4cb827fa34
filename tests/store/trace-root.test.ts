/** Which span a trace is named after: the one without a parent, else the one whose parent is missing, and never a child of either. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { TraceReader } from '../../core/store/read/trace-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const MS = 1_000_000n;
const TRACE = traceIdOf(5);
const id = (n: number): string => n.toString(16).padStart(16, '0');
const span = (n: number, parent: number | null, startMs: number, name: string): SampleSpan => ({
  traceId: TRACE,
  spanId: id(n),
  ...(parent === null ? {} : { parentSpanId: id(parent) }),
  service: name,
  name,
  startNs: T0 + BigInt(startMs) * MS,
  endNs: T0 + BigInt(startMs + 10) * MS,
});

describe.each([pgliteDatabases(), postgresDatabases()])('the root of a trace on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let workspace = 1;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });
  beforeEach(async () => {
    workspace++;
    await sql.query(`insert into workspace (id, name) values (${workspace}, 'w${workspace}')`);
    writer = new StoreWriter(sql, workspace, deflateCodec);
  });

  const rootOf = async () => {
    const { rootName, rootService } = await new TraceReader(sql, workspace).summary(TRACE);
    return [rootName, rootService];
  };

  it.each([
    ['together', [[2, 1]]],
    ['child first', [[2], [1]]],
    ['entry first', [[1], [2]]],
  ])('is the entry where a child starts in the same moment: %s', async (_, requests) => {
    // The lower id, and the lower start by a clock that is behind.
    const spans = [span(9, 77, 0, 'entry'), span(3, 9, 0, 'child'), span(4, 3, -5, 'behind')];
    const order = requests.map((which) => which.flatMap((n) => (n === 1 ? [spans[0]] : [spans[2], spans[1]])));
    for (const request of order) await writer.append([batchOf(request as SampleSpan[])]);
    expect(await rootOf()).toEqual(['entry', 'entry']);
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    expect(await rootOf()).toEqual(['entry', 'entry']);
  });

  it('is the span without a parent, however late it comes and whatever its clock says', async () => {
    await writer.append([batchOf([span(2, 1, -500, 'skewed'), span(3, 2, -400, 'below')])]);
    expect(await rootOf()).toEqual(['skewed', 'skewed']);
    await writer.append([batchOf([span(1, null, 0, 'true root')])]);
    expect(await rootOf()).toEqual(['true root', 'true root']);
  });

  it('is the earliest of several that nobody names a parent of, and one of a circle', async () => {
    await writer.append([batchOf([span(8, 90, 5, 'later'), span(7, 91, 2, 'earlier')])]);
    expect(await rootOf()).toEqual(['earlier', 'earlier']);
    // The parent of the earlier comes, and is no entry itself.
    await writer.append([batchOf([span(91, 90, 9, 'between')])]);
    expect(await rootOf()).toEqual(['later', 'later']);
    await writer.append([batchOf([span(90, 8, 9, 'round')])]);
    expect(await rootOf()).toEqual(['earlier', 'earlier']);
  });
});
