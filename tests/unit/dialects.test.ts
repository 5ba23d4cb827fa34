import { describe, expect, it } from 'vitest';
import type { AgentSpan } from '../../core/dialects/agent-span';
import { readSource } from '../../core/dialects/read-agent-span';
import { AttributeReader } from '../../core/dialects/span-source';
import type { PlainValue } from '../../core/model/json-types';

type Attributes = Record<string, PlainValue>;

function read(name: string, attributes: Attributes, events: [string, Attributes][] = [], scope = ''): AgentSpan | null {
  return readSource({
    name,
    scope,
    attributes: new AttributeReader(attributes),
    events: events.map(([event, given]) => ({ name: event, attributes: new AttributeReader(given) })),
  });
}

const text = (said: string) => ({ type: 'text', text: said });
const weatherCall = { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } };
const weatherResult = { role: 'tool', parts: [{ type: 'tool_result', id: 'c1', result: 'rain' }] };

describe('dialects', () => {
  it('OpenTelemetry, current and next', () => {
    const span = read('chat gpt-5', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.response.model': 'gpt-5-2025-08-07',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.conversation.id': 'conv',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': '20',
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.cache_write.input_tokens': 10,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.25,
      'gen_ai.system_instructions': [{ type: 'text', content: 'be kind' }],
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }]),
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'hello' }], finish_reason: 'stop' },
      ],
      'gen_ai.tool.definitions': [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
    });
    expect(span).toMatchObject({
      kind: 'model',
      dialects: ['gen-ai'],
      provider: 'openai',
      requestModel: 'gpt-5',
      responseModel: 'gpt-5-2025-08-07',
      sessionId: 'conv',
      parameters: { temperature: 0.5 },
      system: [text('be kind')],
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [text('hello')], finishReason: 'stop' }],
      toolDefinitions: [{ name: 'weather', parameters: { type: 'object' } }],
      usage: { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 5 },
      finishReasons: ['stop'],
      timeToFirstTokenNs: 250_000_000,
    });
  });

  it('OpenTelemetry of 1.36 and before, in events', () => {
    const events: [string, Attributes][] = [
      ['gen_ai.system.message', { content: 'be kind' }],
      ['gen_ai.user.message', { content: 'hi' }],
      ['gen_ai.choice', { index: 0, finish_reason: 'stop', message: JSON.stringify({ content: 'hello' }) }],
    ];
    const span = read(
      'chat m',
      { 'gen_ai.system': 'vertex_ai', 'gen_ai.request.model': 'm', 'gen_ai.usage.prompt_tokens': 3 },
      events,
    );
    expect(span).toMatchObject({
      kind: 'model',
      provider: 'gcp.vertex_ai',
      system: [text('be kind')],
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [text('hello')], finishReason: 'stop' }],
      usage: { input: 3 },
    });
    const older = read('chat m', { 'gen_ai.request.model': 'm' }, [
      ['gen_ai.content.prompt', { 'gen_ai.prompt': '[{"role":"user","content":"hi"}]' }],
      ['gen_ai.content.completion', { 'gen_ai.completion': '[{"role":"assistant","content":"hello"}]' }],
    ]);
    expect([older?.input[0]?.parts, older?.output[0]?.parts]).toEqual([[text('hi')], [text('hello')]]);
  });

  it('OpenInference', () => {
    const span = read('ChatCompletion', {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'claude-sonnet-4-5',
      'llm.provider': 'anthropic',
      'llm.invocation_parameters': '{"max_tokens":100}',
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.contents.0.message_content.type': 'text',
      'llm.input_messages.0.message.contents.0.message_content.text': 'hi',
      'llm.input_messages.1.message.role': 'tool',
      'llm.input_messages.1.message.tool_call_id': 'c1',
      'llm.input_messages.1.message.content': 'rain',
      'llm.output_messages.0.message.role': 'assistant',
      'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'weather',
      'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
      'llm.token_count.prompt': 10,
      'llm.token_count.completion': 4,
      'llm.token_count.prompt_details.cache_read': 7,
      'llm.cost.total': 0.25,
      'session.id': 's',
    });
    expect(span).toMatchObject({
      kind: 'model',
      dialects: ['openinference'],
      provider: 'anthropic',
      requestModel: 'claude-sonnet-4-5',
      sessionId: 's',
      parameters: { max_tokens: 100 },
      input: [{ role: 'user', parts: [text('hi')] }, weatherResult],
      output: [{ role: 'assistant', parts: [weatherCall] }],
      usage: { input: 10, output: 4, cacheRead: 7 },
      reportedCost: 0.25,
    });
    const retrieved = read('search', {
      'openinference.span.kind': 'RETRIEVER',
      'input.value': 'what is it',
      'retrieval.documents.0.document.id': 'd1',
      'retrieval.documents.0.document.score': 0.5,
      'retrieval.documents.0.document.content': 'text',
      'retrieval.documents.0.document.metadata': '{"page":3}',
    });
    expect(retrieved).toMatchObject({
      kind: 'retrieval',
      inputValue: 'what is it',
      documents: [{ id: 'd1', score: 0.5, content: 'text', metadata: { page: 3 } }],
    });
    const tool = read('t', {
      'openinference.span.kind': 'TOOL',
      'tool.name': 'weather',
      'input.value': '{"city":"Oslo"}',
      'output.value': 'rain',
    });
    expect(tool?.tool).toMatchObject({ name: 'weather', arguments: { city: 'Oslo' }, result: 'rain' });
  });

  it('Traceloop', () => {
    const span = read('openai.chat', {
      'llm.request.type': 'chat',
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'hi',
      'gen_ai.prompt.10.role': 'tool',
      'gen_ai.prompt.10.content': 'rain',
      'gen_ai.prompt.10.tool_call_id': 'c1',
      'gen_ai.completion.0.finish_reason': 'tool_calls',
      'gen_ai.completion.0.tool_calls.0.id': 'c1',
      'gen_ai.completion.0.tool_calls.0.name': 'weather',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"city":"Oslo"}',
      'gen_ai.usage.prompt_tokens': 9,
      'traceloop.association.properties.session_id': 's',
    });
    expect(span).toMatchObject({
      kind: 'model',
      sessionId: 's',
      input: [{ role: 'user', parts: [text('hi')] }, weatherResult],
      output: [{ role: 'assistant', parts: [weatherCall], finishReason: 'tool_calls' }],
      usage: { input: 9 },
    });
    const task = read('plan.task', { 'traceloop.span.kind': 'task', 'traceloop.entity.input': '{"args":[1]}' });
    expect([task?.kind, task?.inputValue]).toEqual(['step', { args: [1] }]);
  });

  it('the AI SDK: tokens of the outer span are those of the inner', () => {
    const inner = read('ai.generateText.doGenerate', {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'openai.responses',
      'ai.model.id': 'gpt-5',
      'ai.prompt.messages': '[{"role":"user","content":[{"type":"text","text":"hi"}]}]',
      'ai.prompt.tools': ['{"type":"function","name":"weather","inputSchema":{"type":"object"}}'],
      'ai.response.text': 'let me see',
      'ai.response.toolCalls': '[{"toolCallId":"c1","toolName":"weather","input":"{\\"city\\":\\"Oslo\\"}"}]',
      'ai.response.finishReason': 'tool-calls',
      'ai.response.msToFirstChunk': 12.5,
      'ai.usage.inputTokens': 62,
      'ai.usage.outputTokens': 85,
      'ai.usage.cachedInputTokens': 10,
      'gen_ai.system': 'openai.responses',
    });
    expect(inner).toMatchObject({
      kind: 'model',
      dialects: ['vercel', 'gen-ai'],
      provider: 'openai',
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [text('let me see'), weatherCall], finishReason: 'tool-calls' }],
      toolDefinitions: [{ name: 'weather', parameters: { type: 'object' } }],
      usage: { input: 62, output: 85, cacheRead: 10 },
      timeToFirstTokenNs: 12_500_000,
    });
    const outer = read('ai.generateText', {
      'ai.operationId': 'ai.generateText',
      'ai.prompt': '{"system":"be kind","prompt":"hi"}',
      'ai.response.text': 'hello',
      'ai.usage.promptTokens': 62,
    });
    expect([outer?.kind, outer?.system, outer?.input]).toEqual([
      'agent',
      [text('be kind')],
      [{ role: 'user', parts: [text('hi')] }],
    ]);
    const tool = read('ai.toolCall', {
      'ai.operationId': 'ai.toolCall',
      'ai.toolCall.name': 'weather',
      'ai.toolCall.args': '{"city":"Oslo"}',
      'ai.toolCall.result': '"rain"',
    });
    expect(tool?.tool).toMatchObject({ name: 'weather', arguments: { city: 'Oslo' }, result: 'rain' });
  });

  it('LangSmith: the run type is believed, not the operation', () => {
    const span = read('retriever', {
      'langsmith.span.kind': 'retriever',
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.prompt': '{"query":"q"}',
    });
    expect([span?.kind, span?.inputValue]).toEqual(['retrieval', { query: 'q' }]);
    const model = read('ChatOpenAI', {
      'langsmith.span.kind': 'llm',
      'gen_ai.operation.name': 'chat',
      'langsmith.metadata.thread_id': 't',
      'gen_ai.prompt': '{"messages":[[{"id":["langchain","HumanMessage"],"kwargs":{"content":"hi"}}]]}',
      'gen_ai.completion':
        '{"generations":[[{"message":{"id":["langchain","AIMessage"],"kwargs":{"content":"hello"}}}]]}',
      'gen_ai.usage.input_tokens': 3,
    });
    expect(model).toMatchObject({
      kind: 'model',
      sessionId: 't',
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [text('hello')] }],
      usage: { input: 3 },
    });
  });

  it('Langfuse: details of usage are added up, a reported cost is kept', () => {
    const span = read('generation', {
      'langfuse.observation.type': 'generation',
      'langfuse.observation.model.name': 'claude',
      'langfuse.observation.input': '[{"role":"user","content":"hi"}]',
      'langfuse.observation.output': 'hello',
      'langfuse.observation.usage_details': '{"input":10,"cache_read_input_tokens":5,"output":3}',
      'langfuse.observation.cost_details': '{"input":0.1,"output":0.2}',
      'langfuse.session.id': 's',
    });
    expect(span).toMatchObject({
      kind: 'model',
      requestModel: 'claude',
      sessionId: 's',
      output: [{ role: 'assistant', parts: [text('hello')] }],
      usage: { input: 15, cacheRead: 5, output: 3 },
    });
    expect(span?.reportedCost).toBeCloseTo(0.3);
  });

  it('Pydantic AI', () => {
    const run = read(
      'agent run',
      {
        agent_name: 'joker',
        model_name: 'gpt-4o',
        'pydantic_ai.all_messages':
          '[{"role":"user","parts":[{"type":"text","content":"hi"}]},{"role":"assistant","parts":[{"type":"text","content":"ha"}]}]',
        final_result: 'ha',
      },
      [],
      'pydantic-ai',
    );
    expect(run).toMatchObject({
      kind: 'agent',
      agentName: 'joker',
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [text('ha')] }],
    });
    const tool = read(
      'running tool: weather',
      { 'gen_ai.tool.name': 'weather', tool_arguments: '{"city":"Oslo"}', tool_response: 'rain' },
      [],
      'pydantic-ai',
    );
    expect(tool?.tool).toMatchObject({ name: 'weather', arguments: { city: 'Oslo' }, result: 'rain' });
  });

  it('Claude Code: the cache is no part of its input tokens, and of ours', () => {
    const span = read('claude_code.llm_request', {
      'span.type': 'llm_request',
      'gen_ai.system': 'anthropic',
      model: 'claude-opus-4-1',
      input_tokens: 10,
      cache_read_tokens: 1_000,
      cache_creation_tokens: 200,
      output_tokens: 30,
      ttft_ms: 800,
      request_id: 'req',
      'session.id': 's',
    });
    expect(span).toMatchObject({
      kind: 'model',
      provider: 'anthropic',
      requestModel: 'claude-opus-4-1',
      responseId: 'req',
      sessionId: 's',
      usage: { input: 1_210, cacheRead: 1_000, cacheWrite: 200, output: 30 },
      timeToFirstTokenNs: 800_000_000,
    });
    const tool = read(
      'claude_code.tool',
      { 'span.type': 'tool', tool_name: 'Bash', tool_use_id: 'c1', full_command: 'ls' },
      [['tool.output', { output: 'a.txt' }]],
    );
    expect(tool?.tool).toMatchObject({ name: 'Bash', callId: 'c1', arguments: 'ls', result: 'a.txt' });
    expect(read('claude_code.interaction', { user_prompt: 'hi' })).toMatchObject({
      kind: 'agent',
      agentName: 'Claude Code',
    });
    const told = { 'span.type': 'llm_request', new_context: 'hi', 'response.model_output': 'yo' };
    expect(read('claude_code.llm_request', told)).toMatchObject({
      input: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      output: [{ role: 'assistant', parts: [{ type: 'text', text: 'yo' }] }],
    });
  });

  it('Codex, Gemini CLI, Copilot, MCP', () => {
    expect(
      read('session_task.turn', { 'thread.id': 't', model: 'gpt-5-codex', 'codex.turn.token_usage.input_tokens': 5 }),
    ).toMatchObject({ kind: 'agent', sessionId: 't', usage: { input: 5 } });
    expect(
      read('handle_responses', {
        'codex.usage.total_tokens': 9,
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.usage.cache_read.input_tokens': 3,
      }),
    ).toMatchObject({ kind: 'model', usage: { input: 7, cacheRead: 3 } });
    expect(
      read('call', {
        'gen_ai.operation.name': 'tool_call',
        'gen_ai.agent.name': 'gemini-cli',
        'gen_ai.tool.name': 'ls',
        'gen_ai.input.messages': '{"path":"."}',
      }),
    ).toMatchObject({ kind: 'tool', provider: 'gcp.gemini', tool: { name: 'ls', arguments: { path: '.' } } });
    expect(
      read('chat gpt-5', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5',
        'copilot_chat.chat_session_id': 's',
      }),
    ).toMatchObject({ kind: 'model', sessionId: 's', dialects: ['gen-ai', 'vscode-copilot'] });
    expect(
      read('tools/call weather', { 'mcp.method.name': 'tools/call', 'gen_ai.tool.call.arguments': '{"city":"Oslo"}' }),
    ).toMatchObject({ kind: 'tool', tool: { name: 'weather', arguments: { city: 'Oslo' } } });
  });

  it('says nothing of what is no agent', () => {
    expect(read('GET /', { 'http.route': '/', 'session.id': 's', input: 'x', model: 'T' })).toBeNull();
    expect(read('SELECT', { 'db.system': 'postgresql' })).toBeNull();
    expect(read('POST /calls', { agent_name: 'Bob', final_result: 'sold', tool_response: 'x' })).toBeNull();
    expect(read('ai.summarize', { 'thread.id': 42 })).toBeNull();
    expect(read('handle_responses', { 'http.route': '/' })).toBeNull();
    expect(read('predict', { model_name: 'resnet', 'operation.cost': 3 })).toBeNull();
  });

  it('takes any attributes without a fault', () => {
    const hostile: PlainValue[] = [
      null,
      '',
      '{',
      '[[[',
      '[{"role":5}]',
      { a: [null] },
      [[null]],
      1e308,
      '__proto__',
      -1,
    ];
    for (const value of hostile) {
      for (const key of [
        'gen_ai.input.messages',
        'gen_ai.usage.input_tokens',
        'llm.input_messages.0.message.tool_calls.0.tool_call',
        'ai.prompt',
        'gen_ai.prompt.0.content',
        '__proto__',
        'langfuse.observation.input',
      ]) {
        const span = read('x', { 'gen_ai.operation.name': 'chat', [key]: value });
        expect([span?.kind, span?.usage.input ?? null]).toEqual(['model', null]);
      }
    }
  });
});
