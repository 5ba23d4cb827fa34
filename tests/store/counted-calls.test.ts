/** One call of a model that several spans tell counts once, in whichever order and in however many requests they come. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { TraceReader } from '../../core/store/read/trace-reader';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const book = new PriceBook([{ provider: 'openai', model: 'gpt-4o', input: 10, output: 0 }]);
const MS = 1_000_000n;

interface Told {
  readonly id: number;
  readonly parent?: number;
  readonly trace?: number;
  /** From and to, in milliseconds. */
  readonly at?: readonly [number, number];
  readonly attributes: Record<string, string | number>;
  readonly name?: string;
}

function spanOf({ id, parent, trace = 1, at = [id, 100 - id], attributes, name }: Told): SampleSpan {
  return {
    traceId: traceIdOf(trace),
    spanId: id.toString(16).padStart(16, '0'),
    ...(parent === undefined ? {} : { parentSpanId: parent.toString(16).padStart(16, '0') }),
    service: 'agent',
    name: name ?? `span ${id}`,
    startNs: T0 + BigInt(at[0]) * MS,
    endNs: T0 + BigInt(at[1]) * MS,
    attributes,
  };
}

const llm = (input?: number): Told['attributes'] => ({
  'openinference.span.kind': 'LLM',
  'llm.model_name': 'gpt-4o',
  'llm.provider': 'openai',
  ...(input === undefined ? {} : { 'llm.token_count.prompt': input, 'llm.token_count.completion': 1 }),
});
const chat = (input?: number, more: Told['attributes'] = {}): Told['attributes'] => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  ...(input === undefined ? {} : { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': 1 }),
  ...more,
});
const http = { 'http.request.method': 'POST' };
const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't' };
const agent = (input?: number): Told['attributes'] => ({
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  ...(input === undefined ? {} : { 'gen_ai.usage.input_tokens': input }),
});
const answer = (id: string) => ({ 'gen_ai.response.id': id });

/** What is told, how many calls that is, and how many tokens went into them by trace; null: nobody knows. */
const CASES: readonly [string, readonly Told[], number, readonly (number | null)[]][] = [
  [
    'a framework around an SDK',
    [
      { id: 1, attributes: llm(100) },
      { id: 2, parent: 1, attributes: http },
      { id: 3, parent: 2, attributes: chat(100) },
    ],
    1,
    [100],
  ],
  [
    'client, gateway and its client, who count differently',
    [
      { id: 1, attributes: chat(90) },
      { id: 2, parent: 1, attributes: llm(95) },
      { id: 3, parent: 2, attributes: chat(100) },
    ],
    1,
    [100],
  ],
  [
    'an inner call that does not count',
    [
      { id: 1, attributes: llm(100) },
      { id: 2, parent: 1, attributes: chat() },
    ],
    1,
    [100],
  ],
  [
    'a framework around two attempts',
    [
      { id: 1, attributes: llm(100) },
      { id: 2, parent: 1, at: [2, 20], attributes: chat() },
      { id: 3, parent: 1, at: [30, 90], attributes: chat(100) },
    ],
    2,
    [100],
  ],
  [
    'a call of an agent that a tool runs, within the call that asked for the tool',
    [
      { id: 1, attributes: chat(100) },
      { id: 2, parent: 1, attributes: tool },
      { id: 3, parent: 2, attributes: chat(30) },
    ],
    2,
    [130],
  ],
  [
    'two instrumentations beside each other, by the answer',
    [
      { id: 1, attributes: http },
      { id: 2, parent: 1, attributes: chat(100, answer('msg_1')) },
      { id: 3, parent: 1, attributes: chat(100, answer('msg_1')) },
    ],
    1,
    [100],
  ],
  [
    'two instrumentations beside each other, by time, model and tokens',
    [
      { id: 1, attributes: http },
      { id: 2, parent: 1, attributes: llm(100) },
      { id: 3, parent: 1, attributes: chat(100, { 'gen_ai.response.model': 'gpt-4o-2024-08-06' }) },
    ],
    1,
    [100],
  ],
  [
    'calls of one instrumentation at once, which are alike',
    [
      { id: 1, attributes: http },
      { id: 2, parent: 1, name: 'chat', attributes: chat(100) },
      { id: 3, parent: 1, name: 'chat', attributes: chat(100) },
      { id: 4, parent: 1, name: 'chat', attributes: chat(100) },
    ],
    3,
    [300],
  ],
  [
    'two answers, one after the other',
    [
      { id: 1, at: [0, 10], attributes: chat(100, answer('msg_1')) },
      { id: 2, at: [20, 30], attributes: chat(100, answer('msg_2')) },
    ],
    2,
    [200],
  ],
  ['an agent that counts its calls, which are not recorded', [{ id: 1, attributes: agent(100) }], 1, [100]],
  [
    'an agent around an agent and a call that counts, and one whose tool calls a model',
    [
      { id: 1, attributes: agent(100) },
      { id: 2, parent: 1, attributes: agent(100) },
      { id: 3, parent: 2, attributes: chat(90) },
      { id: 4, trace: 2, attributes: agent(50) },
      { id: 5, trace: 2, parent: 4, attributes: tool },
      { id: 6, trace: 2, parent: 5, attributes: chat(30) },
    ],
    3,
    [90, 80],
  ],
  [
    'an agent beside a call of which nobody knows whose it is',
    [
      { id: 1, attributes: agent(100) },
      { id: 2, parent: 77, attributes: chat(90) },
    ],
    1,
    [90],
  ],
  [
    'an agent beside a call of an agent that counts nothing, both within another',
    [
      { id: 1, attributes: agent() },
      { id: 2, parent: 1, attributes: agent(100) },
      { id: 3, parent: 1, attributes: agent() },
      { id: 4, parent: 3, attributes: chat(9) },
      { id: 5, trace: 2, attributes: agent() },
      { id: 6, trace: 2, parent: 5, attributes: agent(100) },
      { id: 7, trace: 2, parent: 5, attributes: chat(9) },
    ],
    3,
    [109, 9],
  ],
  [
    'an agent around, or beside, calls that know no tokens, and one around a call that does, too',
    [
      { id: 1, attributes: agent(100) },
      { id: 2, parent: 1, attributes: chat() },
      { id: 3, trace: 2, attributes: agent(100) },
      { id: 4, trace: 2, parent: 77, attributes: chat() },
      { id: 5, trace: 3, attributes: agent(100) },
      { id: 6, trace: 3, parent: 5, at: [6, 20], attributes: chat() },
      { id: 7, trace: 3, parent: 5, at: [30, 90], attributes: chat(90) },
    ],
    6,
    [100, 100, 90],
  ],
  [
    'an embedding within a call',
    [
      { id: 1, attributes: chat(100) },
      {
        id: 2,
        parent: 1,
        attributes: {
          'gen_ai.operation.name': 'embeddings',
          'gen_ai.request.model': 'e',
          'gen_ai.usage.input_tokens': 5,
        },
      },
    ],
    2,
    [105],
  ],
];

