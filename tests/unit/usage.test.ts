/** Tokens of calls in the spellings, nestings and conventions in which they are sent, and what they cost. */
import { describe, expect, it } from 'vitest';
import type { AgentSpan } from '../../core/dialects/agent-span';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { factsOfSpan } from '../../core/dialects/span-facts';
import { usageOfObject } from '../../core/dialects/usage';
import { COST_KEYS, COUNT_KEYS, DETAIL_NAMES, INPUT_DETAILS, OUTPUT_DETAILS } from '../../core/dialects/usage-keys';
import type { AnyValue } from '../../core/model/json-types';
import { PriceBook } from '../../core/pricing/price-book';
import list from '../../resources/prices.json';

const book = new PriceBook(list.prices);
type Sent = Record<string, string | number>;

function anyValue(value: string | number): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function facts(name: string, sent: Sent) {
  return factsOfSpan(
    name,
    '',
    Object.entries(sent).map(([key, value]) => ({ key, value: anyValue(value) })),
  );
}

/** As it is read, after a check that it is stored the same. */
function read(sent: Sent, name = 'chat', scope = ''): AgentSpan {
  const attributes = Object.entries(sent).map(([key, value]) => ({ key, value: anyValue(value) }));
  const span = readAgentSpan({ name, scope, attributes, events: [] });
  if (!span) throw new Error('of no agent run');
  const call = factsOfSpan(name, scope, attributes)?.call;
  const { inputImage: _, ...tokens } = span.usage;
  expect(call).toEqual({
    provider: span.provider,
    model: span.responseModel ?? span.requestModel,
    serviceTier: span.serviceTier,
    reportedCost: span.reportedCost,
    ...tokens,
  });
  return span;
}

function cost({ provider, requestModel, responseModel, serviceTier, usage }: AgentSpan): number | null {
  const model = responseModel ?? requestModel ?? '';
  return book.cost({ ...usage, provider, model, serviceTier, startNs: 1_795_900_000_000_000_000n });
}

const chat = (provider: string, model: string, usage: Sent): Sent => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': provider,
  'gen_ai.request.model': model,
  'gen_ai.response.model': model,
  ...Object.fromEntries(Object.entries(usage).map(([key, value]) => [`gen_ai.usage.${key}`, value])),
});
const claude = (usage: Sent): Sent => chat('anthropic', 'claude-sonnet-4-5', usage);
const generation = (model: string, usage: object): Sent => ({
  'langfuse.observation.type': 'generation',
  'langfuse.observation.model.name': model,
  'langfuse.observation.usage_details': JSON.stringify(usage),
});

describe('tokens of the cache', () => {
  it('lie beside the input where they are more than it', () => {
    const span = read(
      claude({
        input_tokens: 5,
        output_tokens: 100,
        cache_read_input_tokens: 128_955,
        cache_creation_input_tokens: 1_253,
      }),
    );
    expect(span.usage.input).toBe(130_213);
    expect(cost(span)).toBeCloseTo(0.04490025, 10);
  });

  it('lie where the total shows them', () => {
    const of = (total: number) =>
      read(claude({ input_tokens: 1_000, output_tokens: 10, cache_read_input_tokens: 600, total_tokens: total })).usage
        .input;
    expect([of(1_010), of(1_610), of(7)]).toEqual([1_000, 1_600, 1_000]);
  });

  it('lie beside the input of the AI SDK 5 with Anthropic, and within that of 6', () => {
    const sdk = {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'anthropic.messages',
      'ai.model.id': 'claude-sonnet-4-5',
    };
    const five = {
      ...sdk,
      'ai.usage.inputTokens': 2_000,
      'ai.usage.outputTokens': 10,
      'ai.usage.totalTokens': 2_010,
      'ai.usage.cachedInputTokens': 800,
    };
    const written = { 'ai.response.providerMetadata': '{"anthropic":{"cacheCreationInputTokens":100}}' };
    const six = {
      ...five,
      'ai.usage.inputTokens': 2_800,
      'ai.usage.inputTokenDetails.noCacheTokens': 2_000,
      'ai.usage.inputTokenDetails.cacheReadTokens': 800,
    };
    expect(read(five).usage).toMatchObject({ input: 2_800, cacheRead: 800 });
    expect(read({ ...five, ...written }).usage).toMatchObject({ input: 2_900, cacheRead: 800, cacheWrite: 100 });
    expect(read(six).usage).toMatchObject({ input: 2_800, cacheRead: 800 });
    const openai = { ...five, 'ai.model.provider': 'openai.responses', 'ai.model.id': 'gpt-5' };
    expect(read(openai).usage).toMatchObject({ input: 2_000, cacheRead: 800 });
  });

  it('lie beside the input of Strands with Claude, and within that with OpenAI', () => {
    const counts = { input_tokens: 1_200, output_tokens: 150, cache_read_input_tokens: 800 };
    expect(read(chat('strands-agents', 'us.anthropic.claude-sonnet-4-20250514-v1:0', counts)).usage.input).toBe(2_000);
    expect(read(chat('strands-agents', 'gpt-5-mini', { ...counts, total_tokens: 1_350 })).usage.input).toBe(1_200);
  });
});

