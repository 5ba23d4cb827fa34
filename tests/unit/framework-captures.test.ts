/** What frameworks sent to us when they were tried (npm run clients), cut to what matters: LlamaIndex, LiteLLM, Google ADK, smolagents, Haystack, OpenLIT, Logfire. */
import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../core/agent-run/conversation';
import { firstTokenNs } from '../../core/dialects/first-token';
import { AttributeReader } from '../../core/dialects/span-source';
import { repeatedCalls } from '../../core/model/counted-calls';
import { runSpan } from '../fixtures/run-spans';
import { read, stored } from '../fixtures/told-spans';

describe('LlamaIndex', () => {
  const scope = 'openinference.instrumentation.llama_index';
  const call = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5-mini', 'llm.provider': 'openai' };
  const oslo = { city: 'Oslo' };
  const sky = { city: 'Oslo', sky: 'grey' };

  it('prepares a call in a span that is none', () => {
    expect(stored(scope, 'OpenAI._prepare_chat_with_tools', call)?.kind).toBe('step');
    expect(read(scope, 'OpenAI._prepare_chat_with_tools', call)?.kind).toBe('step');
    expect(stored(scope, 'OpenAI.achat', call)?.kind).toBe('model');
  });

  it('prints its answer beside the message', () => {
    const said = { 'llm.output_messages.0.message.role': 'assistant', 'output.value': 'assistant: Grey.' };
    const message = { ...said, 'llm.output_messages.0.message.content': 'Grey.' };
    expect(read(scope, 'OpenAI.achat', { ...call, ...message })?.output[0]?.parts).toEqual([
      { type: 'text', text: 'Grey.' },
    ]);
    // Where the message has nothing, the text is all there is.
    expect(read(scope, 'OpenAI.achat', { ...call, ...said })?.output[0]?.parts).toHaveLength(1);
  });

  it('has what tools were given and answered within what it knows of them', () => {
    const output = JSON.stringify({
      blocks: [{ text: JSON.stringify(sky) }],
      tool_name: 'get_weather',
      raw_input: { args: [], kwargs: oslo },
      raw_output: JSON.stringify(sky),
      is_error: false,
    });
    const tool = {
      'openinference.span.kind': 'TOOL',
      'tool.name': 'get_weather',
      'input.value': '{"kwargs": {"city": "Oslo"}}',
      'output.value': output,
    };
    expect(read(scope, 'FunctionTool.acall', tool)?.tool).toMatchObject({ arguments: oslo, result: sky });
    const task = {
      'traceloop.span.kind': 'task',
      'traceloop.entity.name': 'BaseWorkflowAgent.task',
      'tool.name': 'get_weather',
      'tool.arguments': '{"city": "Oslo"}',
      'traceloop.entity.output': `{"tool_name": "get_weather", "tool_kwargs": {"city": "Oslo"}, "tool_id": "c1", "tool_output": ${output}}`,
    };
    const told = { name: 'get_weather', callId: 'c1', arguments: oslo, result: sky };
    expect(read('opentelemetry.instrumentation.llamaindex', 'BaseWorkflowAgent.task', task)?.tool).toMatchObject(told);
    expect(stored('opentelemetry.instrumentation.llamaindex', 'BaseWorkflowAgent.task', task)?.kind).toBe('tool');
    const { 'tool.name': _, ...other } = task;
    expect(stored('opentelemetry.instrumentation.llamaindex', 'BaseWorkflowAgent.task', other)?.kind).toBe('step');
  });
});

describe('LiteLLM', () => {
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5-mini',
    'gen_ai.usage.input_tokens': 1037,
    'gen_ai.usage.output_tokens': 43,
    'metadata.usage_object':
      "{'completion_tokens': 43, 'prompt_tokens': 1037, 'total_tokens': 1080, 'prompt_tokens_details': {'audio_tokens': 0, 'cached_tokens': 501}}",
    'gen_ai.output.messages': '[{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]',
    'gen_ai.completion.0.function_call.name': 'get_weather',
    'gen_ai.completion.0.function_call.arguments': '{"city":"Oslo"}',
  };

  it('counts what was cached in the text of a dictionary', () => {
    const usage = { input: 1037, output: 43, cacheRead: 501 };
    expect(stored('litellm', 'litellm_request', call)?.call).toMatchObject(usage);
    expect(read('litellm', 'litellm_request', call)?.usage).toMatchObject(usage);
  });

  it.each(['litellm.metadata', 'metadata'])('names under %s for whom it was asked, else whose key asked', (prefix) => {
    const owner = { ...call, [`${prefix}.user_api_key_user_id`]: 'owner' };
    const both = { ...owner, [`${prefix}.user_api_key_end_user_id`]: 'customer' };
    const users = (sent: typeof call) => [
      stored('litellm', 'litellm_request', sent)?.userId,
      read('litellm', 'litellm_request', sent)?.userId,
    ];
    expect(users(owner)).toEqual(['owner', 'owner']);
    expect(users(both)).toEqual(['customer', 'customer']);
    // Nobody in particular; who is not said is empty; whom the program names stands before these.
    expect(users({ ...both, ...{ 'user.id': 'u' } })).toEqual(['u', 'u']);
    const none = { [`${prefix}.user_api_key_user_id`]: 'default_user_id', [`${prefix}.user_api_key_end_user_id`]: '' };
    expect(users({ ...call, ...none })).toEqual([null, null]);
  });

  it('calls tools beside a message in which nothing is said', () => {
    expect(read('litellm', 'litellm_request', call)?.output).toMatchObject([
      { parts: [{ type: 'tool_call', name: 'get_weather', arguments: { city: 'Oslo' } }] },
    ]);
  });
});

