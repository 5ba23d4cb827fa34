/** A call of a model that a framework, a client and a provider each tell is there once. */
import { describe, expect, it } from 'vitest';
import type { PlainValue } from '../../core/model/json-types';
import { runSpan } from '../fixtures/run-spans';
import { type Attributes, chat, says, tool, turnsOf, user } from '../fixtures/told-turns';

describe('one call of a model', () => {
  const told = (spanId: string, parentSpanId: string | null, more: Attributes, from = 10, ns = 10) =>
    chat(from, [user('q')], [says('a')], more, { spanId, parentSpanId, durationNs: ns });
  const bare = (spanId: string, parentSpanId: string | null, more: Attributes, from = 12, ns = 6, failed = false) =>
    runSpan('POST /messages', from, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...more }, failed, {
      spanId,
      parentSpanId,
      durationNs: ns,
    });
  const tokens = { 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': 3 };
  const id = { 'gen_ai.response.id': 'r1' };

  it.each([
    ['below the framework', [told('a', null, tokens), bare('b', 'a', tokens)]],
    ['below a span of a framework that says nothing', [bare('a', null, tokens, 10, 10), told('b', 'a', tokens, 11, 5)]],
    ['beside it, by the id of the provider', [told('a', null, id), bare('b', null, { ...id, ...tokens })]],
    ['beside it, by model and tokens', [told('a', null, tokens), bare('b', null, tokens)]],
    ['as a mark without duration that it began', [told('a', null, tokens), bare('b', 'a', {}, 10, 0)]],
    ['after attempts that failed', [told('a', null, id), bare('b', 'a', {}, 11, 2, true), bare('c', 'a', tokens, 14)]],
  ])('that the SDK tells %s is shown once', (_, spans) => {
    const turns = turnsOf(...spans);
    expect(turns.map(({ output, usage }) => [output.length, usage.input ?? 7])).toEqual([[1, 7]]);
    expect(turns[0]?.input).toHaveLength(1);
    expect(turns[0]?.failed).toBe(false);
  });

  it.each([
    ['at another time', [told('a', null, tokens), bare('b', null, tokens, 40)]],
    [
      'of another id',
      [told('a', null, { ...id, ...tokens }), bare('b', null, { 'gen_ai.response.id': 'r2', ...tokens })],
    ],
    ['by one instrumentation', [told('a', null, tokens), told('b', null, tokens)]],
    ['after its parent ended', [told('a', null, tokens), told('b', 'a', tokens, 30)]],
  ])('is another %s', (_, spans) => {
    expect(turnsOf(...spans)).toHaveLength(2);
  });

  it('is not what holds several together, of which the first was told what that was', () => {
    const outer = told('a', null, {}, 10, 100);
    const inner = (spanId: string, at: number, answer: string) =>
      runSpan(
        'step',
        at,
        {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'm',
          'gen_ai.output.messages': [says(answer)],
        },
        false,
        { spanId, parentSpanId: 'a' },
      );
    const turns = turnsOf(outer, inner('b', 20, 'x'), inner('c', 40, 'a'));
    expect(turns.map(({ spanId, input }) => [spanId, input.length])).toEqual([
      ['b', 1],
      ['c', 0],
    ]);
  });

  it('is not another that a tool or an agent made on the way', () => {
    const turns = turnsOf(
      told('a', null, tokens, 10, 100),
      tool(20, 't', {}, { spanId: 'b', parentSpanId: 'a', durationNs: 50 }),
      told('c', 'b', tokens, 30),
    );
    expect(turns.filter(({ kind }) => kind === 'model')).toHaveLength(2);
  });

  it('is told by the step around it where it says nothing itself', () => {
    const step = (spanId: string, at: number, output: PlainValue) =>
      runSpan(
        'step',
        at,
        {
          'mastra.span.type': 'model_step',
          'mastra.model_step.input': [
            { role: 'system', content: 'be' },
            { role: 'user', content: 'q' },
          ],
          'mastra.model_step.output': output,
        },
        false,
        { spanId, durationNs: 20 },
      );
    const call = runSpan(
      'chat m',
      12,
      {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'm',
        'mastra.span.type': 'model_inference',
        'gen_ai.output.messages': [says('')],
      },
      false,
      { spanId: 'b', parentSpanId: 'a' },
    );
    const [turn] = turnsOf(
      step('a', 10, { text: '', toolCalls: [{ toolCallId: 'c1', toolName: 't', args: { n: 1 } }] }),
      call,
    );
    expect(turn).toMatchObject({
      system: [{ type: 'text', text: 'be' }],
      input: [{ role: 'user', parts: [{ type: 'text', text: 'q' }] }],
      output: [{ role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 't', arguments: { n: 1 } }] }],
    });
  });
});
