/** Where in a span its messages, calls of tools and answers stand, whoever wrote it. */
import { describe, expect, it } from 'vitest';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { toolDefinitionsOf, toolInput } from '../../core/dialects/tool-parts';
import type { PlainValue } from '../../core/model/json-types';
import {
  type PlainAttributes as Attributes,
  WEATHER_CALL as call,
  readPlainSpan as read,
  WEATHER_RESULT as result,
  textPart as text,
} from '../fixtures/plain-spans';

const json = JSON.stringify;
const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' };

describe('events of the conventions', () => {
  const strands: [string, Attributes][] = [
    ['gen_ai.system.message', { content: json([{ text: 'be' }]) }],
    ['gen_ai.user.message', { content: json([{ text: 'hi' }]) }],
    [
      'gen_ai.assistant.message',
      { content: json([{ toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Oslo' } } }]) },
    ],
    ['gen_ai.tool.message', { content: json([{ toolResult: { toolUseId: 'c1', content: [{ text: 'rain' }] } }]) }],
    ['gen_ai.choice', { message: json([{ text: 'yo' }]), finish_reason: 'end_turn' }],
  ];
  const azure: [string, Attributes][] = [
    ['gen_ai.system.message', { 'gen_ai.event.content': json({ role: 'system', content: 'be' }) }],
    ['gen_ai.user.message', { 'gen_ai.event.content': json({ content: 'hi' }) }],
    [
      'gen_ai.assistant.message',
      {
        'gen_ai.event.content': json({
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
        }),
      },
    ],
    ['gen_ai.tool.message', { 'gen_ai.event.content': json({ id: 'c1', content: 'rain' }) }],
    ['gen_ai.choice', { 'gen_ai.event.content': json({ message: { content: 'yo' }, finish_reason: 'end_turn' }) }],
  ];
  const details: [string, Attributes][] = [
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.system_instructions': json([{ type: 'text', content: 'be' }]),
        'gen_ai.input.messages': json([{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }]),
      },
    ],
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.input.messages': json([
          { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
          { role: 'assistant', parts: [call] },
          { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
        ]),
      },
    ],
    [
      'gen_ai.client.inference.operation.details',
      {
        'gen_ai.output.messages': json([
          { role: 'assistant', parts: [{ type: 'text', content: 'yo' }], finish_reason: 'end_turn' },
        ]),
      },
    ],
  ];
  it.each([
    ['Strands', strands],
    ['Azure', azure],
    ['details, several', details],
  ])('%s', (_, events) => {
    expect(read(CHAT, events)).toMatchObject({
      system: [text('be')],
      input: [
        { role: 'user', parts: [text('hi')] },
        { role: 'assistant', parts: [call] },
        { role: 'tool', parts: [result] },
      ],
      output: [{ role: 'assistant', parts: [text('yo')], finishReason: 'end_turn' }],
      finishReasons: ['end_turn'],
    });
  });

  it.each<[string, Attributes]>([
    ['text', { message: 'yo' }],
    ['a list', { message: json([{ type: 'text', text: 'yo' }]) }],
    ['a message', { message: json({ role: 'assistant', content: 'yo' }) }],
    ["Gemini's content", { body: { index: 0, content: { role: 'model', parts: [{ text: 'yo' }] } } }],
    ['content', { content: 'yo' }],
  ])('a choice is %s', (_, attributes) => {
    expect(read(CHAT, [['gen_ai.choice', attributes]]).output).toEqual([{ role: 'assistant', parts: [text('yo')] }]);
  });

  it('of 1.27 and before may be plain text', () => {
    const span = read(CHAT, [
      ['gen_ai.content.prompt', { 'gen_ai.prompt': 'hi' }],
      ['gen_ai.content.completion', { 'gen_ai.completion': 'yo' }],
    ]);
    expect([span.input, span.output]).toEqual([
      [{ role: 'user', parts: [text('hi')] }],
      [{ role: 'assistant', parts: [text('yo')] }],
    ]);
  });

  it('on the span of a tool are its arguments and its result', () => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'c1',
    };
    const tool = { callId: 'c1', arguments: { city: 'Oslo' }, result: 'rain' };
    expect(
      read(attributes, [
        ['gen_ai.tool.message', { role: 'tool', content: '{"city":"Oslo"}', id: 'c1' }],
        ['gen_ai.choice', { message: json([{ text: 'rain' }]), id: 'c1' }],
      ]),
    ).toMatchObject({ tool, input: [], output: [] });
    expect(
      read({ ...attributes, 'gen_ai.tool.call.id': '' }, [
        [
          'gen_ai.client.inference.operation.details',
          { 'gen_ai.input.messages': json([{ role: 'tool', parts: [call] }]) },
        ],
        [
          'gen_ai.client.inference.operation.details',
          {
            'gen_ai.output.messages': json([
              { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
            ]),
          },
        ],
      ]).tool,
    ).toMatchObject(tool);
  });
});

