/** Messages that stand in lists as texts, or without the wrapper that says what they are. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/dialects/agent-span';
import { answerOf, messagesOf } from '../../core/dialects/messages';
import type { PlainValue } from '../../core/model/json-types';
import { read } from '../fixtures/told-spans';

const json = JSON.stringify;
const said = ({ role, parts }: Message) => [role, ...parts.map((part) => ('text' in part ? part.text : part.type))];

describe('messages', () => {
  it.each<[string, PlainValue, (readonly string[])[]]>([
    [
      'the text of each',
      [json({ role: 'user', content: 'hi' }), json({ role: 'assistant', content: 'ho' })],
      [
        ['user', 'hi'],
        ['assistant', 'ho'],
      ],
    ],
    ['text in text', json([json({ role: 'user', content: 'hi' })]), [['user', 'hi']]],
    [
      "LangChain's without its class",
      { generations: [[{ message: { kwargs: { content: 'ho', type: 'ai' } } }]] },
      [['assistant', 'ho']],
    ],
    [
      "Cohere's first API",
      { message: 'hi', preamble: 'be brief', chat_history: [{ role: 'CHATBOT', message: 'ho' }] },
      [
        ['system', 'be brief'],
        ['assistant', 'ho'],
        ['user', 'hi'],
      ],
    ],
    ['a prompt and nothing else', json({ prompt: 'hi' }), [['user', 'hi']]],
    ['a request with a prompt', { model: 'llama3.2', prompt: 'hi', stream: false }, [['user', 'hi']]],
  ])('are %s', (_, value, expected) => {
    expect(messagesOf(value)?.map(said)).toEqual(expected);
  });

  it('are several answers', () => {
    expect(answerOf(['a', 'b'])?.map(said)).toEqual([
      ['assistant', 'a'],
      ['assistant', 'b'],
    ]);
  });

  it('are those of tools under names of before the conventions', () => {
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'weather' };
    const told = { 'gen_ai.tool.input': json({ city: 'Oslo' }), 'gen_ai.tool.output': 'rain' };
    expect(read('', 'execute_tool weather', { ...tool, ...told })?.tool).toMatchObject({
      arguments: { city: 'Oslo' },
      result: 'rain',
    });
  });
});
