/** One meaning of request and of failed, in figures, lists, charts and searches: spans that serve, or begin a trace. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { deleteTrace, restoreTrace } from '../../core/store/pruning/trace-removal';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];
const BOOK = new PriceBook([]);

interface Told {
  readonly service: string;
  readonly kind: number | undefined;
  readonly parent?: number;
  readonly failed?: boolean;
}

/** Spans of a trace by number; a parent that is not among them has not arrived. */
function trace(n: number, told: Readonly<Record<number, Told>>): SampleSpan[] {
  const id = (k: number): string => (n * 100 + k).toString(16).padStart(16, '0');
  return Object.entries(told).map(([k, { service, kind, parent, failed }], i) => ({
    traceId: traceIdOf(n),
    spanId: id(Number(k)),
    ...(parent !== undefined && { parentSpanId: id(parent) }),
    service,
    name: `${service} ${k}`,
    ...(kind !== undefined && { kind }),
    startNs: T0 + BigInt(n * 1_000 + i) * 1_000_000n,
    endNs: T0 + BigInt(n * 1_000 + i + 10) * 1_000_000n,
    ...(failed && { error: 'no' }),
  }));
}

const TRACES: readonly SampleSpan[][] = [
  // Errors that were handled: of a part, and of a call.
  trace(1, {
    1: { service: 'shop', kind: SERVER },
    2: { service: 'shop', kind: INTERNAL, parent: 1, failed: true },
    3: { service: 'shop', kind: CLIENT, parent: 1, failed: true },
  }),
  // A request that failed below one that did not.
  trace(2, {
    1: { service: 'shop', kind: SERVER },
    2: { service: 'shop', kind: CLIENT, parent: 1, failed: true },
    3: { service: 'payments', kind: SERVER, parent: 2, failed: true },
    4: { service: 'payments', kind: PRODUCER, parent: 3 },
    5: { service: 'mail', kind: CONSUMER, parent: 4 },
  }),
  // A service without a span that serves: its runs are its requests, not its spans.
  trace(3, {
    1: { service: 'agent', kind: INTERNAL },
    2: { service: 'agent', kind: INTERNAL, parent: 1 },
    3: { service: 'agent', kind: CLIENT, parent: 2, failed: true },
    4: { service: 'tools', kind: INTERNAL, parent: 3 },
  }),
  trace(4, {
    1: { service: 'agent', kind: undefined, failed: true },
    2: { service: 'agent', kind: CLIENT, parent: 1 },
  }),
  // Its root has not arrived.
  trace(5, {
    2: { service: 'shop', kind: SERVER, parent: 1, failed: true },
    3: { service: 'tools', kind: CLIENT, parent: 9, failed: true },
  }),
];

const REQUESTS = {
  agent: [2, 1],
  mail: [1, 0],
  payments: [1, 1],
  shop: [3, 1],
  tools: [0, 0],
};
const FAILED = { 1: [2, 0], 2: [2, 1], 3: [1, 0], 4: [1, 1], 5: [2, 1] };

describe.each([pgliteDatabases(), postgresDatabases()])('requests on $name', (databases) => {
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

  const readers = () => workspaceReaders(sql, workspace, () => BOOK, EVERY_KEY);

  async function figures() {
    const { total, groups } = await readers().services.red({ groupBy: 'service' });
    const ids = TRACES.map((_, i) => traceIdOf(i + 1));
    const summaries = await readers().reader.summaries(ids);
    const search = { query: 'status:failed', waitMs: 20_000 };
    const { data } = await readers().list.page(search);
    const sorted = await readers().list.page({ ...search, sort: '-durationNs' });
    const looked = await readers().list.page({ ...search, query: 'status:failed status:error' });
    const { counts, errors } = await readers().histogram.count({ waitMs: 20_000 });
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    return {
      total: [total.spans, total.errors],
      requests: Object.fromEntries(groups.map(({ service, spans, errors }) => [service, [spans, errors]])),
      failed: Object.fromEntries(
        ids.flatMap((id, i) => {
          const summary = summaries.get(id);
          return summary ? [[i + 1, [summary.errorCount, summary.failedCount]]] : [];
        }),
      ),
      found: data.map(({ traceId, matchedSpans }) => [ids.indexOf(traceId) + 1, matchedSpans]),
      sorted: sorted.data.map(({ traceId }) => ids.indexOf(traceId) + 1).sort(),
      looked: looked.data.map(({ traceId }) => ids.indexOf(traceId) + 1).sort(),
      charted: [sum(counts), sum(errors)],
    };
  }

  const ALL = {
    total: [7, 3],
    requests: REQUESTS,
    failed: FAILED,
    found: [
      [5, 1],
      [4, 1],
      [2, 1],
    ],
    sorted: [2, 4, 5],
    charted: [5, 3],
  };

  it('are spans that serve, or begin a trace, wherever they are counted', async () => {
    for (const spans of TRACES) await writer.append([batchOf(spans)]);
    expect(await figures()).toMatchObject(ALL);
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    expect(await figures()).toMatchObject(ALL);
    await sql.query(`update trace set failed_count = 9 where workspace_id = ${workspace}`);
    await sql.query(`update operation_minute set is_root = not is_root where workspace_id = ${workspace}`);
    await new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();
    expect(await figures()).toMatchObject(ALL);
  });

  it('are counted alike where spans come one by one, the last first', async () => {
    for (const span of TRACES.flat().reverse()) await writer.append([batchOf([span])]);
    expect(await figures()).toMatchObject(ALL);
  });

  it('of a deleted trace are not counted until it is restored', async () => {
    for (const spans of TRACES) await writer.append([batchOf(spans)]);
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    await deleteTrace(sql, workspace, traceIdOf(4));
    expect(await figures()).toMatchObject({
      total: [6, 2],
      requests: { ...REQUESTS, agent: [1, 0] },
      charted: [4, 2],
      sorted: [2, 5],
    });
    await restoreTrace(sql, workspace, traceIdOf(4));
    expect(await figures()).toMatchObject(ALL);
  });
});
