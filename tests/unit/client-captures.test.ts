/** What real clients sent to us when they were tried (npm run clients), cut to what matters. */
import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../core/agent-run/conversation';
import { repeatedCalls, type TracedCall } from '../../core/model/counted-calls';
import { runSpan } from '../fixtures/run-spans';
import { read, stored } from '../fixtures/told-spans';

describe('MLflow 3.17', () => {
  const call = {
    'mlflow.spanType': '"CHAT_MODEL"',
    'mlflow.spanInputs': '{"model": "gpt-5-mini", "messages": [{"role": "user", "content": "yes"}]}',
    'mlflow.llm.model': '"gpt-5-mini-2025-08-07"',
    'mlflow.chat.tokenUsage':
      '{"input_tokens": 1111, "output_tokens": 49, "total_tokens": 1160, "cache_read_input_tokens": 503}',
    'mlflow.spanOutputs':
      '{"id": "chatcmpl-r0003", "choices": [{"finish_reason": "stop", "index": 0, "message": {"content": "answer 3", "role": "assistant"}}]}',
  };

  it('tells its calls as JSON', () => {
    expect(read('mlflow.tracing.provider', 'Completions', call)).toMatchObject({
      kind: 'model',
      dialects: ['mlflow'],
      responseModel: 'gpt-5-mini-2025-08-07',
      responseId: 'chatcmpl-r0003',
      input: [{ role: 'user', parts: [{ type: 'text', text: 'yes' }] }],
      output: [{ role: 'assistant', parts: [{ type: 'text', text: 'answer 3' }] }],
      finishReasons: ['stop'],
      usage: { input: 1111, output: 49, cacheRead: 503 },
    });
    expect(stored('mlflow.tracing.provider', 'Completions', call)).toMatchObject({
      kind: 'model',
      call: { model: 'gpt-5-mini-2025-08-07', input: 1111, output: 49, cacheRead: 503 },
    });
  });

  it('has calls that failed, agents and tools', () => {
    const failed = { 'mlflow.spanType': '"CHAT_MODEL"', 'mlflow.spanInputs': call['mlflow.spanInputs'] };
    expect(stored('', 'Completions', failed)?.call).toMatchObject({ input: null, output: null });
    expect(read('', 'weather', { 'mlflow.spanType': '"AGENT"' })).toMatchObject({
      kind: 'agent',
      agentName: 'weather',
    });
    const tool = {
      'mlflow.spanType': '"TOOL"',
      'mlflow.spanInputs': '{"city": "Oslo"}',
      'mlflow.spanOutputs': '"rain"',
    };
    expect(read('', 'get_weather', tool)?.tool).toMatchObject({
      name: 'get_weather',
      arguments: { city: 'Oslo' },
      result: 'rain',
    });
  });
});

it('Genkit tells its actions by their types', () => {
  const call = {
    'genkit:type': 'action',
    'genkit:metadata:subtype': 'model',
    'genkit:name': 'googleai/gemini-2.5-flash',
    'genkit:input': '{"messages":[{"role":"user","content":[{"text":"hi"}]}]}',
    'genkit:output':
      '{"message":{"role":"model","content":[{"text":"ho"}]},"finishReason":"stop","usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10}}',
  };
  expect(read('genkit-tracer', 'gemini', call)).toMatchObject({
    kind: 'model',
    requestModel: 'googleai/gemini-2.5-flash',
    input: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    output: [{ role: 'assistant', parts: [{ type: 'text', text: 'ho' }] }],
    finishReasons: ['stop'],
    usage: { input: 7, output: 3 },
  });
  expect(stored('genkit-tracer', 'gemini', call)?.call).toMatchObject({ input: 7, output: 3 });
  const tool = { ...call, 'genkit:metadata:subtype': 'tool', 'genkit:name': 'weather', 'genkit:output': '"rain"' };
  expect(read('', 'weather', tool)).toMatchObject({ kind: 'tool', tool: { name: 'weather', result: 'rain' } });
  expect(stored('', 'flow', { 'genkit:type': 'action', 'genkit:metadata:subtype': 'flow' })?.kind).toBe('workflow');
});

it("Bedrock's counts lie beside its cache where Amazon's SDK hands them on", () => {
  const call = {
    'gen_ai.system': 'aws.bedrock',
    'gen_ai.request.model': 'us.amazon.nova-pro-v1:0',
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 536,
    'gen_ai.usage.output_tokens': 43,
    'gen_ai.usage.cache_read.input_tokens': 501,
  };
  const scope = 'opentelemetry.instrumentation.botocore.bedrock-runtime';
  expect(read(scope, 'chat', call)?.usage).toMatchObject({ input: 1_037, cacheRead: 501 });
  expect(stored(scope, 'chat', call)?.call).toMatchObject({ input: 1_037, cacheRead: 501 });
  expect(read('other', 'chat', call)?.usage).toMatchObject({ input: 536, cacheRead: 501 });
});

it('a run of the OpenAI Agents SDK is none of its agents', () => {
  const scope = 'openinference.instrumentation.openai_agents';
  const run = { 'openinference.span.kind': 'AGENT' };
  expect(read(scope, 'Agent workflow', run)).toMatchObject({ kind: 'workflow', agentName: null });
  expect(stored(scope, 'Agent workflow', run)).toMatchObject({ kind: 'workflow', agentName: null });
  const agent = { ...run, 'graph.node.id': 'weather_agent' };
  expect(stored(scope, 'weather_agent', agent)).toMatchObject({ kind: 'agent', agentName: 'weather_agent' });
});