describe('Google ADK', () => {
  const scope = 'gcp.vertex.agent';

  it('says by names what spans are', () => {
    expect(stored(scope, 'call_llm', {})).toMatchObject({ kind: 'model', call: { input: null } });
    expect(stored(scope, 'agent_run [weather_agent]', {})).toMatchObject({ kind: 'agent', agentName: 'weather_agent' });
    expect(read(scope, 'agent_run [weather_agent]', {})).toMatchObject({ kind: 'agent', agentName: 'weather_agent' });
    expect(stored(scope, 'invocation', {})?.kind).toBe('workflow');
    expect(stored('other', 'call_llm', {})).toBeNull();
  });

  it('puts together what tools answered in a span that is no tool', () => {
    const merged = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': '(merged tools)' };
    expect(stored(scope, 'execute_tool (merged)', merged)?.kind).toBe('step');
    expect(read(scope, 'execute_tool (merged)', merged)?.tool).toBeNull();
  });

  it('counts what was cached and thought in the answer of Gemini', () => {
    const call = {
      'gen_ai.system': 'gcp.vertex.agent',
      'gen_ai.request.model': 'gemini-2.5-flash',
      'gcp.vertex.agent.llm_request': '{"model": "gemini-2.5-flash"}',
      'gcp.vertex.agent.llm_response':
        '{"usage_metadata":{"cached_content_token_count":501,"candidates_token_count":43,"prompt_token_count":1037,"thoughts_token_count":16,"total_token_count":1096}}',
      'gen_ai.usage.input_tokens': 1037,
      'gen_ai.usage.output_tokens': 43,
    };
    const usage = { input: 1037, output: 59, cacheRead: 501, reasoning: 16 };
    expect(stored(scope, 'call_llm', call)?.call).toMatchObject(usage);
    expect(read(scope, 'call_llm', call)?.usage).toMatchObject(usage);
  });

  it('names the model in the request alone, where a call was cut off', () => {
    const request = { 'gcp.vertex.agent.llm_request': '{"model": "gemini-2.5-flash", "config": {}, "contents": []}' };
    for (const more of [{}, { 'gcp.vertex.agent.llm_response': '{}' }]) {
      const call = { 'gen_ai.system': 'gcp.vertex.agent', ...request, ...more };
      expect(stored(scope, 'call_llm', call)?.call?.model).toBe('gemini-2.5-flash');
      expect(read(scope, 'call_llm', call)?.requestModel).toBe('gemini-2.5-flash');
      // What an attribute says stands before it.
      const named = { ...call, 'gen_ai.request.model': 'gemini-2.5-pro' };
      expect(stored(scope, 'call_llm', named)?.call?.model).toBe('gemini-2.5-pro');
    }
  });
});

