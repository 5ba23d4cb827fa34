/** OpenAI's responses. */
import { type Answer, type Asked, type Said, said, type Tokens } from './ledger';
import { openaiChat } from './openai-chat';
import { event, type Json, list, object, parsed, text, type Wire, words } from './wire';

export const openaiResponses: Wire = { read, whole, pieces, failure: openaiChat.failure };

function read(body: Json): Asked {
  const items = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : list(body.input);
  const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer';
  const systems = items.filter(isSystem).map(({ content }) => text(content));
  return {
    model: String(body.model),
    system: [...(typeof body.instructions === 'string' ? [body.instructions] : []), ...systems].join('\n'),
    messages: together(items.filter((item) => !isSystem(item)).flatMap(saidIn)),
    tools: list(body.tools).map(({ name }) => String(name)),
    streamed: body.stream === true,
    wantsTokens: true,
  };
}

function saidIn({ type, role, content, name, arguments: given, output }: Json): Said[] {
  if (type === 'function_call')
    return [said('assistant', '', { calls: [{ name: String(name), arguments: parsed(given) }] })];
  if (type === 'function_call_output')
    return [said('tool', '', { result: parsed(typeof output === 'string' ? output : text(output)) })];
  if (type === 'reasoning') return [];
  return [said(role === 'assistant' ? 'assistant' : 'user', text(content))];
}

/** Items that one answer consists of. */
function together(messages: readonly Said[]): Said[] {
  const joined: Said[] = [];
  for (const one of messages) {
    const last = joined.at(-1);
    if (last?.role !== 'assistant' || one.role !== 'assistant') joined.push(one);
    else joined[joined.length - 1] = { ...last, text: last.text + one.text, calls: [...last.calls, ...one.calls] };
  }
  return joined;
}

function itemsOf(answer: Answer): Json[] {
  const { id, thoughts } = answer;
  const content = [{ type: 'output_text', text: answer.text, annotations: [], logprobs: [] }];
  return [
    ...(thoughts ? [{ id: `rs_${id}`, type: 'reasoning', summary: [{ type: 'summary_text', text: thoughts }] }] : []),
    ...(answer.text ? [{ id: `msg_${id}`, type: 'message', role: 'assistant', status: 'completed', content }] : []),
    ...answer.toolCalls.map((call) => ({
      id: `fc_${call.id}`,
      type: 'function_call',
      status: 'completed',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })),
  ];
}

function responseOf({ id }: Answer, { model, system }: Asked, more: Json): Json {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_764_000_000,
    model: `${model}-2025-08-07`,
    instructions: system || null,
    error: null,
    incomplete_details: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    top_p: 1,
    tool_choice: 'auto',
    tools: [],
    ...more,
  };
}

function whole(answer: Answer, tokens: Tokens, asked: Asked): Json {
  const usage = {
    input_tokens: tokens.input,
    input_tokens_details: { cached_tokens: tokens.cacheRead },
    output_tokens: tokens.output,
    output_tokens_details: { reasoning_tokens: tokens.reasoning },
    total_tokens: tokens.input + tokens.output,
  };
  return responseOf(answer, asked, { status: 'completed', output: itemsOf(answer), usage });
}

function pieces(answer: Answer, tokens: Tokens, asked: Asked): string[] {
  let sequence_number = 0;
  const told = (type: string, more: Json): string => event({ type, sequence_number: sequence_number++, ...more }, type);
  const start = responseOf(answer, asked, { status: 'in_progress', output: [], usage: null });
  return [
    told('response.created', { response: start }),
    ...itemsOf(answer).flatMap((item, output_index) => itemPieces(item, output_index, told)),
    told('response.completed', { response: whole(answer, tokens, asked) }),
  ];
}

function itemPieces(item: Json, output_index: number, told: (type: string, more: Json) => string): string[] {
  const at = { item_id: item.id, output_index };
  const added = told('response.output_item.added', {
    output_index,
    item: {
      ...item,
      status: 'in_progress',
      ...(item.type === 'message' && { content: [] }),
      ...(item.type === 'function_call' && { arguments: '' }),
    },
  });
  const done = () => told('response.output_item.done', { output_index, item });
  if (item.type === 'function_call') {
    const given = { ...at, arguments: item.arguments, name: item.name };
    return [
      added,
      told('response.function_call_arguments.delta', { ...at, delta: item.arguments }),
      told('response.function_call_arguments.done', given),
      done(),
    ];
  }
  if (item.type !== 'message') return [added, done()];
  const [part] = list(item.content);
  const here = { ...at, content_index: 0 };
  return [
    added,
    told('response.content_part.added', { ...here, part: { ...object(part), text: '' } }),
    ...words(text(item.content)).map((delta) => told('response.output_text.delta', { ...here, delta, logprobs: [] })),
    told('response.output_text.done', { ...here, text: text(item.content), logprobs: [] }),
    told('response.content_part.done', { ...here, part }),
    done(),
  ];
}
