/** Messages, parts and calls of tools in every shape and place in which they are sent. */
import { describe, expect, it } from 'vitest';
import type { AgentSpan } from '../../core/dialects/agent-span';
import { answerOf, messagesOf } from '../../core/dialects/messages';
import { partsOf } from '../../core/dialects/parts';
import { pythonValue } from '../../core/dialects/python-text';
import { readSource } from '../../core/dialects/read-agent-span';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { AttributeReader } from '../../core/dialects/span-source';
import { toolDefinitionsOf, toolInput } from '../../core/dialects/tool-parts';
import type { PlainValue } from '../../core/model/json-types';

type Attributes = Record<string, PlainValue>;

function read(attributes: Attributes, events: [string, Attributes][] = [], name = 'chat m'): AgentSpan {
  const span = readSource({
    name,
    scope: '',
    attributes: new AttributeReader(attributes),
    events: events.map(([event, given]) => ({ name: event, attributes: new AttributeReader(given) })),
  });
  if (!span) throw new Error('not of an agent');
  return span;
}

const text = (said: string) => ({ type: 'text', text: said });
const call = { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } };
const result = { type: 'tool_result', id: 'c1', result: 'rain' };
const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };
const json = JSON.stringify;

describe('parts', () => {
  it.each<[string, PlainValue, unknown]>([
    ['Bedrock text', { text: 'hi' }, text('hi')],
    ['Bedrock call', { toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Oslo' } } }, call],
    ['Bedrock result', { toolResult: { toolUseId: 'c1', status: 'success', content: [{ text: 'rain' }] } }, result],
    [
      'Bedrock JSON',
      { toolResult: { toolUseId: 'c1', content: [{ json: { mm: 2 } }] } },
      { ...result, result: { mm: 2 } },
    ],
    [
      'Bedrock image',
      { image: { format: 'png', source: { bytes: 'AAAA' } } },
      { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
    ],
    [
      'Bedrock image in S3',
      { image: { format: 'png', source: { s3Location: { uri: 's3://b/a.png' } } } },
      { type: 'uri', mimeType: 'image/png', uri: 's3://b/a.png' },
    ],
    [
      'Bedrock thought',
      { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
      { type: 'reasoning', text: 'hm' },
    ],
    ['Anthropic result', { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'rain' }] }, result],
    ['Anthropic server call', { type: 'server_tool_use', id: 'c1', name: 'weather', input: { city: 'Oslo' } }, call],
    ['Anthropic server result', { type: 'web_search_tool_result', tool_use_id: 'c1', content: 'rain' }, result],
    [
      'Anthropic document',
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
      text('hi'),
    ],
    ['Gemini call', { functionCall: { id: 'c1', name: 'weather', args: { city: 'Oslo' } } }, call],
    [
      'Gemini result',
      { functionResponse: { id: 'c1', name: 'weather', response: 'rain' } },
      { ...result, name: 'weather' },
    ],
    ['Genkit call', { toolRequest: { ref: 'c1', name: 'weather', input: { city: 'Oslo' } } }, call],
    ['Genkit result', { toolResponse: { ref: 'c1', name: 'weather', output: 'rain' } }, { ...result, name: 'weather' }],
    [
      'Genkit media',
      { media: { url: 'https://x.test/a.png', contentType: 'image/png' } },
      { type: 'uri', mimeType: 'image/png', uri: 'https://x.test/a.png' },
    ],
    ['Haystack call', { tool_call: { id: 'c1', tool_name: 'weather', arguments: { city: 'Oslo' } } }, call],
    [
      'Haystack result',
      { tool_call_result: { result: 'rain', origin: { id: 'c1', tool_name: 'weather' } } },
      { ...result, name: 'weather' },
    ],
    ['LlamaIndex', { block_type: 'text', text: 'hi' }, text('hi')],
    ['.NET thought', { $type: 'reasoning', text: 'hm' }, { type: 'reasoning', text: 'hm' }],
    ['.NET call', { $type: 'functionCall', callId: 'c1', name: 'weather', arguments: { city: 'Oslo' } }, call],
    ['.NET result', { $type: 'functionResult', callId: 'c1', result: 'rain' }, result],
    [
      'Pydantic AI binary',
      { type: 'binary', media_type: 'image/png', content: 'AAAA' },
      { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
    ],
    [
      'LangChain image',
      { type: 'image', base64: 'AAAA', mime_type: 'image/png' },
      { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
    ],
    ['LangChain thought', { type: 'reasoning', reasoning: 'hm' }, { type: 'reasoning', text: 'hm' }],
    [
      'OpenAI image',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'blob', mimeType: 'image/png', data: 'AAAA' },
    ],
    [
      'OpenAI thought',
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { type: 'reasoning', text: 'hm' },
    ],
    [
      'Langfuse media',
      { type: 'image_url', image_url: { url: '@@@langfuseMedia:type=image/png|id=f1|source=base64_data_uri@@@' } },
      { type: 'file', mimeType: 'image/png', fileId: 'f1' },
    ],
  ])('%s', (_, part, wanted) => {
    expect(partsOf([part])).toEqual([wanted]);
  });

  it("of the AI SDK's pages are a call and what it answered", () => {
    const invocation = {
      toolCallId: 'c1',
      toolName: 'weather',
      args: { city: 'Oslo' },
      state: 'result',
      result: 'rain',
    };
    expect(partsOf([{ type: 'tool-invocation', toolInvocation: invocation }])).toEqual([call, result]);
    expect(partsOf([{ type: 'tool-weather', toolCallId: 'c1', input: { city: 'Oslo' }, output: 'rain' }])).toEqual([
      call,
      result,
    ]);
  });

  it("in a text are told apart from it where they are Langfuse's", () => {
    expect(partsOf('a @@@langfuseMedia:type=audio/wav|id=f1|source=bytes@@@ b')).toEqual([
      text('a '),
      { type: 'file', mimeType: 'audio/wav', fileId: 'f1' },
      text(' b'),
    ]);
  });

  it('of kinds that nobody knows stay what they are', () => {
    expect(partsOf([{ type: 'hologram', x: 1 }])).toEqual([{ type: 'other', value: { type: 'hologram', x: 1 } }]);
  });
});

describe('lists of messages', () => {
  it.each<[string, PlainValue, unknown[]]>([
    [
      'Bedrock request',
      { system: [{ text: 'be' }], messages: [{ role: 'user', content: [{ text: 'hi' }] }] },
      [
        { role: 'system', parts: [text('be')] },
        { role: 'user', parts: [text('hi')] },
      ],
    ],
    [
      'Bedrock answer',
      { output: { message: { role: 'assistant', content: [{ text: 'yo' }] } }, stopReason: 'end_turn' },
      [{ role: 'assistant', parts: [text('yo')] }],
    ],
    [
      'LangChain pairs',
      [
        ['system', 'be'],
        ['human', 'hi'],
      ],
      [
        { role: 'system', parts: [text('be')] },
        { role: 'user', parts: [text('hi')] },
      ],
    ],
    ['LangChain prompts', { prompts: ['hi'] }, [{ role: 'user', parts: [text('hi')] }]],
    [
      'LangChain generations',
      { generations: [[{ text: 'yo', generation_info: { finish_reason: 'stop' } }]] },
      [{ role: 'assistant', parts: [text('yo')], finishReason: 'stop' }],
    ],
    [
      'OpenAI request',
      { model: 'm', instructions: 'be', input: 'hi' },
      [
        { role: 'system', parts: [text('be')] },
        { role: 'user', parts: [text('hi')] },
      ],
    ],
    [
      'OpenAI completion',
      { choices: [{ text: 'yo', index: 0, finish_reason: 'length' }] },
      [{ role: 'assistant', parts: [text('yo')], finishReason: 'length' }],
    ],
    [
      'OpenAI items',
      [
        { role: 'user', content: 'hi' },
        { type: 'web_search_call', id: 'ws', status: 'completed', action: { query: 'q' } },
        { type: 'custom_tool_call', id: 'i', call_id: 'c1', name: 'sh', input: 'ls' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'a.md' },
        { type: 'item_reference', id: 'r' },
      ],
      [
        { role: 'user', parts: [text('hi')] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'ws', name: 'web_search', arguments: { query: 'q' } }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'sh', arguments: 'ls' }] },
        { role: 'tool', parts: [{ type: 'tool_result', id: 'c1', result: 'a.md' }] },
        { role: 'assistant', parts: [{ type: 'other', value: { type: 'item_reference', id: 'r' } }] },
      ],
    ],
    [
      'Cohere',
      [
        { role: 'USER', message: 'hi' },
        { role: 'CHATBOT', message: 'yo' },
      ],
      [
        { role: 'user', parts: [text('hi')] },
        { role: 'assistant', parts: [text('yo')] },
      ],
    ],
    [
      'Ollama',
      [{ role: 'user', content: 'look', images: ['AAAA'] }],
      [{ role: 'user', parts: [text('look'), { type: 'blob', mimeType: null, data: 'AAAA' }] }],
    ],
    [
      'LlamaIndex',
      [{ role: 'MessageRole.USER', blocks: [{ block_type: 'text', text: 'hi' }] }],
      [{ role: 'user', parts: [text('hi')] }],
    ],
    ['Python', "[{'role': 'user', 'content': \"it's\"}]", [{ role: 'user', parts: [text("it's")] }]],
  ])('%s', (_, value, wanted) => {
    expect(messagesOf(value)).toEqual(wanted);
  });

  it.each<[string, PlainValue]>([
    ['numbers', [1, 2]],
    ['texts', ['a', 'b']],
    ['records', [{ id: 1 }, { id: 2 }]],
    ['documents and a message', [{ role: 'user', content: 'hi' }, { id: 2 }]],
  ])('%s are none', (_, value) => {
    expect(messagesOf(value)).toBeNull();
  });
});

