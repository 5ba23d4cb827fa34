import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../core/agent-run/conversation';
import { runSpan } from '../fixtures/run-spans';
import { read, stored } from '../fixtures/told-spans';

describe('LiveKit', () => {
  const id = { id: 'item_1', interrupted: false, extra: {} };
  const items = [
    { ...id, type: 'message', role: 'system', content: ['Be brief.'] },
    { ...id, type: 'agent_config_update', tools_added: ['get_weather'] },
    { ...id, type: 'message', role: 'user', content: ['Which weather?'] },
    { ...id, type: 'function_call', call_id: 'c1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
    { ...id, type: 'function_call_output', call_id: 'c1', name: 'get_weather', output: 'grey', is_error: false },
    { ...id, type: 'agent_handoff', new_agent_id: 'a2' },
    { ...id, type: 'message', role: 'assistant', content: ['Grey.'] },
    { ...id, type: 'message', role: 'user', content: ['And in Rome?'] },
  ];
  const call = (callId: string, city: string) => ({
    type: 'tool_call',
    id: callId,
    name: 'get_weather',
    arguments: { city },
  });
  const text = (said: string) => [{ type: 'text', text: said }];

  it.each(['lk.', 'lk.pii.'])('tells in %schat_ctx what a model was asked', (prefix) => {
    const node = {
      [`${prefix}chat_ctx`]: JSON.stringify({ items }),
      [`${prefix}response.text`]: 'Let me see.',
      [`${prefix}response.function_calls`]:
        '[{"id":"item_2/fnc_0","call_id":"c2","name":"get_weather","arguments":"{\\"city\\":\\"Rome\\"}"}]',
    };
    expect(stored('livekit-agents', 'llm_node', node)?.kind).toBe('model');
    const span = read('livekit-agents', 'llm_node', node);
    expect(span).toMatchObject({ kind: 'model', system: text('Be brief.') });
    expect(span?.input.map(({ role, parts }) => [role, parts])).toEqual([
      ['user', text('Which weather?')],
      ['assistant', [call('c1', 'Oslo')]],
      ['tool', [{ type: 'tool_result', id: 'c1', name: 'get_weather', result: 'grey' }]],
      ['assistant', text('Grey.')],
      ['user', text('And in Rome?')],
    ]);
    expect(span?.output).toEqual([{ role: 'assistant', parts: [...text('Let me see.'), call('c2', 'Rome')] }]);
    // Where it listens for the end of what is said, no model answers.
    expect(stored('livekit-agents', 'eou_detection', { ...node, 'lk.eou.probability': 1 })).toBeNull();
    expect(read('livekit-agents', 'eou_detection', { ...node, 'lk.eou.probability': 1 })).toBeNull();
  });

  it('is said once, where the request within tells it in events', () => {
    const nodeSpan = runSpan('llm_node', 0, { 'lk.chat_ctx': JSON.stringify({ items }) }, false, {
      spanId: 'a',
      durationNs: 90,
    });
    const asked = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 9 };
    const request = runSpan('llm_request', 1, asked, false, { spanId: 'b', parentSpanId: 'a', durationNs: 80 });
    const { turns } = conversationOf([nodeSpan, request], true);
    expect(turns).toMatchObject([{ model: 'm', usage: { input: 9 }, inputMessages: 5 }]);
  });
});
