import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../core/agent-run/conversation';
import type { PlainValue } from '../../core/model/json-types';
import { pictureOf } from '../../renderer/features/conversation/picture';
import { soundOf } from '../../renderer/features/conversation/sound';
import { runSpan as span } from '../fixtures/run-spans';

const user = (content: string) => ({ role: 'user', content });
const asks = (id: string, name: string) => ({
  role: 'assistant',
  content: '',
  tool_calls: [{ id, function: { name, arguments: '{"n":1}' } }],
});
const answers = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });
const chat = (at: number, input: PlainValue[], output: PlainValue[], more: Record<string, PlainValue> = {}) =>
  span('chat m', at, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.input.messages': input,
    'gen_ai.output.messages': output,
    ...more,
  });
const tool = (at: number, id: string, result: string, failed = false) =>
  span(
    'execute_tool t',
    at,
    {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 't',
      'gen_ai.tool.call.id': id,
      'gen_ai.tool.call.result': result,
    },
    failed,
  );

describe('a conversation', () => {
  it('says everything once, in order of time, and joins results to calls', () => {
    const first = [user('hi')];
    const call = asks('c1', 't');
    const second = [...first, call, answers('c1', 'done')];
    const { turns } = conversationOf(
      [chat(30, second, [{ role: 'assistant', content: 'bye' }]), tool(20, 'c1', 'done'), chat(10, first, [call])],
      true,
    );
    expect(turns.map(({ kind, knownMessages, inputMessages }) => [kind, knownMessages, inputMessages])).toEqual([
      ['model', 0, 1],
      ['model', 2, 3],
    ]);
    expect(turns[0]?.toolUses.c1).toMatchObject({ name: 't', result: 'done', durationNs: 10, failed: false });
    expect(turns[1]?.input).toEqual([]);
    expect(turns[1]?.output[0]?.parts).toEqual([{ type: 'text', text: 'bye' }]);
  });

  it('knows a result that only the next call tells, and a tool that no call asked for', () => {
    const call = asks('c2', 'search');
    const { turns } = conversationOf(
      [
        chat(10, [user('hi')], [call]),
        chat(30, [user('hi'), call, answers('c2', 'found')], []),
        tool(20, 'alone', 'x', true),
      ],
      true,
    );
    expect(turns[0]?.toolUses.c2).toMatchObject({ name: 'search', arguments: { n: 1 }, result: 'found', spanId: null });
    expect(turns.map(({ kind }) => kind)).toEqual(['model', 'tool', 'model']);
    expect(turns[1]?.toolCall).toMatchObject({ name: 't', result: 'x', failed: true });
  });

  it('keeps what a tool answered before the trace began', () => {
    const call = asks('c3', 'search');
    const { turns } = conversationOf(
      [chat(10, [call, answers('c3', 'found'), answers('c4', 'of a call that nobody tells')], [])],
      true,
    );
    expect(turns[0]?.toolUses.c3).toMatchObject({ result: 'found' });
    expect(turns[0]?.input.map(({ role, parts }) => [role, parts[0]?.type])).toEqual([
      ['assistant', 'tool_call'],
      ['tool', 'tool_result'],
    ]);
  });

  it('shows the system prompt of an agent when it changes', () => {
    const system = (text: string) => ({ 'gen_ai.system_instructions': [{ type: 'text', content: text }] });
    const { turns } = conversationOf(
      ['a', 'a', 'b'].map((text, i) => chat(i, [user(`${i}`)], [], system(text))),
      true,
    );
    expect(turns.map((turn) => turn.system)).toEqual([
      [{ type: 'text', text: 'a' }],
      null,
      [{ type: 'text', text: 'b' }],
    ]);
  });

  it('cuts what nobody can look at', () => {
    const { turns } = conversationOf([chat(0, [user('x'.repeat(5_000_000))], [])], true);
    const [part] = turns[0]?.input[0]?.parts ?? [];
    expect(part?.type === 'text' && part.text.length).toBeLessThan(20_100);
    expect(part?.type === 'text' && part.text).toContain('4,980,000 more characters');
  });
});

describe('a picture', () => {
  it.each([
    ['iVBORw0KGgoAAAANSUhEUg==', 'image/png'],
    ['/9j/4AAQSkZJRg==', 'image/jpeg'],
    ['R0lGODlhAQABAAAAACw=', 'image/gif'],
    [btoa('RIFF\x10\x00\x00\x00WEBPVP8 '), 'image/webp'],
  ])('is known by its bytes: %s', (data, type) => {
    expect(pictureOf(data)).toBe(`data:${type};base64,${data}`);
  });

  it.each([
    [btoa('<svg onload="x">')],
    [btoa('<html>')],
    ['not base64 "><script>'],
    ['iVBORw0KGgo"><script>'],
    [btoa('RIFF\x10\x00\x00\x00WAVEfmt ')],
    [''],
  ])('is not what says so alone: %s', (data) => {
    expect(pictureOf(data)).toBeNull();
  });
});

describe('the context', () => {
  it('is said to have gained, and to have lost what is no longer told', () => {
    const tokens = (count: number) => ({ 'gen_ai.usage.input_tokens': count });
    const { turns } = conversationOf(
      [
        chat(10, [user('a')], [], tokens(100)),
        chat(20, [user('a'), user('b')], [], tokens(150)),
        chat(30, [user('b'), user('c')], [], tokens(120)),
      ],
      true,
    );
    expect(turns.map(({ gainedTokens, droppedMessages }) => [gainedTokens, droppedMessages])).toEqual([
      [null, 0],
      [50, 0],
      [-30, 1],
    ]);
  });
});

describe('a sound', () => {
  const base64 = (text: string) => btoa(text);
  it('is played for what its bytes say, and never for what it is called', () => {
    expect(soundOf(base64('RIFF\x24\x00\x00\x00WAVEfmt '))).toMatch(/^data:audio\/wav;base64,/);
    expect(soundOf(base64('ID3\x04\x00 and more'))).toMatch(/^data:audio\/mpeg/);
    expect(soundOf(base64('OggS\x00\x02 and more'))).toMatch(/^data:audio\/ogg/);
    expect(soundOf(base64('RIFF\x24\x00\x00\x00WEBPVP8 '))).toBeNull();
    expect(soundOf(base64('<svg onload="x">'))).toBeNull();
    expect(soundOf('not base64 at all')).toBeNull();
  });
});