describe('an answer', () => {
  it.each<[string, PlainValue, unknown]>([
    [
      'blocks',
      [{ text: 'yo' }, { toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Oslo' } } }],
      [text('yo'), call],
    ],
    [
      'what a function of an SDK returns',
      { text: 'yo', toolCalls: [{ toolCallId: 'c1', toolName: 'weather', args: { city: 'Oslo' } }] },
      [text('yo'), call],
    ],
    ['content without a role', { content: 'yo' }, [text('yo')]],
    [
      'calls alone',
      { text: '', toolCalls: [{ toolCallId: 'c1', toolName: 'weather', args: { city: 'Oslo' } }] },
      [call],
    ],
  ])('may be %s', (_, value, parts) => {
    expect(answerOf(value)).toEqual([{ role: 'assistant', parts }]);
  });

  it.each([[[]], [{}], ['[]'], ['']])('is none in %j', (value) => {
    expect(answerOf(value)).toBeNull();
  });
});

describe('events of the conventions', () => {
  const strands: [string, Attributes][] = [
    ['gen_ai.system.message', { content: json([{ text: 'be' }]) }],
    ['gen_ai.user.message', { content: json([{ text: 'hi' }]) }],
    [
      'gen_ai.assistant.message',
      { content: json([{ toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Oslo' } } }]) },
    ],
    ['gen_ai.tool.message', { content: json([{ toolResult: { toolUseId: 'c1', content: [{ text: 'rain' }] } }]) }],
    ['gen_ai.choice', { message: json([{ text: 'yo' }]), finish_reason: 'end_turn' }],
  ];
  const azure: [string, Attributes][] = [
    ['gen_ai.system.message', { 'gen_ai.event.content': json({ role: 'system', content: 'be' }) }],
    ['gen_ai.user.message', { 'gen_ai.event.content': json({ content: 'hi' }) }],
    [
      'gen_ai.assistant.message',
      {
        'gen_ai.event.content': json({
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
        }),
      },
    ],
    ['gen_ai.tool.message', { 'gen_ai.event.content': json({ id: 'c1', content: 'rain' }) }],
    ['gen_ai.choice', { 'gen_ai.event.content': json({ message: { content: 'yo' }, finish_reason: 'end_turn' }) }],
  ];
  const details: [string, Attributes][] = [
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.system_instructions': json([{ type: 'text', content: 'be' }]),
        'gen_ai.input.messages': json([{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }]),
      },
    ],
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.input.messages': json([
          { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
          { role: 'assistant', parts: [call] },
          { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
        ]),
      },
    ],
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.output.messages': json([
          { role: 'assistant', parts: [{ type: 'text', content: 'yo' }], finish_reason: 'end_turn' },
        ]),
      },
    ],
  ];
  it.each([
    ['Strands', strands],
    ['Azure', azure],
    ['details, several', details],
  ])('%s', (_, events) => {
    expect(read(CHAT, events)).toMatchObject({
      system: [text('be')],
      input: [
        { role: 'user', parts: [text('hi')] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [result] },
      ],
      output: [{ role: 'assistant', parts: [text('yo')], finishReason: 'end_turn' }],
      finishReasons: ['end_turn'],
    });
  });

  it.each<[string, Attributes]>([
    ['text', { message: 'yo' }],
    ['a list', { message: json([{ type: 'text', text: 'yo' }]) }],
    ['a message', { message: json({ role: 'assistant', content: 'yo' }) }],
    ["Gemini's content", { body: { index: 0, content: { role: 'model', parts: [{ text: 'yo' }] } } }],
    ['content', { content: 'yo' }],
  ])('a choice is %s', (_, attributes) => {
    expect(read(CHAT, [['gen_ai.choice', attributes]]).output).toEqual([{ role: 'assistant', parts: [text('yo')] }]);
  });

  it('of 1.27 and before may be plain text', () => {
    const span = read(CHAT, [
      ['gen_ai.content.prompt', { 'gen_ai.prompt': 'hi' }],
      ['gen_ai.content.completion', { 'gen_ai.completion': 'yo' }],
    ]);
    expect([span.input, span.output]).toEqual([
      [{ role: 'user', parts: [text('hi')] }],
      [{ role: 'assistant', parts: [text('yo')] }],
    ]);
  });

  it('on the span of a tool are its arguments and its result', () => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'c1',
    };
    const tool = { callId: 'c1', arguments: { city: 'Oslo' }, result: 'rain' };
    expect(
      read(attributes, [
        ['gen_ai.tool.message', { role: 'tool', content: '{"city":"Oslo"}', id: 'c1' }],
        ['gen_ai.choice', { message: json([{ text: 'rain' }]), id: 'c1' }],
      ]),
    ).toMatchObject({ tool, input: [], output: [] });
    expect(
      read({ ...attributes, 'gen_ai.tool.call.id': '' }, [
        [
          'gen_ai.client.inference.operation.details',
          { 'gen_ai.input.messages': json([{ role: 'tool', parts: [call] }]) },
        ],
        [
          'gen_ai.client.inference.operation.details',
          {
            'gen_ai.output.messages': json([
              { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
            ]),
          },
        ],
      ]).tool,
    ).toMatchObject(tool);
  });
});

