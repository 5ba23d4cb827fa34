/** What only the span of an agent tells is said in its conversation. */
import { describe, expect, it } from 'vitest';
import { runSpan } from '../fixtures/run-spans';
import { type Attributes, chat, says, told, tool, turnsOf, user } from '../fixtures/told-turns';

const agent = (spanId: string, parentSpanId: string | null, attributes: Attributes, at = 0, durationNs = 100) =>
  runSpan(
    'invoke_agent planner',
    at,
    { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner', ...attributes },
    false,
    { spanId, parentSpanId, durationNs },
  );
const messages: Attributes = { 'gen_ai.input.messages': [user('plan')], 'gen_ai.output.messages': [says('done')] };
const bare = (spanId: string, parentSpanId: string, at: number) =>
  runSpan('chat m', at, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' }, false, {
    spanId,
    parentSpanId,
  });
const answers = (turns: ReturnType<typeof turnsOf>) =>
  turns.map(({ spanId, output }) => [spanId, ...output.flatMap(({ parts }) => parts)]);
const done = { type: 'text', text: 'done' };

describe('what an agent was asked and answered', () => {
  it('is said of its first and of its last call, where these say nothing', () => {
    const turns = turnsOf(agent('a', null, messages), bare('b', 'a', 10), bare('c', 'a', 30));
    expect(told(turns)).toEqual([
      [0, ['plan']],
      [0, []],
    ]);
    expect(answers(turns)).toEqual([['b'], ['c', done]]);
  });

  it('is a turn where no call is recorded', () => {
    const turns = turnsOf(agent('a', null, messages));
    expect([told(turns), answers(turns)]).toEqual([[[0, ['plan']]], [['a', done]]]);
  });

  it('is told by the innermost once', () => {
    const inner = agent('b', 'a', messages, 5, 50);
    expect(answers(turnsOf(agent('a', null, messages), inner))).toEqual([['b', done]]);
    expect(answers(turnsOf(agent('a', null, messages), inner, bare('c', 'b', 10)))).toEqual([['c', done]]);
  });

  it('is not said again where a call says what was said', () => {
    const call = chat(10, [user('plan'), user('as JSON')], [says('{}')], {}, { spanId: 'b', parentSpanId: 'a' });
    expect(answers(turnsOf(agent('a', null, messages), call))).toEqual([['b', { type: 'text', text: '{}' }]]);
  });

  it('is its own where only its tools call models', () => {
    const search = tool(10, 'search', {}, { spanId: 't', parentSpanId: 'a' });
    const call = chat(12, [user('find')], [says('found')], {}, { spanId: 'b', parentSpanId: 't' });
    const turns = turnsOf(agent('a', null, messages), search, call);
    expect(answers(turns)).toEqual([['a', done], ['t'], ['b', { type: 'text', text: 'found' }]]);
  });

  it('ends where spans go in a circle', () => {
    expect(turnsOf(agent('a', 'b', messages), agent('b', 'a', messages))).toHaveLength(0);
  });
});
