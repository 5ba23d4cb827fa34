/** What only the span of an agent tells is said in its conversation. */
import { describe, expect, it } from 'vitest';
import { agentGraphOf } from '../../core/agent-run/agent-graph';
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
const bare = (spanId: string, parentSpanId: string | null, at: number, attributes: Attributes = {}) =>
  runSpan('chat m', at, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...attributes }, false, {
    spanId,
    parentSpanId,
  });
const known = (spanId: string, parentSpanId: string | null, at: number) =>
  bare(spanId, parentSpanId, at, { 'gen_ai.usage.input_tokens': 9 });
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

  describe('with tokens that it counts itself', () => {
    const counted: Attributes = { ...messages, 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 9 };
    const tokens = (turns: ReturnType<typeof turnsOf>) => turns.map(({ spanId, usage }) => [spanId, usage.input]);

    it('counts where no call is recorded, and is a turn even if it says nothing', () => {
      expect(tokens(turnsOf(agent('a', null, counted)))).toEqual([['a', 100]]);
      const silent = { 'gen_ai.usage.input_tokens': 100 };
      expect(tokens(turnsOf(agent('a', null, silent)))).toEqual([['a', 100]]);
      expect(agentGraphOf([agent('a', null, counted)]).nodes).toMatchObject([{ kind: 'agent', inputTokens: 100 }]);
    });

    it('counts nothing where its calls are recorded with tokens, or an agent within it counts', () => {
      expect(tokens(turnsOf(agent('a', null, counted), known('b', 'a', 10)))).toEqual([['b', 9]]);
      expect(tokens(turnsOf(agent('a', null, counted), agent('b', 'a', counted, 5, 50)))).toEqual([['b', 100]]);
      const run = [agent('a', null, counted), known('b', 'a', 10)];
      expect(agentGraphOf(run).nodes.find(({ kind }) => kind === 'agent')?.inputTokens).toBe(9);
    });

    it('counts where none of its calls knows its tokens, until one does', () => {
      const run = [agent('a', null, counted), bare('b', 'a', 10)];
      expect(tokens(turnsOf(...run))).toEqual([
        ['a', 100],
        ['b', null],
      ]);
      expect(agentGraphOf(run).nodes.find(({ kind }) => kind === 'agent')?.inputTokens).toBe(100);
      expect(tokens(turnsOf(...run, known('c', 'a', 30)))).toEqual([
        ['b', null],
        ['c', 9],
      ]);
    });

    it('counts nothing while a call that counts runs of which nobody knows whose it is', () => {
      const loose = known('b', null, 10);
      expect(tokens(turnsOf(agent('a', null, counted), loose))).toEqual([
        ['a', null],
        ['b', 9],
      ]);
      expect(tokens(turnsOf(agent('a', null, counted), bare('b', null, 10)))).toEqual([
        ['a', 100],
        ['b', null],
      ]);
      const later = { ...loose, startNs: 200 };
      expect(tokens(turnsOf(agent('a', null, counted), later))).toEqual([
        ['a', 100],
        ['b', 9],
      ]);
    });

    it('counts beside a call of another agent, even of one that counts nothing', () => {
      const [around, other] = [agent('w', null, {}, 0, 200), agent('b', 'w', {}, 5)];
      const run = [around, agent('a', 'w', counted), other];
      expect(tokens(turnsOf(...run, known('c', 'b', 10)))).toEqual([
        ['a', 100],
        ['c', 9],
      ]);
      // Of the agent around both it may be, or of the one that counts.
      expect(tokens(turnsOf(...run, known('c', 'w', 10)))).toEqual([
        ['a', null],
        ['c', 9],
      ]);
    });

    it('counts beside the calls that its tools make', () => {
      const search = tool(10, 'search', {}, { spanId: 't', parentSpanId: 'a' });
      const call = chat(12, [user('find')], [says('found')], {}, { spanId: 'b', parentSpanId: 't' });
      expect(tokens(turnsOf(agent('a', null, counted), search, call))).toEqual([
        ['a', 100],
        ['t', null],
        ['b', null],
      ]);
    });
  });

  it('ends where spans go in a circle', () => {
    expect(turnsOf(agent('a', 'b', messages), agent('b', 'a', messages))).toHaveLength(0);
  });
});