describe('thoughts', () => {
  const gemini = (usage: Sent) => read(chat('gcp.gemini', 'gemini-2.5-flash', usage));
  it('beside the output are output, and priced', () => {
    const counts = { input_tokens: 324, output_tokens: 1_364 };
    const beside = gemini({ ...counts, reasoning_tokens: 495, total_tokens: 2_183 });
    expect(beside.usage.output).toBe(1_859);
    expect(cost(beside)).toBeCloseTo(0.0047447, 10);
    expect(gemini({ ...counts, thoughts_token_count: 495, total_tokens: 1_688 }).usage.output).toBe(1_364);
    expect(gemini({ input_tokens: 324, output_tokens: 1, 'reasoning.output_tokens': 495 }).usage.output).toBe(496);
    expect(usageOfObject({ promptTokenCount: 5, candidatesTokenCount: 7, thoughtsTokenCount: 3 })).toMatchObject({
      output: 10,
    });
  });
});

describe('objects of usage', () => {
  it('of Langfuse overlap where their total says so', () => {
    const flat = read(generation('gpt-4o', { input: 17_903, input_cached_tokens: 17_817, output: 100, total: 18_003 }));
    expect([flat.usage.input, flat.usage.cacheRead]).toEqual([17_903, 17_817]);
    expect(cost(flat)).toBeCloseTo(0.02348625, 10);
    const parts = read(
      generation('gpt-4o', { input: 86, input_cached_tokens: 17_817, output: 36, output_reasoning: 64, total: 18_003 }),
    );
    expect(parts.usage).toMatchObject({ input: 17_903, output: 100, reasoning: 64 });
    const nested = read(
      generation('gpt-4o', {
        prompt_tokens: 17_903,
        completion_tokens: 100,
        total_tokens: 18_003,
        prompt_tokens_details: { cached_tokens: 17_817 },
        completion_tokens_details: { reasoning_tokens: 64 },
      }),
    );
    expect(nested.usage).toMatchObject({ input: 17_903, output: 100, cacheRead: 17_817, reasoning: 64 });
  });

  it('say what was written for an hour, which costs twice the input', () => {
    const hour = { ephemeral_1h_input_tokens: 37_175, ephemeral_5m_input_tokens: 0 };
    const sent = { input: 825, cache_creation_input_tokens: 37_175, cache_creation: hour, output: 100 };
    const span = read(generation('claude-sonnet-4-5', sent));
    expect(span.usage).toMatchObject({ input: 38_000, cacheWrite: 37_175, cacheWriteHour: 37_175 });
    expect(cost(span)).toBeCloseTo(0.227025, 10);
    const keyed = read({
      ...claude({ input_tokens: 38_000, output_tokens: 100, 'cache_write.input_tokens': 37_175 }),
      'anthropic.usage.cache_creation.ephemeral_1h_input_tokens': 37_175,
      'anthropic.response.service_tier': 'standard',
    });
    expect([cost(keyed), keyed.serviceTier]).toEqual([cost(span), 'standard']);
  });

  it.each([
    [{ inputTokens: 1_000, outputTokens: 5, cacheReadInputTokens: 700, totalTokens: 1_705 }, 1_700, 700],
    [{ input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 700 }, 710, 700],
    [
      { input_tokens: 1_200, output_tokens: 5, total_tokens: 1_205, input_token_details: { cache_read: 800 } },
      1_200,
      800,
    ],
    [
      { inputTokens: { total: 1_200, noCache: 400, cacheRead: 800 }, outputTokens: { total: 5, reasoning: 1 } },
      1_200,
      800,
    ],
    [{ inputTokens: 1_200, outputTokens: 5, inputDetails: { text: 400, cacheRead: 800 } }, 1_200, 800],
    [
      { usage: { prompt_tokens: 1_200, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 800 } } },
      1_200,
      800,
    ],
  ])('%j', (object, input, cacheRead) => {
    expect(usageOfObject(object)).toMatchObject({ input, output: 5, cacheRead });
    for (const key of ['langsmith.metadata.usage_metadata', 'mlflow.chat.tokenUsage', 'gen_ai.usage']) {
      expect(read({ 'gen_ai.operation.name': 'chat', [key]: JSON.stringify(object) }).usage).toMatchObject({
        input,
        cacheRead,
      });
    }
  });

  it('hold nothing that is not said', () => {
    expect(usageOfObject({})).toBeNull();
    expect(usageOfObject('12')).toBeNull();
    expect(usageOfObject({ input: -1, output: 'many' })).toBeNull();
    expect(read({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.output_tokens': 4 }).usage).toMatchObject({
      input: null,
      output: 4,
      cacheRead: null,
    });
  });
});