describe('attributes', () => {
  it.each<[string, Attributes]>([
    ['gen_ai.prompt', { 'gen_ai.prompt': 'hi', 'gen_ai.completion': 'yo' }],
    ['gen_ai.input.messages', { 'gen_ai.input.messages': 'hi', 'gen_ai.output.messages': 'yo' }],
    ['gen_ai.content.prompt', { 'gen_ai.content.prompt': 'hi', 'gen_ai.content.completion': 'yo' }],
  ])('%s may be plain text', (_, attributes) => {
    const span = read({ ...CHAT, ...attributes });
    expect([span.input, span.output]).toEqual([
      [{ role: 'user', parts: [text('hi')] }],
      [{ role: 'assistant', parts: [text('yo')] }],
    ]);
  });

  it('llm.prompts may be an array', () => {
    expect(read({ 'openinference.span.kind': 'LLM', 'llm.prompts': ['hi', 'ho'] }).input).toEqual([
      { role: 'user', parts: [text('hi')] },
      { role: 'user', parts: [text('ho')] },
    ]);
  });

  it.each([
    ['lmnr.span.input', 'lmnr.span.output', [{ role: 'assistant', content: 'yo' }]],
    ['braintrust.input_json', 'braintrust.output_json', [{ message: { role: 'assistant', content: 'yo' } }]],
    ['braintrust.input', 'braintrust.output', { replies: [{ role: 'assistant', content: [{ text: 'yo' }] }] }],
  ])('of %s and %s are read', (input, output, answer) => {
    const span = read({ ...CHAT, [input]: json([{ role: 'user', content: 'hi' }]), [output]: json(answer) });
    expect([span.input, span.output]).toEqual([
      [{ role: 'user', parts: [text('hi')] }],
      [{ role: 'assistant', parts: [text('yo')] }],
    ]);
  });

  it('llm.prompts and llm.completions may be messages, as Traceloop had them before the conventions', () => {
    const span = read({
      'llm.request.type': 'chat',
      'llm.vendor': 'OpenAI',
      'llm.request.model': 'gpt-4',
      'llm.response.model': 'gpt-4-0613',
      'llm.prompts.0.role': 'system',
      'llm.prompts.0.content': 'be',
      'llm.prompts.1.role': 'user',
      'llm.prompts.1.content': 'hi',
      'llm.completions.0.content': 'yo',
      'llm.completions.0.finish_reason': 'stop',
    });
    expect([span.provider, span.requestModel, span.responseModel]).toEqual(['openai', 'gpt-4', 'gpt-4-0613']);
    expect([span.system, span.input]).toEqual([[text('be')], [{ role: 'user', parts: [text('hi')] }]]);
    expect(span.output).toEqual([{ role: 'assistant', parts: [text('yo')], finishReason: 'stop' }]);
  });

  it.each<[string, PlainValue]>([
    ['text', 'be'],
    ['parts', json([{ type: 'text', content: 'be' }])],
    ['a content', { parts: [{ text: 'be' }] }],
    ['messages', [{ role: 'system', content: 'be' }]],
    ['texts', ['be']],
  ])('the system prompt may be %s', (_, value) => {
    expect(read({ ...CHAT, 'gen_ai.system_instructions': value }).system).toEqual([text('be')]);
  });

  it("the instructions of OpenAI's responses are the system prompt, and no answer", () => {
    const answer = {
      instructions: 'be',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'yo' }] }],
    };
    expect(read({ ...CHAT, 'gen_ai.completion': json(answer) })).toMatchObject({
      system: [text('be')],
      output: [{ role: 'assistant', parts: [text('yo')] }],
    });
  });
});

