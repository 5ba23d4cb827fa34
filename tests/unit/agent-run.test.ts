import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentGraphOf } from '../../core/agent-run/agent-graph';
import { conversationOf } from '../../core/agent-run/conversation';
import { insightsOf } from '../../core/agent-run/insights';
import type { RunSpan } from '../../core/agent-run/run-span';
import { runStateOf } from '../../core/agent-run/run-state';
import { turnText } from '../../core/agent-run/turn-text';
import type { PlainValue } from '../../core/model/json-types';
import { addressOfSession, sessionOfAddress } from '../../renderer/stores/session-address';
import { runSpan } from '../fixtures/run-spans';

const SECOND = 1e9;
type More = Partial<RunSpan> & { readonly attributes?: Record<string, PlainValue> };

const agent = (at: number, name: string, { attributes, ...more }: More = {}) =>
  runSpan(
    `invoke_agent ${name}`,
    at,
    { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': name, ...attributes },
    more.failed,
    more,
  );
const chat = (at: number, tokens: number, { attributes, ...more }: More = {}) =>
  runSpan(
    'chat m',
    at,
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': tokens,
      'gen_ai.usage.output_tokens': 10,
      ...attributes,
    },
    more.failed,
    more,
  );
const tool = (at: number, name: string, { attributes, ...more }: More = {}) =>
  runSpan(
    `execute_tool ${name}`,
    at,
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, ...attributes },
    more.failed,
    more,
  );
const told = (query: string, result: string) => ({
  'gen_ai.tool.call.arguments': { query },
  'gen_ai.tool.call.result': result,
});
const kinds = (spans: readonly RunSpan[]) => insightsOf(spans).map(({ kind }) => kind);

