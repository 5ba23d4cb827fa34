/** What was said twice is shown twice, what a call repeats of its history is not, and each call of a tool or of a model is there once. */
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../core/agent-run/in-order';
import { agreement } from '../../core/agent-run/tool-values';
import { runSpan } from '../fixtures/run-spans';
import { answers, asks, chat, says, told, tool, turnsOf, user } from '../fixtures/told-turns';

describe('a history', () => {
  it('is repeated by the next call, and what is said again in it is new', () => {
    const talk = [user('deploy?'), says('sure?'), user('yes'), says('sure?'), user('yes'), says('done')];
    const turns = turnsOf(...[1, 3, 5].map((n) => chat(n * 10, talk.slice(0, n), talk.slice(n, n + 1))));
    expect(told(turns)).toEqual([
      [0, ['deploy?']],
      [2, ['yes']],
      [4, ['yes']],
    ]);
  });

  it('may be kept by the provider: then each call says only what is new, though it was said before', () => {
    const turns = turnsOf(
      chat(10, [user('go on')], [says('1')]),
      chat(20, [user('go on')], [says('2')]),
      chat(30, [user('go on')], [says('3')]),
    );
    expect(told(turns)).toEqual([
      [0, ['go on']],
      [0, ['go on']],
      [0, ['go on']],
    ]);
  });

  it('is told again, and not said again, where the call before failed', () => {
    const failed = runSpan(
      'chat m',
      10,
      { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.input.messages': [user('hi')] },
      true,
    );
    expect(told(turnsOf(failed, chat(30, [user('hi')], [says('hello')])))).toEqual([
      [0, ['hi']],
      [1, []],
    ]);
  });

  it('of another branch is known as far as they share it', () => {
    const turns = turnsOf(
      chat(10, [user('a'), says('b'), user('c')], [says('d')]),
      chat(20, [user('a'), says('b'), user('x')], [says('y')]),
      chat(30, [user('a'), says('b'), user('c'), says('d'), user('e')], []),
    );
    expect(told(turns)).toEqual([
      [0, ['a', 'b', 'c']],
      [2, ['x']],
      [4, ['e']],
    ]);
  });

  it('may lose its beginning, and have what is old in it cleared', () => {
    const turns = turnsOf(
      chat(10, [user('a'), asks('c1', 't'), answers('c1', 'long'), user('b')], [says('c')]),
      chat(20, [user('a'), asks('c1', 't'), answers('c1', '[cleared]'), user('b'), says('c'), user('d')], [says('e')]),
      chat(30, [user('b'), says('c'), user('d'), says('e'), user('a')], []),
    );
    // The result stands with its call, as it was told first.
    expect(told(turns).slice(1)).toEqual([
      [4, ['d']],
      [4, ['a']],
    ]);
    expect(turns[0]?.toolUses.c1?.result).toBe('long');
    expect(turns[2]?.droppedMessages).toBe(3);
  });

  it.each([
    ['an empty text', { type: 'text', content: '' }],
    ['a mark of the provider', { type: 'custom' }],
    ['a thought', { type: 'reasoning', content: 'hm' }],
    ['a block of another kind', { type: 'source', url: 'https://x.test' }],
  ])('is the same with %s in it, or without', (_, part) => {
    const answer = { role: 'assistant', parts: [{ type: 'text', content: 'well ' }, ...asks('c1', 't').parts] };
    const other = { ...answer, parts: [part, ...answer.parts] };
    for (const [out, echo] of [
      [answer, other],
      [other, answer],
    ] as const) {
      const turns = turnsOf(chat(10, [user('q')], [out]), chat(20, [user('q'), echo, answers('c1', 'r')], []));
      expect(told(turns)[1]).toEqual([2, []]);
      expect(turns[0]?.toolUses.c1?.result).toBe('r');
      expect(turns[1]?.toolUses).toEqual({});
    }
  });

  it('has thoughts as messages of their own', () => {
    const thought = { role: 'assistant', parts: [{ type: 'reasoning', content: 'hm' }] };
    const turns = turnsOf(
      chat(10, [user('q')], [thought, says('a')]),
      chat(20, [user('q'), thought, says('a'), user('r')], []),
    );
    expect(told(turns)[1]).toEqual([3, ['r']]);
  });

  it('shows of a message what is new in it', () => {
    const turns = turnsOf(
      chat(10, [{ role: 'user', parts: [{ type: 'text', content: 'look' }] }], [asks('c1', 't')]),
      chat(
        20,
        [
          {
            role: 'user',
            parts: [
              { type: 'text', content: 'look' },
              { type: 'uri', modality: 'image', uri: 'https://x.test/a.png' },
            ],
          },
          asks('c1', 't'),
          answers('c1', 'r'),
        ],
        [],
      ),
    );
    expect(told(turns)[1]).toEqual([1, ['uri']]);
  });
});

describe('calls of tools', () => {
  it('with equal results are each answered', () => {
    const [first, second] = [asks('c1', 't', { n: 1 }), asks('c2', 't', { n: 2 })];
    const turns = turnsOf(
      chat(10, [user('q')], [first]),
      chat(20, [user('q'), first, answers('c1', 'ok')], [second]),
      chat(30, [user('q'), first, answers('c1', 'ok'), second, answers('c2', 'ok')], [says('a')]),
    );
    expect(turns.map(({ toolUses }) => Object.entries(toolUses).map(([id, { result }]) => [id, result]))).toEqual([
      [['c1', 'ok']],
      [['c2', 'ok']],
      [],
    ]);
  });

  it.each([
    ['the name of the tool', 'search'],
    ['none', null],
  ])('join in their order where the id is %s', (_, id) => {
    const calls = [asks(id, 'search', { q: 'a' }), asks(id, 'search', { q: 'b' }), asks(id, 'search', { q: 'a' })];
    const results = ['1', '2', '3'].map((result) => answers(id, result, 'search'));
    const spanId = id === null ? {} : { 'gen_ai.tool.call.id': id };
    const ran = (at: number, q: string) =>
      tool(at, 'search', { ...spanId, 'gen_ai.tool.call.arguments': { q } }, { spanId: `${at}`.padStart(16, '0') });
    const turns = turnsOf(
      chat(10, [user('q')], calls.slice(0, 2)),
      ran(22, 'b'),
      ran(24, 'a'),
      chat(40, [user('q'), ...calls.slice(0, 2), ...results.slice(0, 2)], calls.slice(2)),
      ran(52, 'a'),
      chat(70, [user('q'), ...calls.slice(0, 2), ...results.slice(0, 2), ...calls.slice(2), ...results.slice(2)], []),
    );
    expect(turns.map(({ kind }) => kind)).toEqual(['model', 'model', 'model']);
    const uses = turns.map(({ output, toolUses }) =>
      output
        .flatMap(({ parts }) => parts)
        .map((part) => part.type === 'tool_call' && part.id !== null && toolUses[part.id])
        .map((use) => use && [use.arguments, use.result, Number(use.spanId)]),
    );
    expect(uses).toEqual([
      [
        [{ q: 'a' }, '1', 24],
        [{ q: 'b' }, '2', 22],
      ],
      [[{ q: 'a' }, '3', 52]],
      [],
    ]);
  });

  it('find the span that has no id by name, arguments and time', () => {
    const turns = turnsOf(
      tool(5, 'add', { 'gen_ai.tool.call.arguments': { a: 2, b: 2 } }),
      chat(10, [user('q')], [asks('c1', 'get_weather', { city: 'Paris' }), asks('c2', 'add', { a: 2, b: 2 })]),
      tool(22, 'get_weather', { 'gen_ai.tool.call.arguments': 'Paris', 'gen_ai.tool.call.result': '21' }),
      tool(24, 'add', { 'gen_ai.tool.call.arguments': { a: 2, b: 3 } }),
      tool(26, 'add', { 'gen_ai.tool.call.arguments': { b: 2, a: 2, precise: true }, 'gen_ai.tool.call.result': '4' }),
    );
    expect(turns.map(({ kind, startNs }) => [kind, startNs])).toEqual([
      ['tool', 5],
      ['model', 10],
      ['tool', 24],
    ]);
    expect(turns[1]?.toolUses).toMatchObject({
      c1: { arguments: { city: 'Paris' }, result: '21', durationNs: 10 },
      c2: { arguments: { a: 2, b: 2 }, result: '4', durationNs: 10 },
    });
  });

  it('that only a later call repeats ran before it', () => {
    const turns = turnsOf(
      tool(10, 'add', { 'gen_ai.tool.call.arguments': '{"a":1}' }),
      chat(30, [user('q'), asks('c1', 'add', { a: 1 }), answers('c1', '1')], [says('1')]),
    );
    expect(turns.map(({ kind }) => kind)).toEqual(['model']);
    expect(turns[0]?.toolUses.c1).toMatchObject({ result: '1', durationNs: 10 });
  });

  it('keep their arguments where a later call repeats them without', () => {
    const turns = turnsOf(
      chat(10, [user('q')], [asks('c1', 't', { n: 1 })]),
      tool(22, 't', { 'gen_ai.tool.call.id': 'c1', 'gen_ai.tool.call.arguments': {} }),
      chat(30, [user('q'), asks('c1', 't', {}), answers('c1', 'r')], []),
    );
    expect(turns[0]?.toolUses.c1?.arguments).toEqual({ n: 1 });
    expect(told(turns)[1]).toEqual([2, []]);
  });

  it('are told once by the framework, the client and the server of the tool', () => {
    const inner = (at: number, parentSpanId: string, spanId: string) =>
      tool(at, 'read', {}, { parentSpanId, spanId, durationNs: 4 });
    const turns = turnsOf(
      chat(10, [user('q')], [asks('c1', 'mcp__files__read', { path: 'a' })]),
      tool(
        22,
        'mcp__files__read',
        { 'gen_ai.tool.call.id': 'c1', 'gen_ai.tool.call.result': 'text' },
        { spanId: 'a1' },
      ),
      inner(23, 'a1', 'a2'),
      inner(24, 'a2', 'a3'),
    );
    expect(turns).toHaveLength(1);
    expect(turns[0]?.toolUses.c1).toMatchObject({ spanId: 'a1', result: 'text' });
  });

  it('that ran twice under one id have the last result', () => {
    const ran = (at: number, result: string) =>
      tool(at, 't', { 'gen_ai.tool.call.id': 'c1', 'gen_ai.tool.call.result': result });
    const turns = turnsOf(chat(10, [user('q')], [asks('c1', 't')]), ran(20, 'no'), ran(40, 'yes'));
    expect(turns).toHaveLength(1);
    expect(turns[0]?.toolUses.c1?.result).toBe('yes');
  });
});

describe('values of tools', () => {
  it.each([
    [{ a: 1 }, '{"a": 1}', 3],
    [{ a: 1 }, { a: '1' }, 3],
    [{ city: 'Paris' }, 'Paris', 3],
    [{ a: 1, b: 2 }, [1, 2], 3],
    [{ a: 1 }, { a: 1, b: null }, 2],
    [{ a: 1 }, {}, 1],
    [{}, null, 3],
    [{ a: 1 }, { a: 2 }, 0],
    [{ a: { b: [1] } }, { a: { b: [2] } }, 0],
  ])('%j and %j agree: %i', (a, b, much) => {
    expect(agreement(a, b)).toBe(much);
    expect(agreement(b, a)).toBe(much);
  });
});

describe('what two lists have in common', () => {
  it('keeps their order', () => {
    expect(inOrder([1, 2, 3, 2], [2, 3, 4, 2, 1])).toEqual([-1, 0, 1, 3]);
    expect(inOrder([7], [])).toEqual([-1]);
  });

  it('is given up for lists of the same thing, of which each could be each', () => {
    const same = Array.from({ length: 3_000 }, () => 1);
    expect(new Set(inOrder(same, same))).toEqual(new Set([-1]));
  });
});