describe('attributes', () => {
  it.each<[string, Attributes]>([
    ['gen_ai.prompt', { 'gen_ai.prompt': 'hi', 'gen_ai.completion': 'yo' }],
    ['gen_ai.input.messages', { 'gen_ai.input.messages': 'hi', 'gen_ai.output.messages': 'yo' }],
    ['gen_ai.content.prompt', { 'gen_ai.content.prompt': 'hi', 'gen_ai.content.completion': 'yo' }],
  ])('%s may be plain text', (_, attributes) => {
    const span = read({ ...CHAT, ...attributes });
    expect([span.input, span.output]).toEqual([
      [{ role: 'user', parts: [text('hi')] }],
      [{ role: 'assistant', parts: [text('yo')] }],
    ]);
  });

  it('llm.prompts may be an array', () => {
    expect(read({ 'openinference.span.kind': 'LLM', 'llm.prompts': ['hi', 'ho'] }).input).toEqual([
      { role: 'user', parts: [text('hi')] },
      { role: 'user', parts: [text('ho')] },
    ]);
  });

  it.each<[string, PlainValue]>([
    ['text', 'be'],
    ['parts', json([{ type: 'text', content: 'be' }])],
    ['a content', { parts: [{ text: 'be' }] }],
    ['messages', [{ role: 'system', content: 'be' }]],
    ['texts', ['be']],
  ])('the system prompt may be %s', (_, value) => {
    expect(read({ ...CHAT, 'gen_ai.system_instructions': value }).system).toEqual([text('be')]);
  });

  it("the instructions of OpenAI's responses are the system prompt, and no answer", () => {
    const answer = {
      instructions: 'be',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'yo' }] }],
    };
    expect(read({ ...CHAT, 'gen_ai.completion': json(answer) })).toMatchObject({
      system: [text('be')],
      output: [{ role: 'assistant', parts: [text('yo')] }],
    });
  });
});