describe('insights', () => {
  it('tell a tool that failed from one that was tried again and worked', () => {
    const never = [tool(1, 'sql', { failed: true }), tool(2, 'sql', { failed: true }), tool(3, 'web')];
    const [only, ...none] = insightsOf(never);
    expect(none).toEqual([]);
    expect(only).toMatchObject({ kind: 'tool-errors', severity: 'error', title: 'sql failed twice' });
    expect(only?.spanIds).toEqual([never[0]?.spanId, never[1]?.spanId]);
    const retried = [tool(1, 'sql', { failed: true }), tool(2, 'sql')];
    expect(insightsOf(retried)).toMatchObject([
      { kind: 'retries', severity: 'warning', title: 'sql failed once, then worked' },
    ]);
    // It worked before, and not since.
    expect(kinds([tool(1, 'sql'), tool(2, 'sql', { failed: true })])).toEqual(['tool-errors']);
  });

  it('see the same question asked in a circle, and not three different ones', () => {
    const ask = (at: number, query: string, result: string) => tool(at, 'search', { attributes: told(query, result) });
    const circle = [ask(1, 'a', 'x'), ask(2, 'a', 'x'), ask(3, 'a', 'x')];
    expect(insightsOf(circle)).toMatchObject([
      {
        kind: 'loop',
        title: 'search called 3 times with the same arguments',
        explanation: expect.stringContaining('the same each time'),
      },
    ]);
    expect(insightsOf([ask(1, 'a', 'x'), ask(2, 'a', 'y'), ask(3, 'a', 'z')])[0]?.explanation).toContain('differed');
    expect(kinds([ask(1, 'a', 'x'), ask(2, 'b', 'x'), ask(3, 'c', 'x')])).toEqual([]);
  });

  it('count client and server of a call of a tool once', () => {
    const client = tool(1, 'search', { failed: true });
    const server = tool(2, 'search', { failed: true, parentSpanId: client.spanId });
    expect(insightsOf([client, server])[0]?.title).toBe('search failed once');
  });

  it('name the longest silence, if it is long', () => {
    const quiet = [chat(0, 5, { durationNs: 2 * SECOND }), chat(42 * SECOND, 5, { durationNs: SECOND })];
    expect(insightsOf(quiet)).toMatchObject([{ kind: 'stall', title: 'Nothing happened for 40.0 s' }]);
    expect(insightsOf(quiet)[0]?.spanIds[0]).toBe(quiet[1]?.spanId);
    // Somebody else was at work meanwhile.
    expect(kinds([...quiet, tool(SECOND, 'build', { durationNs: 41 * SECOND })])).toEqual([]);
    expect(kinds([chat(0, 5, { durationNs: SECOND }), chat(4 * SECOND, 5)])).toEqual([]);
  });

  it('tell how the context grew, and whether it was cached', () => {
    const cached = (tokens: number): More => ({ attributes: { 'gen_ai.usage.cache_read.input_tokens': tokens } });
    const growing = [
      chat(1, 2_000),
      chat(2, 20_000, cached(1_900)),
      chat(3, 30_000, cached(19_000)),
      chat(4, 40_000, cached(29_000)),
    ];
    expect(insightsOf(growing)).toMatchObject([
      {
        kind: 'context-growth',
        title: 'Context grew from 2.0k to 40.0k tokens',
        spanIds: [growing[3]?.spanId, growing[0]?.spanId],
      },
    ]);
    const uncached = [chat(1, 20_000), chat(2, 20_000), chat(3, 20_000)];
    expect(insightsOf(uncached)).toMatchObject([
      {
        kind: 'cache-misses',
        title: '0.0 % of 40.0k repeated tokens came from a cache',
        explanation: expect.stringContaining('No call says'),
      },
    ]);
    const system = (text: string): More => ({
      attributes: { 'gen_ai.system_instructions': [{ type: 'text', content: text }] },
    });
    const changing = [chat(1, 30_000, system('It is 10:00')), chat(2, 30_000, system('It is 10:01'))];
    expect(insightsOf(changing)[0]?.explanation).toContain('The system prompt changed once');
  });

  it('add up what failed steps took', () => {
    const root = agent(0, 'main');
    const step = agent(1, 'helper', { failed: true, parentSpanId: root.spanId });
    const lost = chat(2, 990, { parentSpanId: step.spanId, costUsd: 0.02 });
    const spans = [root, step, lost, chat(3, 990, { parentSpanId: root.spanId, costUsd: 0.02 })];
    expect(insightsOf(spans)).toMatchObject([
      {
        kind: 'wasted',
        title: '$0.020 spent on what failed',
        explanation: expect.stringContaining('50 % of the run'),
        spanIds: [lost.spanId],
      },
    ]);
    // The call that went well before a tool failed was not in vain.
    expect(kinds([root, tool(1, 't', { failed: true, parentSpanId: root.spanId }), chat(2, 9)])).toEqual([
      'tool-errors',
    ]);
  });

  it('point at answers cut off, and at the call that cost most', () => {
    const finished = (reason: string): More => ({ attributes: { 'gen_ai.response.finish_reasons': [reason] } });
    expect(insightsOf([chat(1, 5, finished('max_tokens')), chat(2, 5, finished('stop'))])).toMatchObject([
      { kind: 'cut-off', title: '1 answer cut off at the token limit' },
    ]);
    expect(insightsOf([chat(1, 5, finished('content_filter'))])[0]?.title).toBe('1 answer stopped by a filter');
    const paid = [chat(1, 5, { costUsd: 0.01 }), chat(2, 5, { costUsd: 0.01 }), chat(3, 5, { costUsd: 0.08 })];
    expect(insightsOf(paid)).toMatchObject([
      { kind: 'expensive-call', title: 'One call cost $0.080 of $0.100', spanIds: [paid[2]?.spanId] },
    ]);
  });
});