describe.each([pgliteDatabases(), postgresDatabases()])('calls that several spans tell, on $name', (databases) => {
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
  beforeEach(() => empty());
  const empty = async (): Promise<void> => {
    for (const table of ['trace', 'span', 'model_call', 'missing_parent']) await sql.query(`delete from ${table}`);
  };

  const figures = async (traces: number): Promise<[number, (number | null)[]]> => {
    const reader = new TraceReader(sql, WORKSPACE, () => book);
    const tokens: (number | null)[] = [];
    let dollars = 0;
    for (let trace = 1; trace <= traces; trace++) {
      const { inputTokens, costUsd } = await reader.summary(traceIdOf(trace));
      tokens.push(inputTokens);
      dollars += costUsd ?? 0;
    }
    const { groups } = await readUsage(sql, WORKSPACE, book, {});
    const sum = (of: (group: (typeof groups)[number]) => number): number =>
      groups.reduce((all, one) => all + of(one), 0);
    const all = tokens.reduce((total: number, one) => total + (one ?? 0), 0);
    expect(sum(({ inputTokens }) => inputTokens)).toBe(all);
    expect(sum(({ costUsd }) => costUsd ?? 0)).toBeCloseTo(dollars, 10);
    return [sum(({ calls }) => calls), tokens];
  };
  const rebuild = (writer: StoreWriter) =>
    new Rebuild(
      writer,
      () => {},
      () => false,
    ).run();

  it.each(CASES)('%s', async (_, told, calls, tokens) => {
    const spans = told.map(spanOf);
    const orders = [
      [spans],
      [[...spans].reverse()],
      spans.map((span) => [span]),
      [...spans].reverse().map((span) => [span]),
    ];
    for (const requests of orders) {
      // A writer that remembers all, and one that is new with each request.
      for (const isNew of requests.length > 1 ? [false, true] : [false]) {
        await empty();
        let writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
        for (const request of requests) {
          if (isNew) writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
          await writer.append([batchOf(request)]);
        }
        expect(await figures(tokens.length)).toEqual([calls, tokens]);
        if (requests !== orders.at(-1)) continue;
        await rebuild(writer);
        expect(await figures(tokens.length)).toEqual([calls, tokens]);
      }
    }
  });

  it('in traces of their own count where the answer was told first', async () => {
    const spans = [
      { id: 1, trace: 1, attributes: llm() },
      { id: 2, trace: 1, parent: 1, attributes: chat(100, answer('msg_1')) },
      { id: 3, trace: 2, attributes: chat(100, answer('msg_1')) },
      { id: 4, trace: 3, attributes: chat(70, answer('msg_2')) },
    ].map(spanOf);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    for (const span of spans) await writer.append([batchOf([span])]);
    expect(await figures(3)).toEqual([2, [100, null, 70]]);
    await rebuild(writer);
    expect(await figures(3)).toEqual([2, [100, null, 70]]);
    // A writer that starts now knows them, too.
    await new StoreWriter(sql, WORKSPACE, deflateCodec).append([
      batchOf([spanOf({ id: 5, trace: 4, attributes: chat(70, answer('msg_2')) })]),
    ]);
    expect(await figures(4)).toEqual([2, [100, null, 70, null]]);
  });
});