describe('OpenInference', () => {
  const flat = (side: 'input' | 'output', ...messages: Attributes[]): Attributes =>
    Object.fromEntries(
      messages.flatMap((message, i) =>
        Object.entries(message).map(([key, value]) => [`llm.${side}_messages.${i}.message.${key}`, value]),
      ),
    );

  it("has a message's text once, though it stands in its content and in its blocks", () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('output', {
        role: 'assistant',
        content: 'yo',
        'contents.0.message_content.type': 'text',
        'contents.0.message_content.text': 'yo',
        'contents.1.message_content.type': 'tool_use',
        'contents.1.tool_call.id': 'c1',
        'contents.1.tool_call.function.name': 'weather',
        'contents.1.tool_call.function.arguments': '{"city":"Oslo"}',
      }),
    });
    expect(span.output).toEqual([{ role: 'assistant', parts: [text('yo'), call] }]);
  });

  it('loses nothing that the whole JSON has', () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('input', { role: 'system' }, { role: 'user', content: 'hi' }),
      ...flat('output', {
        role: 'assistant',
        content: '',
        'tool_calls.0.tool_call.function.name': 'weather',
        'tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
      }),
      'input.value': json({
        messages: [
          [
            {
              lc: 1,
              type: 'constructor',
              id: ['x', 'SystemMessage'],
              kwargs: { content: [{ type: 'text', text: 'be' }] },
            },
            { lc: 1, type: 'constructor', id: ['x', 'HumanMessage'], kwargs: { content: 'hi' } },
          ],
        ],
      }),
      'output.value': json({
        generations: [
          [
            {
              text: '',
              message: {
                lc: 1,
                type: 'constructor',
                id: ['x', 'AIMessage'],
                kwargs: {
                  content: [{ type: 'thinking', thinking: 'hm' }],
                  tool_calls: [{ id: 'c1', name: 'weather', args: { city: 'Oslo' } }],
                },
              },
            },
          ],
        ],
      }),
    });
    expect(span).toMatchObject({
      system: [text('be')],
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }, call] }],
    });
  });

  it('is believed where the whole JSON lacks something', () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('input', { role: 'user', content: 'hi there' }),
      'input.value': json({
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', tool_calls: [call] },
        ],
      }),
    });
    expect(span.input).toEqual([{ role: 'user', parts: [text('hi there')] }]);
  });
});

