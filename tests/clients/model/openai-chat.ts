/** OpenAI's chat completions. */
import { type Answer, type Asked, type Said, said, type Tokens } from './ledger';
import { event, type Json, list, object, parsed, text, type Wire, words } from './wire';

export const openaiChat: Wire = {
  read,
  whole,
  pieces,
  failure: { error: { message: 'no such wish', type: 'invalid_request_error', code: 'bad_wish', param: null } },
};

function read(body: Json): Asked {
  const messages = list(body.messages);
  return {
    model: String(body.model),
    system: messages.flatMap((one) => (isSystem(one) ? text(one.content) : [])).join('\n'),
    messages: messages.filter((one) => !isSystem(one)).map(saidIn),
    tools: list(body.tools).map((tool) => String(object(tool.function).name)),
    streamed: body.stream === true,
    wantsTokens: body.stream !== true || object(body.stream_options).include_usage === true,
  };
}

function isSystem({ role }: Json): boolean {
  return role === 'system' || role === 'developer';
}

function saidIn({ role, content, tool_calls }: Json): Said {
  if (role === 'tool') return said('tool', '', { result: parsed(text(content)) });
  const calls = list(tool_calls).map(({ function: called }) => ({
    name: String(object(called).name),
    arguments: parsed(object(called).arguments),
  }));
  return said(role === 'assistant' ? 'assistant' : 'user', text(content), { calls });
}

function usageOf(tokens: Tokens): Json {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 },
  };
}

function head({ id }: Answer, { model }: Asked): Json {
  return { id: `chatcmpl-${id}`, created: 1_764_000_000, model: `${model}-2025-08-07`, service_tier: 'default' };
}

function whole(answer: Answer, tokens: Tokens, asked: Asked): Json {
  const calls = answer.toolCalls.map(called);
  const message = {
    role: 'assistant',
    content: answer.text || null,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishOf(answer) };
  return { ...head(answer, asked), object: 'chat.completion', choices: [choice], usage: usageOf(tokens) };
}

function called({ id, name, arguments: given }: Answer['toolCalls'][number]): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } };
}

function finishOf({ toolCalls }: Answer): string {
  return toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

function pieces(answer: Answer, tokens: Tokens, asked: Asked): string[] {
  const chunk = (more: Json): string => event({ ...head(answer, asked), object: 'chat.completion.chunk', ...more });
  const piece = (delta: Json, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], ...(asked.wantsTokens && { usage: null }) });
  const calls = answer.toolCalls.flatMap((call, index) => {
    const { function: made, ...rest } = called(call);
    const { name, arguments: given } = object(made);
    const parts = String(given).split(/(?<=:)/);
    return [
      piece({ tool_calls: [{ index, ...rest, function: { name, arguments: '' } }] }),
      ...parts.map((part) => piece({ tool_calls: [{ index, function: { arguments: part } }] })),
    ];
  });
  return [
    piece({ role: 'assistant', content: '' }),
    ...words(answer.text).map((content) => piece({ content })),
    ...calls,
    piece({}, finishOf(answer)),
    ...(asked.wantsTokens ? [chunk({ choices: [], usage: usageOf(tokens) })] : []),
    'data: [DONE]\n\n',
  ];
}
