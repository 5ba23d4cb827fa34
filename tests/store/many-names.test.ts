/** Names without end: every answer stays small, and says how many there are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountedPage, PageQuery } from '../../core/api/page';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { readAgents } from '../../core/store/figures/agents';
import { AttributeCatalogue } from '../../core/store/figures/attribute-catalogue';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { StoredSpans } from '../../core/store/ingest/stored-spans';
import { deleteTrace } from '../../core/store/pruning/trace-removal';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const BOOK = new PriceBook([]);
/** More than any list tells apart. */
const NAMES = 2_600;
const ANSWER_BYTES = 2_500_000;

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

/** All pages of a list. */
async function all<T>(read: (query: PageQuery) => Promise<CountedPage<T>>): Promise<{ items: T[]; total: number }> {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor ? { limit: 400, cursor } : { limit: 400 });
    expect(page.data.length).toBeLessThanOrEqual(400);
    items.push(...page.data);
    if (!page.pagination.hasMore) return { items, total: page.total };
    cursor = page.pagination.nextCursor as string;
  }
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

  it('names the busiest operations and services, and counts the rest as one', async () => {
    for (const groupBy of ['operation', 'service'] as const) {
      const red = await readers().services.red({ groupBy });
      expect(red.groups[0]).toMatchObject({ service: 'service 0', spans: 51 });
      expect(red.other?.count).toBe(NAMES - red.groups.length);
      const shown = red.groups.reduce((sum, { spans }) => sum + spans, 0);
      expect(shown + (red.other?.spans ?? 0)).toBe(NAMES + 50);
      expect(red.total.spans).toBe(NAMES + 50);
      expect(bytesOf(red)).toBeLessThan(ANSWER_BYTES);
    }
  });

  it('names the most frequent models and agents, and counts the rest as one', async () => {
    for (const groupBy of ['model', 'agent'] as const) {
      const usage = await readUsage(sql, WORKSPACE, BOOK, { groupBy });
      const calls = usage.groups.reduce((sum, group) => sum + group.calls, 0) + (usage.other?.calls ?? 0);
      expect(calls).toBe(NAMES + 50);
      expect(usage.groups.length + (usage.other?.count ?? 0)).toBe(NAMES + 50);
      expect(bytesOf(usage)).toBeLessThan(ANSWER_BYTES);
    }
    const agents = await readAgents(sql, WORKSPACE, BOOK, {});
    expect(agents.data.length).toBeLessThanOrEqual(1_000);
    expect(agents.total).toBe(NAMES + 50);
    expect(agents.data.every(({ models }) => models.length === 1)).toBe(true);
  });

  it('gives every list in pages that neither miss nor repeat, with how many there are', async () => {
    const { reader, attributes } = readers();
    const services = await all((query) => reader.listServices(query));
    expect(services.total).toBe(NAMES);
    expect(new Set(services.items.map(({ name }) => name)).size).toBe(NAMES);
    const operations = await all((query) => reader.listOperations(query));
    expect(operations.total).toBe(NAMES);
    expect(new Set(operations.items.map(({ name }) => name)).size).toBe(NAMES);
    const keys = await all((query) => attributes.keys({ ...query, query: 'span.key.' }));
    expect(keys.total).toBe(NAMES + 50);
    expect(new Set(keys.items.map(({ key }) => key)).size).toBe(NAMES + 50);
    const values = await all((query) => attributes.values('resource.service.name', query));
    expect(values.total).toBe(NAMES);
    expect(values.items[0]).toEqual({ value: 'service 0', isText: true, spanCount: 51 });
    expect((await reader.listOperations({ service: 'service 7' })).data).toMatchObject([{ name: 'operation 7' }]);
  });

  it('tells resources apart up to what memory may hold, says so, and counts their values right', async () => {
    const few = new AttributeCatalogue(sql, WORKSPACE, new BlockSummaries(sql, WORKSPACE), {
      messages: 100,
      messageBytes: 8_000_000,
    });
    const { data } = await few.keys({ query: 'resource.service.name' });
    expect(data).toEqual([{ key: 'resource.service.name', valueCount: 100, complete: false, spanCount: 150 }]);
    const values = await all((query) => few.values('resource.service.name', query));
    expect(values.total).toBe(100);
    expect(values.items[0]).toEqual({ value: 'service 0', isText: true, spanCount: 51 });
    const [whole] = (await readers().attributes.keys({ query: 'resource.service.name' })).data;
    expect(whole).toMatchObject({ valueCount: NAMES, complete: true, spanCount: NAMES + 50 });
  });

  it('remembers traces up to what they weigh together, be they ever so small', async () => {
    const stored = new StoredSpans(WORKSPACE, 3_200);
    for (let from = 0; from < 2_000; from += 100) {
      const ids = Array.from({ length: 100 }, (_, i) => traceIdOf(1_000_000 + from + i));
      await stored.of(sql, ids);
      stored.committed();
      // The last hundred are those in use.
      expect(stored.held).toBeLessThanOrEqual(200);
    }
  });

  it('leaves out of the sums what does not serve, and deleted traces, as it does of few', async () => {
    const [called] = spansFrom(NAMES + 60, 1);
    const calls = spansFrom(NAMES + 70, 30).map((span) => ({
      ...span,
      ...{ service: 'service 0', name: 'calls others', kind: 3, parentSpanId: 'ffffffffffffffff', attributes: {} },
    }));
    const alone = { ...(called as SampleSpan), service: 'only calls', name: 'calls', kind: 3, attributes: {} };
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await writer.append([batchOf([...calls, alone])]);
    for (const isClosed of [false, true]) {
      if (isClosed) await writer.change((tx, { blocks }) => blocks.seal(tx));
      const byOperation = await readers().services.red({ groupBy: 'operation' });
      expect(byOperation.groups[1]).toMatchObject({ service: 'service 0', operation: 'calls others', spans: 30 });
      expect(byOperation.total.spans).toBe(NAMES + 51);
      expect(byOperation.groups.length + (byOperation.other?.count ?? 0)).toBe(NAMES + 2);
      const byService = await readers().services.red({ groupBy: 'service' });
      expect(byService.groups[0]).toMatchObject({ service: 'service 0', spans: 51 });
      expect(byService.total.spans).toBe(NAMES + 51);
      expect(byService.groups.length + (byService.other?.count ?? 0)).toBe(NAMES + 1);
    }
    // An operation of which nothing is left, and with it its service; and one of a service that serves no more.
    await deleteTrace(sql, WORKSPACE, traceIdOf(8));
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    const byOperation = await readers().services.red({ groupBy: 'operation' });
    expect(byOperation.groups[0]).toMatchObject({ operation: 'operation 0', spans: 50 });
    expect(byOperation.groups.length + (byOperation.other?.count ?? 0)).toBe(NAMES + 1);
    const byService = await readers().services.red({ groupBy: 'service' });
    expect(byService.groups.length + (byService.other?.count ?? 0)).toBe(NAMES);
    expect(byService.total.spans).toBe(NAMES + 49);
    // The last minute that times can name ends beyond them.
    const last = {
      ...(called as SampleSpan),
      traceId: traceIdOf(NAMES + 200),
      startNs: 2n ** 63n - 2n,
      endNs: 2n ** 63n - 1n,
    };
    await writer.append([batchOf([last])]);
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    expect((await readers().services.red({})).total.spans).toBe(NAMES + 50);
  });
});