describe('every key of a count', () => {
  const counts = Object.entries(COUNT_KEYS).flatMap(([count, keys]) => keys.map((key) => [key, count] as const));
  it.each(
    counts.filter(
      ([, count]) => count in { input: 1, output: 1, cacheRead: 1, cacheWrite: 1, cacheWriteHour: 1, reasoning: 1 },
    ),
  )('%s is read, whatever else names the span', (key, count) => {
    expect(read({ 'gen_ai.operation.name': 'chat', [key]: 7 }).usage).toMatchObject({ [count]: 7 });
  });
  it.each(COST_KEYS.reportedCost)('%s is what the sender says that it cost', (key) => {
    expect(read({ 'gen_ai.operation.name': 'chat', [key]: 0.25 }).reportedCost).toBe(0.25);
  });
  it.each([
    ['gen_ai.usage', { prompt_tokens: 100, completion_tokens: 10, cost: 0.25 }],
    ['langfuse.observation.usage', { input: 100, output: 10, inputCost: 0.05, outputCost: 0.2, totalCost: 0.25 }],
    ['hidden_params', { model_id: 'x', response_cost: '0.25' }],
  ])('%s may hold what the sender says that it cost', (key, object) => {
    expect(read({ 'gen_ai.operation.name': 'chat', [key]: JSON.stringify(object) }).reportedCost).toBe(0.25);
  });
  it.each(['hidden_params', 'gen_ai.usage'])('%s holds no cost where it says none', (key) => {
    for (const object of [{ response_cost: null }, { cost: '' }, { cost: -1 }, 'cost'])
      expect(read({ 'gen_ai.operation.name': 'chat', [key]: JSON.stringify(object) }).reportedCost).toBeNull();
  });
  it('of costs in two parts gives their sum, and of one of them nothing', () => {
    const parts = { 'gen_ai.operation.name': 'chat', 'llm.cost.prompt': 0.25 };
    expect(read(parts).reportedCost).toBeNull();
    expect(read({ ...parts, 'llm.cost.completion': 0.5 }).reportedCost).toBe(0.75);
  });
});

describe('parts of counts, as LangChain names them', () => {
  it.each(['output_token_details.reasoning', 'output_tokens_details.reasoning_tokens'])(
    '%s is output where the total says that it lies beside it',
    (key) => {
      const sent = { input_tokens: 100, output_tokens: 10, total_tokens: 150, [key]: 40 };
      expect(read(chat('gcp.gemini', 'gemini-2.5-pro', sent)).usage).toMatchObject({ output: 50, reasoning: 40 });
    },
  );
  it('are read from what is flattened and from JSON', () => {
    const counts = { input_tokens: 100, output_tokens: 10 };
    const flat = { 'input_token_details.cache_read': 30, 'input_token_details.cache_creation': 50 };
    const whole = { input_token_details: JSON.stringify({ cache_read: 30, cache_creation: 50 }) };
    for (const details of [flat, whole])
      expect(read(chat('openai', 'gpt-4o', { ...counts, ...details })).usage).toMatchObject({
        input: 100,
        cacheRead: 30,
        cacheWrite: 50,
      });
  });
});

describe('every name of what counts are made up of', () => {
  const counts = { input_tokens: 100, output_tokens: 10 };
  const camel = (name: string): string => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  it.each([
    ...INPUT_DETAILS.map((details) => [details, DETAIL_NAMES.cacheRead, 'cacheRead'] as const),
    ...INPUT_DETAILS.map((details) => [details, DETAIL_NAMES.cacheWrite, 'cacheWrite'] as const),
    ...INPUT_DETAILS.map((details) => [details, DETAIL_NAMES.audio, 'inputAudio'] as const),
    ...OUTPUT_DETAILS.map((details) => [details, DETAIL_NAMES.reasoning, 'reasoning'] as const),
    ...OUTPUT_DETAILS.map((details) => [details, DETAIL_NAMES.audio, 'outputAudio'] as const),
  ])('%s is read flattened, as JSON and within an object of usage: %j', (details, names, count) => {
    for (const name of names) {
      for (const sent of [{ [`${details}.${name}`]: 7 }, { [details]: JSON.stringify({ [name]: 7 }) }])
        expect(read(chat('openai', 'gpt-4o', { ...counts, ...sent })).usage[count]).toBe(7);
      expect(usageOfObject({ ...counts, [details]: { [name]: 7 } })?.[count]).toBe(7);
      expect(usageOfObject({ inputTokens: 100, [camel(details)]: { [camel(name)]: 7 } })?.[count]).toBe(7);
    }
  });
});