describe('OpenInference', () => {
  const flat = (side: 'input' | 'output', ...messages: Attributes[]): Attributes =>
    Object.fromEntries(
      messages.flatMap((message, i) =>
        Object.entries(message).map(([key, value]) => [`llm.${side}_messages.${i}.message.${key}`, value]),
      ),
    );

  it("has a message's text once, though it stands in its content and in its blocks", () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('output', {
        role: 'assistant',
        content: 'yo',
        'contents.0.message_content.type': 'text',
        'contents.0.message_content.text': 'yo',
        'contents.1.message_content.type': 'tool_use',
        'contents.1.tool_call.id': 'c1',
        'contents.1.tool_call.function.name': 'weather',
        'contents.1.tool_call.function.arguments': '{"city":"Oslo"}',
      }),
    });
    expect(span.output).toEqual([{ role: 'assistant', parts: [text('yo'), call] }]);
  });

  it('loses nothing that the whole JSON has', () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('input', { role: 'system' }, { role: 'user', content: 'hi' }),
      ...flat('output', {
        role: 'assistant',
        content: '',
        'tool_calls.0.tool_call.function.name': 'weather',
        'tool_calls.0.tool_call.function.arguments': '{"city":"Oslo"}',
      }),
      'input.value': json({
        messages: [
          [
            {
              lc: 1,
              type: 'constructor',
              id: ['x', 'SystemMessage'],
              kwargs: { content: [{ type: 'text', text: 'be' }] },
            },
            { lc: 1, type: 'constructor', id: ['x', 'HumanMessage'], kwargs: { content: 'hi' } },
          ],
        ],
      }),
      'output.value': json({
        generations: [
          [
            {
              text: '',
              message: {
                lc: 1,
                type: 'constructor',
                id: ['x', 'AIMessage'],
                kwargs: {
                  content: [{ type: 'thinking', thinking: 'hm' }],
                  tool_calls: [{ id: 'c1', name: 'weather', args: { city: 'Oslo' } }],
                },
              },
            },
          ],
        ],
      }),
    });
    expect(span).toMatchObject({
      system: [text('be')],
      input: [{ role: 'user', parts: [text('hi')] }],
      output: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'hm' }, call] }],
    });
  });

  it('is believed where the whole JSON lacks something', () => {
    const span = read({
      'openinference.span.kind': 'LLM',
      ...flat('input', { role: 'user', content: 'hi there' }),
      'input.value': json({
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', tool_calls: [call] },
        ],
      }),
    });
    expect(span.input).toEqual([{ role: 'user', parts: [text('hi there')] }]);
  });
});

describe('spans of tools', () => {
  it.each<[string, PlainValue, unknown]>([
    ['Python by name', { args: [], kwargs: { a: 1 } }, { arguments: { a: 1 } }],
    ['Python by position', { args: ['a'], kwargs: {} }, { arguments: 'a' }],
    ['both', { args: ['a'], kwargs: { b: 1 } }, { arguments: { args: ['a'], kwargs: { b: 1 } } }],
    [
      'a call of LangChain',
      { type: 'tool_call', id: 'c1', name: 't', args: { a: 1 } },
      { id: 'c1', arguments: { a: 1 } },
    ],
    ['the text of LangChain', { input_str: "{'a': 1}", inputs: { a: 1 } }, { arguments: { a: 1 } }],
    ['JSON in JSON', '"{\\"a\\":1}"', { arguments: { a: 1 } }],
    ["Python's text", "{'path': 'a.md', 'ok': True, 'n': None}", { arguments: { path: 'a.md', ok: true, n: null } }],
  ])('were told %s', (_, value, wanted) => {
    expect(toolInput(value)).toEqual(wanted);
  });

  it.each<[string, PlainValue]>([
    ['LangChain', { type: 'tool', data: { type: 'tool', content: 'rain', id: null, tool_call_id: 'c1' } }],
    [
      'LangChain.js',
      {
        output: {
          lc: 1,
          type: 'constructor',
          id: ['x', 'ToolMessage'],
          kwargs: { content: 'rain', tool_call_id: 'c1' },
        },
      },
    ],
    ['LangGraph', { graph: null, update: { messages: [{ type: 'tool', content: 'rain', tool_call_id: 'c1' }] } }],
  ])('say in their result whose it is: %s', (_, output) => {
    const span = read({
      'openinference.span.kind': 'TOOL',
      'tool.name': 'weather',
      'input.value': 'Oslo',
      'output.value': json(output),
    });
    expect(span.tool).toMatchObject({ callId: 'c1', result: 'rain' });
  });

  it('have results that look like nothing else', () => {
    const span = read({ 'openinference.span.kind': 'TOOL', 'output.value': '{"output":{"mm":2},"update":1}' });
    expect(span.tool?.result).toEqual({ output: { mm: 2 }, update: 1 });
  });

  it.each<[string, PlainValue]>([
    ['names', ['weather']],
    ['Bedrock', [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }]],
    ['OpenAI', json([{ type: 'function', function: { name: 'weather' } }])],
  ])('are defined by %s', (_, value) => {
    expect(toolDefinitionsOf(value).map(({ name }) => name)).toEqual(['weather']);
  });
});

it("Mastra's steps are steps where spans are stored, too", () => {
  const attributes = {
    'gen_ai.operation.name': 'agent_step',
    'mastra.span.type': 'model_step',
    'mastra.model_step.input': '[{"role":"user","content":"hi"}]',
  };
  const span = readAgentSpan({
    name: 'agent_step a',
    scope: '@mastra/otel-exporter',
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    events: [],
  });
  expect(span).toMatchObject({ kind: 'step', input: [{ role: 'user', parts: [text('hi')] }] });
});
