/** Words that every object answers to are words like others, wherever a sender may choose one. */
import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../core/agent-run/conversation';
import type { PlainValue } from '../../core/model/json-types';
import { parseTraceql } from '../../core/query/traceql/parse';
import { runSpan } from '../fixtures/run-spans';

const WORDS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  '__lookupSetter__',
];
const PLAIN = 'qzqz';

/** Attributes whose values or keys a sender may choose, each alone beside what makes a call of a model. */
function attributesWith(word: string): readonly Record<string, PlainValue>[] {
  const said = (message: unknown): Record<string, PlainValue> => ({
    'gen_ai.input.messages': JSON.stringify([message]),
  });
  const own = (value: unknown): string => `{${JSON.stringify(word)}:${JSON.stringify(value)}}`;
  return [
    { 'gen_ai.operation.name': word },
    { 'gen_ai.provider.name': word },
    { 'gen_ai.system': word },
    { 'llm.request.type': word },
    { 'traceloop.span.kind': word, 'traceloop.entity.name': 'x' },
    { 'langsmith.span.kind': word },
    { 'langfuse.observation.type': word },
    { 'langfuse.observation.model.parameters': own(1) },
    { 'openinference.span.kind': word },
    { 'llm.invocation_parameters': own(1) },
    { [`ai.settings.${word}`]: 1, 'ai.operationId': 'ai.generateText' },
    { [`llm.input_messages.0.message.${word}`]: 'x', 'llm.input_messages.0.message.role': 'user' },
    { [word]: 'x' },
    said({ role: word, content: 'x' }),
    said({ role: 'user', content: [{ type: word, text: 'x' }] }),
    said({ type: word, content: 'x' }),
    said({ 'event.name': word, content: 'x' }),
    said({ role: 'assistant', tool_calls: [{ id: word, function: { name: word, arguments: own({ deep: own(1) }) } }] }),
    said({ role: 'tool', tool_call_id: word, content: own('x') }),
    { 'gen_ai.tool.call.id': word, 'gen_ai.tool.name': word, 'gen_ai.tool.call.arguments': own([1]) },
    { 'gen_ai.tool.definitions': JSON.stringify([{ name: word, parameters: { properties: JSON.parse(own({})) } }]) },
  ];
}

function readAs(word: string): string[] {
  return attributesWith(word).map((attributes) => {
    const call = runSpan('chat m', 1, { 'gen_ai.request.model': 'm', 'gen_ai.operation.name': 'chat', ...attributes });
    const tool = runSpan('execute_tool t', 2, {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 't',
      'gen_ai.tool.call.id': word,
      'gen_ai.tool.call.result': 'done',
    });
    const spans = [
      { ...call, spanId: '1' },
      { ...tool, spanId: '2' },
    ];
    return JSON.stringify([spans, conversationOf(spans, true)]);
  });
}

describe('a word that every object answers to', () => {
  const expected = readAs(PLAIN);
  it.each(WORDS)('%s is read like any other', (word) => {
    for (const [i, text] of readAs(word).entries()) {
      // Roles are told in small letters.
      expect(text.replaceAll(word, PLAIN).replaceAll(word.toLowerCase(), PLAIN)).toBe(expected[i]);
    }
    expect(() => parseTraceql(`{ ${word} = 1 }`)).toThrow();
  });
});
