/** What calls of models leave in the store, and what they cost. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { MODEL_CALLS } from '../../core/store/calls/model-calls';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { TraceReader } from '../../core/store/read/trace-reader';
import { CORE_SCHEMA, MIGRATIONS, migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const long = { tokens: 200_000, input: 20, output: 40 };
const entries = [
  {
    provider: 'openai',
    model: 'm',
    input: 10,
    output: 20,
    cacheRead: 1,
    above: [long],
    tiers: { batch: { input: 5, output: 10 } },
  },
];

describe.each([pgliteDatabases(), postgresDatabases()])('model calls on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let book = new PriceBook(entries);

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    book = new PriceBook(entries);
  });
  afterEach(() => drop());

  let spans = 0;
  const call = (
    trace: number,
    model: string,
    tokens: Record<string, number | string>,
    more: Partial<SampleSpan> = {},
  ): SampleSpan => ({
    traceId: traceIdOf(trace),
    spanId: (++spans).toString(16).padStart(16, '0'),
    service: 'agent',
    name: `chat ${model}`,
    startNs: T0,
    endNs: T0 + 5n,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      ...Object.fromEntries(
        Object.entries(tokens).map(([key, value]) => [key.includes('.') ? key : `gen_ai.usage.${key}`, value]),
      ),
    },
    ...more,
  });
  const append = (...all: SampleSpan[]) => new StoreWriter(sql, WORKSPACE, deflateCodec).append([batchOf(all)]);
  const cost = async (trace: number) => {
    const { costUsd, costComplete, reportedCostUsd } = await new TraceReader(sql, WORKSPACE, () => book).summary(
      traceIdOf(trace),
    );
    return [costUsd, costComplete, reportedCostUsd];
  };

  it('cost what the book says: cached, in a batch, with much input each on its own', async () => {
    await append(
      call(1, 'm', { input_tokens: 1_000, output_tokens: 100, 'gen_ai.usage.cache_read.input_tokens': 600 }),
      call(1, 'm', { input_tokens: 200_000, output_tokens: 0 }),
      call(1, 'm', { input_tokens: 200_001, output_tokens: 0 }),
      call(1, 'm', { input_tokens: 1_000, output_tokens: 0, 'openai.response.service_tier': 'batch' }),
    );
    const dollars = (400 * 10 + 600 * 1 + 100 * 20 + 200_000 * 10 + 200_001 * 20 + 1_000 * 5) / 1e6;
    const [usd, ...rest] = await cost(1);
    expect(usd).toBeCloseTo(dollars, 10);
    expect(rest).toEqual([true, null]);
  });

  it('are counted once, however often they come, and priced anew when the book changes', async () => {
    const one = call(2, 'm', { input_tokens: 1_000_000, output_tokens: 0 });
    const cached = call(3, 'm-new', { input_tokens: 1_000_000, output_tokens: 0 });
    await append(one, one, cached);
    await append(one);
    expect(await cost(2)).toEqual([20, true, null]);
    expect(await cost(3)).toEqual([null, false, null]);
    book = new PriceBook([{ provider: 'openai', model: 'm*', input: 7 }, ...entries]);
    expect(await cost(3)).toEqual([7, true, null]);
  });

  it('of an unknown model are not called free; what the sender says is kept beside', async () => {
    await append(
      call(4, 'm', { input_tokens: 1_000, output_tokens: 0, 'operation.cost': 0.25 }),
      call(4, 'unheard-of', { input_tokens: 5, output_tokens: 5, 'operation.cost': 0.5 }),
      call(5, 'm', {}, { error: 'overloaded' }),
      call(5, 'm', { input_tokens: 1_000, output_tokens: 0 }),
    );
    expect(await cost(4)).toEqual([0.01, false, 0.75]);
    // A call that failed has no tokens, and cost nothing.
    expect(await cost(5)).toEqual([0.01, true, null]);
  });

  it('are added up by what they share, over time', async () => {
    const later = { startNs: T0 + 90_000_000_000n, endNs: T0 + 91_000_000_000n };
    await append(
      call(7, 'm', { input_tokens: 1_000, output_tokens: 10, 'gen_ai.usage.cache_read.input_tokens': 500 }),
      call(7, 'm', { input_tokens: 200_001, output_tokens: 0 }, later),
      call(8, 'unheard-of', { input_tokens: 7, output_tokens: 3 }),
      call(9, 'm', {}, { error: 'overloaded', ...later }),
    );
    const usage = await readUsage(sql, WORKSPACE, book, { stepSeconds: 60 });
    expect(usage.groups.map(({ name, calls, errors, inputTokens }) => [name, calls, errors, inputTokens])).toEqual([
      ['m', 3, 1, 201_001],
      ['unheard-of', 1, 0, 7],
    ]);
    const [known, unknown] = usage.groups;
    expect(known?.costUsd).toBeCloseTo((500 * 10 + 500 * 1 + 10 * 20 + 200_001 * 20) / 1e6);
    expect([known?.costComplete, unknown?.costUsd, unknown?.costComplete]).toEqual([true, null, false]);
    expect(known?.steps.map(({ calls, cacheReadTokens }) => [calls, cacheReadTokens])).toEqual([
      [1, 500],
      [2, 0],
    ]);
    // 500 of its tokens came from a cache: those of the model without a price are not said to have saved nothing.
    expect(known?.cacheSavedUsd).toBeCloseTo((500 * (10 - 1)) / 1e6, 9);
    expect(known?.steps.map(({ cacheSavedUsd }) => cacheSavedUsd === null)).toEqual([false, true]);
    expect(unknown?.cacheSavedUsd).toBeNull();
    const byService = await readUsage(sql, WORKSPACE, book, { groupBy: 'service', to: String(T0 + 1n) });
    expect(byService.groups).toMatchObject([{ name: 'agent', calls: 2, outputTokens: 13, costComplete: false }]);
    await expect(readUsage(sql, WORKSPACE, book, { from: '0', stepSeconds: 1 })).rejects.toThrow(/steps/);
    await sql.query('delete from model_call');
    expect((await readUsage(sql, WORKSPACE, book, {})).groups).toEqual([]);
  });

  it('are those of leaves: an agent that repeats the sum of its calls is none', async () => {
    const agent: SampleSpan = {
      ...call(6, 'm', { input_tokens: 1_000 }),
      name: 'invoke_agent a',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.request.model': 'm',
      },
    };
    await append(agent, call(6, 'm', { input_tokens: 1_000, output_tokens: 0 }));
    expect(await cost(6)).toEqual([0.01, true, null]);
    expect((await new TraceReader(sql, WORKSPACE).summary(traceIdOf(6))).inputTokens).toBe(1_000);
  });

  it('keep what they say when they are made narrow', async () => {
    const older = await databases.createEmpty();
    await migrate(older.sql, deflateCodec, { ...CORE_SCHEMA, migrations: MIGRATIONS.slice(0, 15) });
    await older.sql.query(
      `insert into model_call select 1, '${traceIdOf(1)}', n, 7, 1000 + n, 5, case when n < 3 then 2 else 1 end, 'openai',
         case when n = 1 then null else 'm' end, null, nullif('planner', case when n = 2 then 'planner' end), 10 * n, null,
         null, 3, null, null, null, 0.5 * n from generate_series(1, 4) as n`,
    );
    await migrate(older.sql, deflateCodec);
    const calls = await older.sql.query(
      `select span_id, start_ns, operation_id, status::int4 as status, provider, model, service_tier, agent_name, input_tokens,
         output_tokens, cache_write_tokens, reported_cost from ${MODEL_CALLS} c order by span_id`,
    );
    const kinds = await older.sql.query('select 1 from model_call_kind');
    await older.drop();
    const shared = {
      operation_id: 7,
      provider: 'openai',
      service_tier: null,
      output_tokens: null,
      cache_write_tokens: 3n,
    };
    const call = (n: number, status: number, model: string | null, agent_name: string | null) => {
      const times = { span_id: BigInt(n), start_ns: BigInt(1_000 + n) };
      return { ...shared, ...times, status, model, agent_name, input_tokens: BigInt(10 * n), reported_cost: 0.5 * n };
    };
    expect(calls).toEqual([
      call(1, 2, null, 'planner'),
      call(2, 2, 'm', null),
      call(3, 1, 'm', 'planner'),
      call(4, 1, 'm', 'planner'),
    ]);
    expect(kinds).toHaveLength(3);
  });
});
