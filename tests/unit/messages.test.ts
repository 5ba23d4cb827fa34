import { describe, expect, it } from 'vitest';
import { answerOf, messagesOf } from '../../core/dialects/messages';
import type { PlainValue } from '../../core/model/json-types';

const text = (said: string) => ({ type: 'text', text: said });
const weatherCall = { type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } };
const weatherResult = { role: 'tool', parts: [{ type: 'tool_result', id: 'c1', result: 'rain' }] };

describe('messages', () => {
  const said = [{ role: 'user', parts: [text('hi')] }, { role: 'assistant', parts: [weatherCall] }, weatherResult];
  it.each<[string, PlainValue]>([
    [
      'OpenTelemetry',
      [
        { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
      ],
    ],
    [
      'OpenTelemetry, with the result as its examples write it',
      [
        { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', result: 'rain' }] },
      ],
    ],
    [
      'OpenAI chat',
      [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      ],
    ],
    [
      'OpenAI responses',
      {
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
          { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' },
          { type: 'function_call_output', call_id: 'c1', output: 'rain' },
        ],
      },
    ],
    [
      'Anthropic',
      {
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Oslo' } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'rain' }] },
        ],
      },
    ],
    [
      'the AI SDK',
      [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Oslo' } }],
        },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', output: { type: 'text', value: 'rain' } }] },
      ],
    ],
    [
      'LangChain',
      [
        [
          { type: 'human', content: 'hi', additional_kwargs: {} },
          {
            id: ['langchain', 'schema', 'AIMessage'],
            kwargs: { content: '', tool_calls: [{ id: 'c1', name: 'weather', args: { city: 'Oslo' } }] },
          },
          { type: 'tool', content: 'rain', tool_call_id: 'c1' },
        ],
      ],
    ],
  ])('of %s', (_, value) => {
    expect(messagesOf(value)).toEqual(said);
    expect(messagesOf(JSON.stringify(value))).toEqual(said);
  });

  it('of Gemini, without ids', () => {
    const request = {
      config: { system_instruction: 'be kind' },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }, { inline_data: { mime_type: 'image/png', data: 'AAAA' } }] },
        {
          role: 'model',
          parts: [{ text: 'hm', thought: true }, { function_call: { name: 'weather', args: { city: 'Oslo' } } }],
        },
        { role: 'user', parts: [{ function_response: { name: 'weather', response: { is: 'rain' } } }] },
      ],
    };
    expect(messagesOf(request)).toEqual([
      { role: 'system', parts: [text('be kind')] },
      { role: 'user', parts: [text('hi'), { type: 'blob', mimeType: 'image/png', data: 'AAAA' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { ...weatherCall, id: null },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_result', id: null, name: 'weather', result: { is: 'rain' } }] },
    ]);
  });

  it('with images, reasoning and what nobody knows', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://a.b/c.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/' } },
      { type: 'image_url', image_url: { url: 'data:image/gif;base64,R0lG' } },
      { type: 'thinking', thinking: 'hm', signature: 'x' },
      { type: 'video_of_the_future', n: 1 },
    ];
    expect(messagesOf([{ role: 'user', content }])?.[0]?.parts).toEqual([
      { type: 'uri', mimeType: null, uri: 'https://a.b/c.png' },
      { type: 'blob', mimeType: 'image/jpeg', data: '/9j/' },
      { type: 'blob', mimeType: 'image/gif', data: 'R0lG' },
      { type: 'reasoning', text: 'hm' },
      { type: 'other', value: { type: 'video_of_the_future', n: 1 } },
    ]);
  });

  it('that were cut off stay as they are, and say so', () => {
    const cut = '[{"role":"user","content":"a very long te';
    expect(messagesOf(cut)).toEqual([{ role: 'user', parts: [{ type: 'truncated', text: cut }] }]);
    expect(answerOf('{"text":"half an ans')?.[0]?.parts[0]?.type).toBe('truncated');
  });

  it.each<[PlainValue]>([[null], [''], [[]], [{}], [{ a: 1 }], [[1, 2]], ['plain'], [[{ a: 1 }]], [{ messages: 'x' }]])(
    'are not in %j',
    (value) => {
      expect(messagesOf(value)).toBeNull();
    },
  );
});