describe('spans of tools', () => {
  it.each<[string, PlainValue, unknown]>([
    ['Python by name', { args: [], kwargs: { a: 1 } }, { arguments: { a: 1 } }],
    ['Python by position', { args: ['a'], kwargs: {} }, { arguments: 'a' }],
    ['both', { args: ['a'], kwargs: { b: 1 } }, { arguments: { args: ['a'], kwargs: { b: 1 } } }],
    [
      'a call of LangChain',
      { type: 'tool_call', id: 'c1', name: 't', args: { a: 1 } },
      { id: 'c1', arguments: { a: 1 } },
    ],
    ['the text of LangChain', { input_str: "{'a': 1}", inputs: { a: 1 } }, { arguments: { a: 1 } }],
    ['JSON in JSON', '"{\\"a\\":1}"', { arguments: { a: 1 } }],
    ["Python's text", "{'path': 'a.md', 'ok': True, 'n': None}", { arguments: { path: 'a.md', ok: true, n: null } }],
  ])('were told %s', (_, value, wanted) => {
    expect(toolInput(value)).toEqual(wanted);
  });

  it.each<[string, PlainValue]>([
    ['LangChain', { type: 'tool', data: { type: 'tool', content: 'rain', id: null, tool_call_id: 'c1' } }],
    [
      'LangChain.js',
      {
        output: {
          lc: 1,
          type: 'constructor',
          id: ['x', 'ToolMessage'],
          kwargs: { content: 'rain', tool_call_id: 'c1' },
        },
      },
    ],
    ['LangGraph', { graph: null, update: { messages: [{ type: 'tool', content: 'rain', tool_call_id: 'c1' }] } }],
  ])('say in their result whose it is: %s', (_, output) => {
    const span = read({
      'openinference.span.kind': 'TOOL',
      'tool.name': 'weather',
      'input.value': 'Oslo',
      'output.value': json(output),
    });
    expect(span.tool).toMatchObject({ callId: 'c1', result: 'rain' });
  });

  it('have results that look like nothing else', () => {
    const span = read({ 'openinference.span.kind': 'TOOL', 'output.value': '{"output":{"mm":2},"update":1}' });
    expect(span.tool?.result).toEqual({ output: { mm: 2 }, update: 1 });
  });

  it.each<[string, PlainValue]>([
    ['names', ['weather']],
    ['Bedrock', [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }]],
    ['OpenAI', json([{ type: 'function', function: { name: 'weather' } }])],
  ])('are defined by %s', (_, value) => {
    expect(toolDefinitionsOf(value).map(({ name }) => name)).toEqual(['weather']);
  });
});

