/** Numbers at the ends of what they can be, of many spans together: every list and figure answers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { readAllAgents } from '../../core/store/figures/agents';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { workspaceReaders } from '../../services/store/workspace-readers';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const BOOK = new PriceBook([{ provider: 'openai', model: 'gpt-4o', input: 10, output: 10 }]);
/** 2000-01-01, before which no time is believed. */
const EARLIEST_NS = 946_684_800_000_000_001n;
const SPANS = 1_100;

const call = (n: number, trace: number, attributes: Record<string, string | number>): SampleSpan => ({
  traceId: traceIdOf(trace),
  spanId: n.toString(16).padStart(16, '0'),
  service: 'agent',
  name: 'chat gpt-4o',
  startNs: trace > 1 ? EARLIEST_NS : T0,
  endNs: T0 + 5n,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.agent.name': 'a',
    'gen_ai.response.id': `answer ${n}`,
    'gen_ai.conversation.id': 's',
    ...attributes,
  },
});

describe.each([pgliteDatabases(), postgresDatabases()])('numbers at their ends on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterEach(() => drop());

  it('of tokens, costs and durations leave all answers answered', async () => {
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const most = Number.MAX_SAFE_INTEGER;
    const tokens = { 'gen_ai.usage.input_tokens': most, 'gen_ai.usage.output_tokens': most };
    await writer.append([batchOf(Array.from({ length: SPANS }, (_, i) => call(i + 1, 1, tokens)))]);
    const cost = { 'gen_ai.usage.cost': '1.7e308', 'gen_ai.usage.input_tokens': 7 };
    await writer.append([batchOf(Array.from({ length: 20 }, (_, i) => call(i + 2_001, i + 2, cost)))]);
    const { reader, list, sessions, services } = workspaceReaders(sql, WORKSPACE, () => BOOK, EVERY_KEY);
    expect((await list.page({})).data).toHaveLength(21);
    expect((await reader.summary(traceIdOf(1))).spanCount).toBe(SPANS);
    expect((await sessions.list({})).data).toMatchObject([{ sessionId: 's', traceCount: 21 }]);
    expect((await sessions.summary('s')).traceCount).toBe(21);
    const usage = await readUsage(sql, WORKSPACE, BOOK, { groupBy: 'model' });
    expect(usage.groups[0]).toMatchObject({ name: 'gpt-4o', calls: SPANS + 20 });
    expect(JSON.stringify(await readAllAgents(sql, WORKSPACE, BOOK, {}))).toContain('"a"');
    expect((await services.red({})).groups).not.toEqual([]);
    // What an older version stored is summed up as far as a column goes.
    await sql.query('update model_call set input_tokens = 9007199254740991, output_tokens = 9007199254740991');
    await sql.query('update trace set input_tokens = 9223372036854775807');
    expect((await sessions.summary('s')).traceCount).toBe(21);
    expect((await list.page({})).data).toHaveLength(21);
    await readUsage(sql, WORKSPACE, BOOK, { groupBy: 'model' });
    await readAllAgents(sql, WORKSPACE, BOOK, {});
  });
});