describe('the agent graph', () => {
  it('adds up the durations that are known, and knows of none', () => {
    const spans = [
      agent(0, 'a', { durationNs: null }),
      tool(1, 'web'),
      tool(2, 'web', { durationNs: null }),
      tool(3, 'sql', { durationNs: 0 }),
    ];
    const { nodes, edges } = agentGraphOf(spans);
    const known = tool(1, 'web').durationNs;
    expect(nodes.map(({ name, totalNs }) => [name, totalNs])).toEqual([
      ['a', null],
      ['web', known],
      ['agent', null],
      ['sql', 0],
    ]);
    expect(edges.map(({ totalNs }) => totalNs)).toEqual([known, 0]);
  });

  it('has who called whom, with what it took, infrastructure left out', () => {
    const main = agent(0, 'main', { durationNs: 100 });
    const first = chat(1, 100, { parentSpanId: main.spanId, costUsd: 0.5 });
    const ask = tool(2, 'ask_helper', { parentSpanId: main.spanId });
    const helper = agent(3, 'helper', { parentSpanId: ask.spanId, failed: true });
    const second = chat(4, 50, { parentSpanId: helper.spanId });
    const { nodes, edges } = agentGraphOf([second, helper, ask, first, main]);
    expect(
      nodes.map(({ id, calls, errors, inputTokens, costUsd }) => [id, calls, errors, inputTokens, costUsd]),
    ).toEqual([
      ['agent main', 1, 0, 100, 0.5],
      ['model m', 2, 0, 150, 0.5],
      ['tool ask_helper', 1, 0, 0, null],
      ['agent helper', 1, 1, 50, null],
    ]);
    expect(edges.map(({ from, to, calls, errors }) => [from, to, calls, errors])).toEqual([
      ['agent main', 'model m', 1, 0],
      ['agent main', 'tool ask_helper', 1, 0],
      ['tool ask_helper', 'agent helper', 1, 1],
      ['agent helper', 'model m', 1, 0],
    ]);
    expect(nodes.find(({ id }) => id === 'model m')?.costComplete).toBe(false);
  });

  it('knows a handing over from a tool, and the agent by its name however it is written', () => {
    const triage = agent(0, 'Triage');
    const over = tool(1, 'transfer_to_billing_agent', { parentSpanId: triage.spanId });
    const billing = agent(2, 'Billing Agent');
    const { nodes, edges } = agentGraphOf([triage, over, billing]);
    expect(nodes.map(({ id }) => id)).toEqual(['agent Triage', 'agent Billing Agent']);
    expect(edges).toMatchObject([{ from: 'agent Triage', to: 'agent Billing Agent', kind: 'handoff', calls: 1 }]);
  });

  it('takes no transfer of anything else for one', () => {
    const bank = agent(0, 'Bank');
    for (const name of ['transfer_funds', 'transfer_to_savings', 'handoff']) {
      const { edges } = agentGraphOf([bank, tool(1, name, { parentSpanId: bank.spanId })]);
      expect(edges).toMatchObject([{ to: `tool ${name}`, kind: 'call' }]);
    }
  });

  it('count a call that two instrumentations tell once, with the tokens of the inner one, and keep what lies below', () => {
    const paid = { costUsd: 1 };
    const main = agent(0, 'main', { durationNs: 900 });
    const outer = chat(1, 70, { parentSpanId: main.spanId, durationNs: 50, ...paid });
    const inner = chat(2, 77, { parentSpanId: outer.spanId, durationNs: 40, ...paid });
    const below = tool(3, 'web', { parentSpanId: inner.spanId });
    const beside = chat(2, 77, { parentSpanId: main.spanId, durationNs: 40, name: 'ChatOpenAI', ...paid });
    const { nodes, edges } = agentGraphOf([main, outer, inner, below, beside]);
    expect(nodes.find(({ id }) => id === 'model m')).toMatchObject({ calls: 1, inputTokens: 77, costUsd: 1 });
    expect(nodes.find(({ id }) => id === 'agent main')).toMatchObject({ calls: 1, inputTokens: 77, costUsd: 1 });
    expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual(['agent main > model m', 'agent main > tool web']);
    // Twice told, three calls would look like six.
    const calls = [10, 20, 30].flatMap((at) => {
      const call = chat(at * 100, 100, { durationNs: 90, costUsd: at });
      return [call, chat(at * 100 + 1, 100, { durationNs: 80, parentSpanId: call.spanId, costUsd: at })];
    });
    const [dear] = insightsOf(calls).filter(({ kind }) => kind === 'expensive-call');
    expect(dear?.title).toBe('One call cost $30.00 of $60.00');
  });

  it('has an agent for calls of which none is known', () => {
    const { nodes, edges } = agentGraphOf([chat(0, 1), tool(1, 't')]);
    expect(nodes.map(({ id }) => id).sort()).toEqual(['agent agent', 'model m', 'tool t']);
    expect(edges).toHaveLength(2);
  });

  it('counts as many calls of models as the conversation shows, whatever the tree, and ends with parents in a circle', () => {
    const shape = fc.array(fc.record({ kind: fc.integer({ min: 0, max: 2 }), parent: fc.nat(30), name: fc.nat(3) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(shape, (drawn) => {
        const made = drawn.map(({ kind, name }, at) =>
          kind === 0 ? agent(at, `a${name}`) : kind === 1 ? tool(at, `t${name}`) : chat(at, 7),
        );
        const spans = made.map((span, k) => ({
          ...span,
          parentSpanId: made[(drawn[k]?.parent ?? 0) % made.length]?.spanId ?? null,
        }));
        const { nodes, edges } = agentGraphOf(spans);
        const chats = conversationOf(spans, true).turns.filter(({ kind }) => kind === 'model').length;
        expect(nodes.find(({ id }) => id === 'model m')?.calls ?? 0).toBe(chats);
        const ids = new Set(nodes.map(({ id }) => id));
        expect(ids.size).toBe(nodes.length);
        expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
        insightsOf(spans);
      }),
    );
  });
});

describe('a run that has not ended', () => {
  const startTime = '2026-11-22T10:00:00.000000000Z';
  const run = {
    startTime,
    durationNs: 60e9,
    incomplete: true,
    agentName: 'a',
    inputTokens: null,
    outputTokens: null,
    sessionId: null,
  };
  const at = (minutes: number) => Date.parse(startTime) + minutes * 60_000;

  it('is at work while it is heard of', () => {
    expect(runStateOf(run, at(2))).toMatchObject({ isRunning: true, sinceMs: at(0), heardMs: at(1) });
    expect(runStateOf(run, at(12))?.isRunning).toBe(false);
    expect(runStateOf({ ...run, incomplete: false }, at(2))).toBeNull();
    expect(runStateOf({ ...run, agentName: null }, at(2))).toBeNull();
  });
});

describe('the address of a session', () => {
  it('leads back to it, whatever its id and however often the address is decoded', () => {
    expect(addressOfSession('conv-7')).toBe('/session/conv-7');
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('~x', '100%', 'a/b', '%2F')),
        (id) => {
          const address = addressOfSession(id);
          expect(decodeURIComponent(decodeURI(address))).toBe(address);
          expect(sessionOfAddress(address.slice('/session/'.length))).toBe(id);
        },
      ),
    );
  });
});