describe('what a span is', () => {
  it('is a call where it counts tokens and says nothing else', () => {
    expect(read({ 'gen_ai.usage.input_tokens': 5, 'gen_ai.input.messages': '[]' }, 'x').kind).toBe('model');
    expect(read({ 'llm.input_messages.0.message.role': 'user', 'llm.token_count.prompt': 5 }, 'x').kind).toBe('model');
    expect(read({ 'llm.usage.prompt_tokens': 5 }, 'x').usage.input).toBe(5);
  });

  it.each<[string, Sent, string]>([
    ['weather_agent', { 'openinference.span.kind': 'AGENT', metadata: '{"lc_agent_name":"weather"}' }, 'weather'],
    [
      'Weather agent._execute_core',
      { 'openinference.span.kind': 'AGENT', 'graph.node.id': 'Weather agent' },
      'Weather agent',
    ],
    ['weather_agent', { 'langfuse.observation.type': 'agent' }, 'weather_agent'],
    ['invoke_agent', { 'gen_ai.operation.name': 'invoke_agent' }, 'invoke_agent'],
    ['invoke_agent planner', { 'gen_ai.operation.name': 'invoke_agent' }, 'planner'],
  ])('that is an agent has a name: %s %j', (name, sent, agent) => {
    const attributes = Object.entries(sent).map(([key, value]) => ({ key, value: anyValue(value) }));
    expect(readAgentSpan({ name, scope: '', attributes, events: [] })).toMatchObject({
      kind: 'agent',
      agentName: agent,
    });
    expect(factsOfSpan(name, '', attributes)?.agentName).toBe(agent);
  });

  it('that failed has the model of its parameters', () => {
    const failed = {
      'openinference.span.kind': 'LLM',
      'llm.invocation_parameters': '{"model":"gpt-5-mini","temperature":0.5}',
    };
    expect(read(failed).requestModel).toBe('gpt-5-mini');
  });

  it.each([
    ['ai.settings.context.sessionId', 'ai.settings.context.userId'],
    ['mastra.metadata.sessionId', 'mastra.metadata.userId'],
    ['mastra.metadata.threadId', 'mastra.metadata.userId'],
    ['langfuse.session.id', 'langfuse.user.id'],
    ['session.id', 'user.id'],
    ['metadata.thread_id', 'metadata.user_id'],
    ['gen_ai.session.id', 'gen_ai.user.id'],
    ['gen_ai.thread.id', 'gen_ai.user.id'],
    ['langwatch.thread.id', 'langwatch.user.id'],
    ['lmnr.association.properties.session_id', 'lmnr.association.properties.user_id'],
    ['traceloop.association.properties.chat_id', 'traceloop.association.properties.userId'],
    ['langfuse.trace.metadata.conversation_id', 'langfuse.trace.metadata.user_id'],
    ['wandb.thread_id', 'user_id'],
    ['galileo.session.id', 'enduser.id'],
    ['opik.thread_id', 'opik.user.id'],
    ['thread.id', 'user_id'],
    ['chat_id', 'user_id'],
  ])('names its session in %s', (session, user) => {
    const sent = { 'gen_ai.operation.name': 'chat', [session]: 's', [user]: 'u' };
    expect(read(sent)).toMatchObject({ sessionId: 's', userId: 'u' });
    expect(facts('chat', sent)).toMatchObject({ sessionId: 's', userId: 'u' });
  });

  it('names its session and user as MLflow writes texts', () => {
    const sent = { 'mlflow.spanType': '"CHAT_MODEL"', 'mlflow.trace.session': '"s"', 'mlflow.trace.user': '"u"' };
    expect(read(sent)).toMatchObject({ sessionId: 's', userId: 'u' });
    expect(facts('chat', sent)).toMatchObject({ sessionId: 's', userId: 'u' });
  });

  it('is in no session by the number of a thread, nor by names that a program gave to something else', () => {
    const numbered = { 'gen_ai.operation.name': 'chat', 'thread.id': 42 };
    expect(read(numbered).sessionId).toBeNull();
    expect(facts('chat', numbered)?.sessionId).toBeNull();
    expect(facts('GET /', { 'thread.id': 'main', chat_id: 'c', user_id: 'u' })).toBeNull();
  });

  it('says why the model of Anthropic stopped', () => {
    expect(read({ ...claude({}), 'anthropic.message.stop_reason': 'end_turn' }).finishReasons).toEqual(['end_turn']);
  });
});