describe('smolagents', () => {
  const scope = 'openinference.instrumentation.smolagents';

  it('names agents by the methods that run them', () => {
    const agent = { 'openinference.span.kind': 'AGENT' };
    expect(stored(scope, 'weather_agent.run', agent)).toMatchObject({ kind: 'agent', agentName: 'weather_agent' });
    expect(read(scope, '.run', agent)?.agentName).toBe('.run');
  });

  it('gives tools their arguments among others', () => {
    const given = '{"args": [], "sanitize_inputs_outputs": true, "kwargs": {"city": "Oslo"}}';
    const tool = { 'openinference.span.kind': 'TOOL', 'input.value': given };
    expect(read(scope, 'SimpleTool', tool)?.tool?.arguments).toEqual({ city: 'Oslo' });
  });

  it('tells calls as text', () => {
    const text =
      "Calling tools:\n[{'id': 'c1', 'type': 'function', 'function': {'name': 'get_weather', 'arguments': {'city': 'Oslo'}}}]";
    const span = read(scope, 'OpenAIModel.generate', {
      'openinference.span.kind': 'LLM',
      'llm.input_messages.0.message.role': 'tool-call',
      'llm.input_messages.0.message.contents.0.message_content.type': 'text',
      'llm.input_messages.0.message.contents.0.message_content.text': text,
      'llm.input_messages.1.message.role': 'tool-response',
      'llm.input_messages.1.message.content': 'Observation: grey',
    });
    expect(span?.input).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'get_weather', arguments: { city: 'Oslo' } }],
      },
      { role: 'user', parts: [{ type: 'text', text: 'Observation: grey' }] },
    ]);
  });
});

describe('OpenLIT', () => {
  const scope = 'openlit.instrumentation.anthropic';

  it("hands on Anthropic's counts, which lie beside its cache", () => {
    const call = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'claude-sonnet-4-5',
      'gen_ai.usage.input_tokens': 860,
      'gen_ai.usage.output_tokens': 70,
      'gen_ai.usage.cache_read.input_tokens': 510,
    };
    expect(stored(scope, 'chat claude-sonnet-4-5', call)?.call).toMatchObject({ input: 1370, cacheRead: 510 });
    expect(stored('openlit.instrumentation.openai', 'chat gpt-5', call)?.call).toMatchObject({ input: 860 });
  });

  it('says by its name alone what a call was that failed', () => {
    expect(stored(scope, 'chat claude-sonnet-4-5', {})).toMatchObject({
      kind: 'model',
      call: { model: 'claude-sonnet-4-5', input: null },
    });
    expect(read(scope, 'chat claude-sonnet-4-5', {})).toMatchObject({ requestModel: 'claude-sonnet-4-5' });
    expect(stored('app', 'chat claude-sonnet-4-5', {})).toBeNull();
  });
});

it('counts thoughts that Logfire has only in what the provider counted', () => {
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 1333,
    'gen_ai.usage.output_tokens': 83,
  };
  const raw =
    '{"input_tokens":1333,"input_tokens_details":{"cached_tokens":509},"output_tokens":83,"output_tokens_details":{"reasoning_tokens":16}}';
  const usage = { input: 1333, output: 83, cacheRead: 509, reasoning: 16 };
  expect(stored('logfire.openai', 'Responses API', { ...call, 'gen_ai.usage.raw': raw })?.call).toMatchObject(usage);
  // Anthropic's input lies beside its cache; what Logfire makes of both is the same.
  const claude =
    '{"cache_creation_input_tokens":0,"cache_read_input_tokens":512,"input_tokens":932,"output_tokens":92}';
  const of = {
    ...call,
    'gen_ai.usage.input_tokens': 1444,
    'gen_ai.usage.output_tokens': 92,
    'gen_ai.usage.raw': claude,
  };
  expect(stored('logfire.anthropic', 'Message', of)?.call).toMatchObject({ input: 1444, cacheRead: 512 });
});

describe('a stream that Logfire tells in a span for its request and one without duration behind it', () => {
  const asked = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Tell me a story"}]}]',
  };
  const answered = {
    ...asked,
    'gen_ai.response.id': 'chatcmpl-5',
    'gen_ai.response.model': 'gpt-5-2025-08-07',
    'gen_ai.usage.input_tokens': 1185,
    'gen_ai.usage.output_tokens': 55,
    'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"Once."}]}]',
  };

  it('counts once', () => {
    const call = { isEmbedding: false, model: 'gpt-5', input: null, output: null, response: null, source: '1 2' };
    const span = (id: bigint, at: bigint, more: object) => {
      const times = { startNs: at, endNs: at };
      return { id, parentId: 9n, isApart: false, call: { ...call, ...times, ...more } };
    };
    const failed = span(1n, 0n, { endNs: 5n });
    const request = span(2n, 10n, { endNs: 20n });
    const answer = { model: 'gpt-5-2025-08-07', input: 1185, output: 55, response: 5n, source: '1 3' };
    const end = span(3n, 90n, answer);
    expect([...repeatedCalls([failed, request, end])]).toEqual([2n]);
    // Told by other code, of another model, from elsewhere, or with a duration: two calls.
    expect(repeatedCalls([request, span(3n, 90n, { ...answer, source: '2 3' })]).size).toBe(0);
    expect(repeatedCalls([request, span(3n, 90n, { ...answer, model: 'gpt-4o' })]).size).toBe(0);
    expect(repeatedCalls([request, { ...end, parentId: 8n }]).size).toBe(0);
    expect(repeatedCalls([request, span(3n, 90n, { ...answer, endNs: 95n })]).size).toBe(0);
  });

  it('is shown once, as long as it took', () => {
    const request = runSpan('Chat Completion', 10, asked);
    const end = runSpan('streaming response', 90, answered, false, { durationNs: 0 });
    expect(conversationOf([request, end], true).turns).toMatchObject([
      { startNs: 10, durationNs: 80, usage: { input: 1185 }, output: [{ parts: [{ text: 'Once.' }] }] },
    ]);
    const failed = runSpan('Chat Completion', 10, asked, true);
    expect(conversationOf([failed, end], true).turns).toHaveLength(2);
  });
});

