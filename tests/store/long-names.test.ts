/** Names without end, and names that are megabytes long: what is stored stays whole, and every answer stays small. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { readSpan } from '../../core/store/read/span-reader';
import { TraceReader } from '../../core/store/read/trace-reader';
import { migrate } from '../../core/store/schema/migrate';
import { QueryRunner } from '../../core/store/search/query-runner';
import { Searcher } from '../../core/store/search/searcher';
import { TraceHistogram } from '../../core/store/search/trace-histogram';
import { TraceList } from '../../core/store/search/trace-list';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const BOOK = new PriceBook([]);
/** More than any list tells apart. */
const NAMES = 1_300;

/** Each with names that nobody else has. */
function spansFrom(from: number, count: number): SampleSpan[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      traceId: traceIdOf(n + 1),
      spanId: (n + 1).toString(16).padStart(16, '0'),
      service: `service ${n}`,
      name: `operation ${n}`,
      kind: 2,
      startNs: T0 + BigInt(n) * 1_000_000n,
      endNs: T0 + BigInt(n) * 1_000_000n + 1_000n,
      attributes: {
        [`key.${n}`]: n,
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': `model ${n}`,
        'gen_ai.agent.name': `agent ${n}`,
        'gen_ai.conversation.id': `session ${n}`,
        'gen_ai.usage.input_tokens': 1,
      },
    };
  });
}

const bytesOf = (answer: unknown): number => JSON.stringify(answer).length;

describe.each([pgliteDatabases(), postgresDatabases()])('many and long names on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  const readers = () => workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY);
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    for (let from = 0; from < NAMES; from += 650) await writer.append([batchOf(spansFrom(from, 650))]);
    // The first is busier than all others.
    const busy = spansFrom(NAMES, 50).map((span) => ({ ...span, service: 'service 0', name: 'operation 0' }));
    await writer.append([batchOf(busy)]);
    await writer.change((tx, { blocks }) => blocks.seal(tx));
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  it('answers alike whether names are held in memory or not', async () => {
    const blocks = new BlockSummaries(sql, WORKSPACE);
    const held = { operations: 40, messages: 25, messageBytes: 1_000_000 };
    const few = new Searcher(sql, WORKSPACE, deflateCodec, blocks, EVERY_KEY, held);
    const all = new Searcher(sql, WORKSPACE, deflateCodec, blocks);
    const reader = new TraceReader(sql, WORKSPACE);
    const run = (searcher: Searcher, query: string) =>
      new TraceList(sql, searcher, reader).page({ query, waitMs: 60_000, limit: 100 });
    const queries = [
      '{ name = "operation 1199" }',
      '{ name = "operation 3" }',
      '{ name =~ "operation 1.*7" && kind = server }',
      '{ name != "operation 1000" && resource.service.name =~ "service 10.." }',
      '{ resource.service.name = "service 1034" }',
      '{ .service.name = "service 1035" }',
      '{ !(resource.service.name =~ "service .*[02468]") && span.key.77 = 77 }',
      '{ instrumentation:name = "service 1200-instrumentation" }',
      '{ span:text = "1177" }',
      '{ trace:rootName = "operation 1188" }',
      '{ trace:rootService =~ "service 12.1" }',
    ];
    for (const query of queries) {
      const [a, b] = [await run(few, query), await run(all, query)];
      expect(b.data.length, query).toBeGreaterThan(0);
      expect(
        a.data.map(({ traceId }) => traceId),
        query,
      ).toEqual(b.data.map(({ traceId }) => traceId));
    }
    for (const by of ['span:name', 'resource.service.name', 'instrumentation:name'] as const) {
      const grouped = async (searcher: Searcher) => {
        const runner = new QueryRunner(
          sql,
          new TraceList(sql, searcher, reader),
          new TraceHistogram(sql, WORKSPACE, searcher),
          searcher,
        );
        return (await runner.groups({ by, waitMs: 60_000 })).groups[0];
      };
      expect(await grouped(few)).toMatchObject({ spans: 51 });
      expect(await grouped(few)).toEqual(await grouped(all));
    }
  });

  it('finds a span by the whole of a long name, and gives that back', async () => {
    const long = (n: number, last: string) => `${'SELECT a, b FROM '.repeat(400)} WHERE zebra${n} = ${last}`;
    const spans = ['1', '2', '1'].map((last, i) => ({
      ...(spansFrom(0, 1)[0] as SampleSpan),
      traceId: traceIdOf(1_000_000 + i),
      service: `${'s'.repeat(3_000)}${last}`,
      name: long(i, last),
    }));
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await writer.append([batchOf(spans)]);
    const { queries, reader } = readers();
    const found = async (query: string): Promise<string[]> => {
      const result = await queries.run({ query, waitMs: 20_000 });
      return result.kind === 'traces' ? result.data.map(({ traceId }) => traceId).sort() : [];
    };
    const check = async (): Promise<void> => {
      expect(await found(`{ name = "${long(1, '2')}" }`)).toEqual([traceIdOf(1_000_001)]);
      expect(await found(`{ name = "${long(1, '3')}" }`)).toEqual([]);
      expect(await found(`{ name =~ ".*zebra[01] = .*" }`)).toEqual([traceIdOf(1_000_000), traceIdOf(1_000_001)]);
      expect(await found(`{ name != "${long(1, '2')}" && name =~ "SELECT.*" }`)).toEqual([
        traceIdOf(1_000_000),
        traceIdOf(1_000_002),
      ]);
      expect(await found('{ span:text = "zebra2" }')).toEqual([traceIdOf(1_000_002)]);
      expect(await found(`{ trace:rootName = "${long(2, '1')}" }`)).toEqual([traceIdOf(1_000_002)]);
      expect(await found(`{ resource.service.name = "${'s'.repeat(3_000)}2" }`)).toEqual([traceIdOf(1_000_001)]);
    };
    await check();
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    await check();
    const detail = await readSpan(sql, deflateCodec, WORKSPACE, traceIdOf(1_000_001), spans[1]?.spanId as string);
    expect(detail.name).toBe(long(1, '2'));
    expect(detail.service).toBe(`${'s'.repeat(3_000)}2`);
    const summaries = await reader.summaries([traceIdOf(1_000_001)]);
    expect(bytesOf([...summaries.values()])).toBeLessThan(2_000);
  });
});