describe("Python's text", () => {
  it.each<[string, PlainValue | undefined]>([
    ["{'a': [1, -2.5, 1e3], \"b\": (True, None,), 'c': {}}", { a: [1, -2.5, 1000], b: [true, null], c: {} }],
    ["['it\\'s', \"\\n\", '\\u00e9\\x41\\U0001f600']", ["it's", '\n', 'éA😀']],
    ["{1: 'a'}", { '1': 'a' }],
    ["{'a': <Tool at 0x7f>}", undefined],
    ["{'a': Message(role='user')}", undefined],
    ["{'a': 1} and more", undefined],
    ["{'a'", undefined],
    ["['\\U00110000']", undefined],
    ['[tool: weather]', undefined],
    ['hello', undefined],
    ["['a' 'b']", undefined],
  ])('%s', (said, wanted) => {
    expect(pythonValue(said)).toEqual(wanted);
  });

  it('may have any key, and no depth that ends the program', () => {
    expect(Object.keys(pythonValue("{'__proto__': {'a': 1}}") as object)).toEqual(['__proto__']);
    expect(pythonValue(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBeUndefined();
  });
});

it("Mastra's steps are steps where spans are stored, too", () => {
  const attributes = {
    'gen_ai.operation.name': 'agent_step',
    'mastra.span.type': 'model_step',
    'mastra.model_step.input': '[{"role":"user","content":"hi"}]',
  };
  const span = readAgentSpan({
    name: 'agent_step a',
    scope: '@mastra/otel-exporter',
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    events: [],
  });
  expect(span).toMatchObject({ kind: 'step', input: [{ role: 'user', parts: [text('hi')] }] });
});
