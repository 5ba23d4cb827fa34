/** Numbers that nothing counted and structures deeper than any message are read as what they are not: neither counted nor followed. */
import { expect, it, vi } from 'vitest';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { factsOfSpan } from '../../core/dialects/span-facts';
import { parsed } from '../../core/dialects/span-source';
import type { AnyValue } from '../../core/model/json-types';

const CHAT = [
  { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
  { key: 'gen_ai.request.model', value: { stringValue: 'm' } },
];
const spanWith = (key: string, value: AnyValue) => ({
  name: 'chat m',
  scope: '',
  attributes: [...CHAT, { key, value }],
  events: [],
});

it.each<[string, AnyValue]>([
  ['gen_ai.usage.input_tokens', { intValue: '9007199254740991' }],
  ['gen_ai.usage.input_tokens', { stringValue: '1e15' }],
  ['gen_ai.usage.output_tokens', { doubleValue: 1e300 }],
  ['llm.token_count.prompt', { intValue: '10000000001' }],
  ['gen_ai.usage.cost', { doubleValue: 1.7e308 }],
  ['llm.cost.total', { doubleValue: Number.POSITIVE_INFINITY }],
  ['langfuse.observation.usage_details', { stringValue: '{"input":9007199254740991,"output":9e15}' }],
  ['ai.usage.promptTokens', { doubleValue: 9e15 }],
])('%s of %j is not counted', (key, value) => {
  const { usage, reportedCost } = readAgentSpan(spanWith(key, value)) ?? {};
  expect([usage?.input ?? null, usage?.output ?? null, reportedCost]).toEqual([null, null, null]);
  const facts = factsOfSpan('chat m', '', spanWith(key, value).attributes);
  expect([facts?.call?.input ?? null, facts?.call?.output ?? null, facts?.call?.reportedCost]).toEqual([
    null,
    null,
    null,
  ]);
});

it('counts what a call can have', () => {
  const most = readAgentSpan(spanWith('gen_ai.usage.input_tokens', { intValue: '10000000000' }));
  expect(most?.usage.input).toBe(10_000_000_000);
});

it.each([1_000, 5_000, 20_000])('messages %d deep stay text', (depth) => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"content":', '}]'],
  ] as const) {
    const text = `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect(parsed(text)).toBe(text);
    for (const key of ['gen_ai.input.messages', 'gen_ai.tool.definitions', 'gen_ai.tool.call.result', 'output.value']) {
      expect(readAgentSpan(spanWith(key, { stringValue: text }))).not.toBeNull();
    }
  }
  expect(parsed('[[[{"a":[1]}]]]')).toEqual([[[{ a: [1] }]]]);
});

it('a structure of 200 levels is read, whatever its texts hold', () => {
  const nested = (depth: number, inner: string): string => '['.repeat(depth) + inner + ']'.repeat(depth);
  const text = JSON.stringify(`\\"${'[{'.repeat(200)}\\`);
  const deepest = nested(200, text);
  expect(parsed(deepest)).toEqual(JSON.parse(deepest));
  expect(parsed(nested(201, text))).toBe(nested(201, text));
  expect(parsed(text)).toBe(JSON.parse(text));
});

it('a structure of many parts is read without a list of those of each level', () => {
  const listed = vi.spyOn(Object, 'values');
  const structure = parsed(`{"c":[${'{},'.repeat(1_000)}{}]}`);
  const lists = listed.mock.calls.length;
  listed.mockRestore();
  expect([structure, lists]).toEqual([{ c: Array(1_001).fill({}) }, 0]);
});