it("is no call what happened to BeeAI's model", () => {
  const scope = 'openinference.instrumentation.beeai';
  const event = { 'openinference.span.kind': 'LLM', 'input.value': '{"error": "Chat Model error"}' };
  expect(stored(scope, 'error', event)?.kind).toBe('step');
  expect(read(scope, 'error', event)?.kind).toBe('step');
  const call = {
    'openinference.span.kind': 'LLM',
    'llm.model_name': 'gpt-5-mini',
    'llm.token_count.prompt': 1037,
    'llm.token_count.completion': 43,
    'metadata.usage.cached_prompt_tokens': 501,
  };
  expect(stored(scope, 'OpenAIChatModel', call)).toMatchObject({
    kind: 'model',
    call: { input: 1037, cacheRead: 501 },
  });
});

it('counts what was cached by the answer that Genkit hands on', () => {
  const call = {
    'genkit:type': 'action',
    'genkit:metadata:subtype': 'model',
    'genkit:name': 'openai/gpt-5-mini',
    'genkit:output':
      '{"finishReason":"stop","message":{"role":"model","content":[{"text":"Grey."}]},"usage":{"inputTokens":1074,"outputTokens":46,"totalTokens":1120},"raw":{"id":"chatcmpl-2","model":"gpt-5-mini-2025-08-07","usage":{"prompt_tokens":1074,"completion_tokens":46,"total_tokens":1120,"prompt_tokens_details":{"cached_tokens":502}}}}',
  };
  const told = { model: 'gpt-5-mini-2025-08-07', input: 1074, output: 46, cacheRead: 502 };
  expect(stored('genkit-tracer', 'openai/gpt-5-mini', call)).toMatchObject({ kind: 'model', call: told });
});

it("takes no work of an agent for an agent, where Traceloop's SDK for Node names it on all", () => {
  const tool = {
    'traceloop.span.kind': 'tool',
    'traceloop.entity.name': 'get_weather',
    'gen_ai.agent.name': 'planner',
  };
  expect(stored('@traceloop/node-server-sdk', 'get_weather.tool', tool)?.kind).toBe('tool');
  expect(read('@traceloop/node-server-sdk', 'get_weather.tool', tool)?.tool?.name).toBe('get_weather');
  const { 'traceloop.span.kind': _, ...agent } = tool;
  expect(stored('app', 'plan', agent)?.kind).toBe('agent');
});

it('takes the text of an enumeration for its word', () => {
  const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.response.finish_reason': 'FinishReason.TOOL_CALLS' };
  expect(read('semantic_kernel', 'chat gpt-5', call)?.finishReasons).toEqual(['tool_calls']);
});

it("takes OpenLLMetry's first piece for the first token", () => {
  const events = [100n, 200n].map((ns) => {
    return { name: 'gen_ai.content.completion.chunk', timeUnixNano: String(1_000n + ns) };
  });
  expect(firstTokenNs(new AttributeReader({}), events, { startNs: 1_000n, durationNs: 500 })).toBe(100);
});

it('shows no question again of which Haystack lost the answer', () => {
  const user = {
    'llm.input_messages.0.message.role': 'user',
    'llm.input_messages.0.message.content': 'Which weather?',
  };
  const told = { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5-mini', ...user };
  const first = runSpan('run', 0, {
    ...told,
    'llm.output_messages.0.message.role': 'assistant',
    'llm.output_messages.0.message.content': 'I look.',
  });
  const second = runSpan('run', 100, {
    ...told,
    'llm.input_messages.1.message.role': 'assistant',
    'llm.input_messages.2.message.role': 'tool',
  });
  const { turns } = conversationOf([first, second], true);
  expect(turns.map(({ input }) => input.filter(({ role }) => role === 'user').length)).toEqual([1, 0]);
});
