/** The tokens of a call stand in the whole answer alone: stored and read as those of the call, once. */
import { describe, expect, it, vi } from 'vitest';
import type { AgentSpan } from '../../core/dialects/agent-span';
import { repeatedCalls } from '../../core/model/counted-calls';
import { read, stored } from '../fixtures/told-spans';

const OPENAI = {
  id: 'chatcmpl-1',
  model: 'gpt-5',
  choices: [],
  usage: {
    prompt_tokens: 1_200,
    completion_tokens: 5,
    total_tokens: 1_205,
    prompt_tokens_details: { cached_tokens: 800 },
    completion_tokens_details: { reasoning_tokens: 3 },
  },
};
const CLAUDE = {
  id: 'msg_1',
  type: 'message',
  content: [],
  usage: { input_tokens: 400, output_tokens: 5, cache_read_input_tokens: 800 },
};
const ANSWERS: readonly (readonly [string, object, Partial<AgentSpan['usage']>])[] = [
  ['a chat completion', OPENAI, { input: 1_200, output: 5, cacheRead: 800, reasoning: 3 }],
  ['a response', { id: 'resp_1', output: [], usage: { input_tokens: 7, output_tokens: 2 } }, { input: 7, output: 2 }],
  ['an embedding', { data: [], model: 'e', usage: { prompt_tokens: 8, total_tokens: 8 } }, { input: 8, output: null }],
  ['a message of Anthropic, whose cache lies beside', CLAUDE, { input: 1_200, output: 5, cacheRead: 800 }],
  [
    'Gemini, whose thoughts lie beside',
    { candidates: [], usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2, thoughtsTokenCount: 3 } },
    { input: 9, output: 5, reasoning: 3 },
  ],
];
const CALL = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'm' };

/** As it is read, after a check that it is stored the same. */
function usage(attributes: Readonly<Record<string, string | number>>, scope = 'x') {
  const { inputImage: _, ...tokens } = read(scope, 'call', attributes)?.usage ?? { inputImage: null };
  expect(stored(scope, 'call', attributes)?.call).toMatchObject(tokens);
  return tokens;
}

describe.each([
  ['OpenInference', CALL, 'output.value'],
  ['LangSmith', { 'langsmith.span.kind': 'llm', 'gen_ai.request.model': 'm' }, 'gen_ai.completion'],
  ['Langfuse', { 'langfuse.observation.type': 'generation' }, 'langfuse.observation.output'],
] as const)('of %s', (_, call, key) => {
  it.each(ANSWERS)('%s', (_name, answer, wanted) => {
    expect(usage({ ...call, [key]: JSON.stringify(answer) })).toMatchObject(wanted);
  });
});

it('are added up once, whatever the instrumentation is known to do with its own numbers', () => {
  const call = { ...CALL, 'output.value': JSON.stringify(CLAUDE) };
  expect(usage(call, 'opentelemetry.instrumentation.botocore')).toMatchObject({ input: 1_200, cacheRead: 800 });
});

it('are what attributes say, where these count any', () => {
  const answer = JSON.stringify(OPENAI);
  for (const [key, count] of [
    ['llm.token_count.prompt', { input: 100, output: null }],
    ['gen_ai.usage.output_tokens', { input: null, output: 100 }],
  ] as const)
    expect(usage({ ...CALL, [key]: 100, 'output.value': answer })).toMatchObject(count);
  const object = { ...CALL, 'gen_ai.usage': '{"prompt_tokens":100,"completion_tokens":1}', 'output.value': answer };
  expect(usage(object)).toMatchObject({ input: 100, output: 1 });
  // What they say besides is kept.
  expect(usage({ ...CALL, 'llm.token_count.prompt_details.audio': 4, 'output.value': answer })).toMatchObject({
    input: 1_200,
    inputAudio: 4,
  });
});

it('hold no more of the cache than goes into the call, where attributes alone tell of it', () => {
  const answer = JSON.stringify({ id: 'msg_1', content: [], usage: { input_tokens: 400, output_tokens: 5 } });
  const cached = (key: string, count: number) => ({ ...CALL, [`gen_ai.usage.${key}`]: count, 'output.value': answer });
  expect(usage(cached('cache_read.input_tokens', 300))).toMatchObject({ input: 400, cacheRead: 300 });
  expect(usage(cached('cache_read.input_tokens', 800))).toMatchObject({ input: 400, cacheRead: null });
  expect(usage(cached('cache_creation.input_tokens', 800))).toMatchObject({ input: 400, cacheWrite: null });
});

it('are read of an answer that is parsed once, and of none above a megabyte', () => {
  const call = { 'openinference.span.kind': 'LLM', 'output.value': JSON.stringify(OPENAI) };
  const parse = vi.spyOn(JSON, 'parse');
  expect(stored('x', 'call', call)?.call).toMatchObject({ model: 'gpt-5', input: 1_200 });
  const times = parse.mock.calls.filter(([text]) => text === call['output.value']).length;
  parse.mockRestore();
  expect(times).toBe(1);
  const long = JSON.stringify({ ...OPENAI, file: 'x'.repeat(1_048_576) });
  expect(usage({ ...CALL, 'output.value': long })).toMatchObject({ input: null, output: null });
});

it('are no tokens of what calls no model, nor what a model said of other things', () => {
  const answer = JSON.stringify(OPENAI);
  for (const kind of ['CHAIN', 'TOOL']) {
    const span = { 'openinference.span.kind': kind, 'output.value': answer };
    expect(stored('x', 'call', span)?.call).toBeNull();
    expect(read('x', 'call', span)?.usage.input).toBeNull();
  }
  expect(stored('x', 'GET /', { 'output.value': answer })).toBeNull();
  for (const said of [
    '{"usage":{"input":3}}',
    '{"usage":"high","id":"x","output":[]}',
    '{"id":"host-7","usage":{"input":120,"output":80}}',
    '{"model":"Corolla","usage":{"input":5}}',
    '{"id":"host-7","output":"fine","usage":{"input":5}}',
    '{"usage":',
    'The "usage" is',
  ])
    expect(usage({ ...CALL, 'output.value': said })).toMatchObject({ input: null, output: null });
});

it('count once where the call within says them in attributes', () => {
  const outer = stored('x', 'call', { ...CALL, 'output.value': JSON.stringify(OPENAI) })?.call;
  const of = { isEmbedding: false, startNs: 0n, endNs: 9n, response: null, model: 'm', output: 5 };
  const span = (id: bigint, parentId: bigint, input: number | null) => {
    return { id, parentId, isApart: false, call: { ...of, input, source: String(id) } };
  };
  expect([...repeatedCalls([span(1n, 0n, outer?.input ?? null), span(2n, 1n, 1_200)])]).toEqual([1n]);
});