describe('what a turn was about', () => {
  const messages = (...all: [string, string][]) =>
    all.map(([role, content]) => ({ role, parts: [{ type: 'text', content }] }));
  it('is what the user said last, and the last answer', () => {
    const first = chat(0, 1, {
      attributes: {
        'gen_ai.input.messages': messages(['user', 'before'], ['assistant', 'then'], ['user', 'now']),
        'gen_ai.output.messages': messages(['assistant', 'thinking']),
      },
    });
    const last = chat(1, 1, { attributes: { 'gen_ai.output.messages': messages(['assistant', 'x'.repeat(700)]) } });
    expect(turnText(null, [first.agent, last.agent])).toEqual({ asked: 'now', answered: `${'x'.repeat(600)}…` });
    const root = agent(0, 'a', {
      attributes: {
        'gen_ai.input.messages': messages(['user', 'of the root']),
        'gen_ai.output.messages': messages(['assistant', 'in the end']),
      },
    });
    expect(turnText(root.agent, [first.agent])).toEqual({ asked: 'of the root', answered: 'in the end' });
    // An agent that counts tokens stands before its calls, and says nothing.
    expect(turnText(null, [agent(0, 'a').agent, first.agent, last.agent])).toMatchObject({ asked: 'now' });
    expect(turnText(null, [first.agent, agent(1, 'a').agent])).toMatchObject({ asked: 'now', answered: null });
    expect(turnText(null, [])).toEqual({ asked: null, answered: null });
  });
});
