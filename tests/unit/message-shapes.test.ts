/** Messages and parts in every shape in which they are sent. */
import { describe, expect, it } from 'vitest';
import { answerOf, messagesOf } from '../../core/dialects/messages';
import { partsOf } from '../../core/dialects/parts';
import { pythonValue } from '../../core/dialects/python-text';
import type { PlainValue } from '../../core/model/json-types';
import { WEATHER_CALL as call, WEATHER_RESULT as result, textPart as text } from '../fixtures/plain-spans';

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
    [
      'Agents SDK for JavaScript',
      [
        { type: 'message', role: 'user', content: 'hi' },
        { type: 'function_call', id: 'fc_1', callId: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'function_call_result', callId: 'c1', name: 'weather', output: { type: 'text', text: 'rain' } },
        { type: 'hosted_tool_call', id: 'ws_1', name: 'web_search_call', arguments: '{"q":"a"}', providerData: {} },
        { type: 'computer_call', id: 'cu_1', callId: 'c2', action: { type: 'click' }, providerData: {} },
        { type: 'computer_call_result', callId: 'c2', output: { type: 'computer_screenshot', data: 'AAAA' } },
      ],
      [
        { role: 'user', parts: [text('hi')] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [{ ...result, name: 'weather' }] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'ws_1', name: 'web_search_call', arguments: expect.anything() }],
        },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'c2', name: 'computer', arguments: { type: 'click' } }],
        },
        {
          role: 'tool',
          parts: [{ type: 'tool_result', id: 'c2', result: { type: 'computer_screenshot', data: 'AAAA' } }],
        },
      ],
    ],
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