describe('a call that fails', () => {
  const call: TracedCall = {
    isEmbedding: false,
    startNs: 0n,
    endNs: 84n,
    model: 'claude-sonnet-4-5',
    input: null,
    output: null,
    response: null,
    source: 'opentelemetry.instrumentation.anthropic',
  };
  const span = (id: bigint, more: Partial<TracedCall>, parentId = 9n) => ({
    id,
    parentId,
    isApart: false,
    call: { ...call, ...more },
  });
  const sdk = { startNs: 1n, endNs: 82n, source: 'com.anthropic.sdk.python' };

  it('counts once where two instrumentations beside each other tell it', () => {
    expect(repeatedCalls([span(1n, {}), span(2n, sdk)]).size).toBe(1);
    // Elsewhere, of another model, by the same code, or only partly at that time, it is another.
    expect(repeatedCalls([span(1n, {}), span(2n, sdk, 8n)]).size).toBe(0);
    expect(repeatedCalls([span(1n, {}), span(2n, { ...sdk, model: 'claude-opus-4-5' })]).size).toBe(0);
    expect(repeatedCalls([span(1n, {}), span(2n, { ...sdk, source: call.source })]).size).toBe(0);
    expect(repeatedCalls([span(1n, {}), span(2n, { ...sdk, endNs: 90n })]).size).toBe(0);
  });

  it('is shown once', () => {
    const asked = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude-sonnet-4-5' };
    const told = { ...asked, 'gen_ai.prompt': 'Now fail' };
    const outer = runSpan('anthropic.chat', 0, told, true, { durationNs: 84 });
    const inner = runSpan('anthropic.messages.create', 1, asked, true, { durationNs: 80 });
    expect(conversationOf([outer, inner], true).turns).toMatchObject([{ failed: true, input: [{ role: 'user' }] }]);
  });
});

it('joins a result to its call where OpenLLMetry has the id of the item in one and of the call in the other', () => {
  const model = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5-mini' };
  const user = { role: 'user', parts: [{ type: 'text', content: 'And the weather in Lima and Rome?' }] };
  const asks = ['Lima', 'Rome'].map((city) => ({
    type: 'tool_call',
    name: 'get_weather',
    id: `fc_${city}`,
    arguments: { city },
  }));
  const results = ['Lima', 'Rome'].map((city) => ({
    role: 'tool',
    parts: [{ type: 'tool_call_response', id: `call_${city}`, response: `grey over ${city}` }],
  }));
  const first = runSpan('openai.response', 0, {
    ...model,
    'gen_ai.input.messages': JSON.stringify([user]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: asks }]),
  });
  const second = runSpan('openai.response', 100, {
    ...model,
    'gen_ai.input.messages': JSON.stringify([user, { role: 'assistant', parts: asks }, ...results]),
  });
  const { turns } = conversationOf([first, second], true);
  expect(Object.values(turns[0]?.toolUses ?? {}).map(({ result }) => result)).toEqual([
    'grey over Lima',
    'grey over Rome',
  ]);
  expect(turns[1]?.input).toEqual([]);
});

it('reads thoughts that OpenLLMetry has as JSON of summaries', () => {
  const content = '[{"text": "First I weigh it.", "type": "summary_text"}]';
  const output = JSON.stringify([{ role: 'assistant', parts: [{ type: 'reasoning', content }] }]);
  const span = read('', 'openai.response', { 'gen_ai.operation.name': 'chat', 'gen_ai.output.messages': output });
  expect(span?.output[0]?.parts).toEqual([{ type: 'reasoning', text: 'First I weigh it.' }]);
});

it('knows for whom a run was, where only the span around it says so', () => {
  const agent = runSpan('invoke_agent a', 0, { 'gen_ai.operation.name': 'invoke_agent', 'user.id': 'user-1' });
  const call = runSpan('chat', 1, { 'gen_ai.operation.name': 'chat' }, false, { parentSpanId: agent.spanId });
  expect(conversationOf([agent, call], true).turns.map(({ userId }) => userId)).toEqual(['user-1']);
});

it('LangChain for JavaScript has an agent as a graph, whose nodes carry its name as well', () => {
  const scope = '@arizeai/openinference-instrumentation-langchain';
  const told = (metadata: object) => ({
    'openinference.span.kind': 'CHAIN',
    'input.value': '{"messages":[{"role":"user","content":"hi"}]}',
    metadata: JSON.stringify({ ls_integration: 'langchain_create_agent', lc_agent_name: 'weather_agent', ...metadata }),
  });
  const agent = { kind: 'agent', agentName: 'weather_agent' };
  expect(read(scope, 'weather_agent', told({}))).toMatchObject(agent);
  expect(stored(scope, 'weather_agent', told({}))).toMatchObject(agent);
  for (const [name, metadata] of [
    ['tools', { langgraph_node: 'tools' }],
    ['weather_agent', { langgraph_node: 'weather_agent' }],
  ] as const) {
    expect(read(scope, name, told(metadata))?.kind, name).toBe('step');
    expect(stored(scope, name, told(metadata))?.kind, name).toBe('step');
  }
});
