/** Anthropic's messages: what was cached lies beside the input. */
import { type Answer, type Asked, type Said, said, type Tokens } from './ledger';
import { event, type Json, list, object, parsed, text, type Wire, words } from './wire';

export const anthropic: Wire = {
  read,
  whole,
  pieces,
  failure: { type: 'error', error: { type: 'invalid_request_error', message: 'no such wish' } },
};

function read(body: Json): Asked {
  return {
    model: String(body.model),
    system: text(body.system),
    messages: list(body.messages).flatMap(saidIn),
    tools: list(body.tools).map(({ name }) => String(name)),
    streamed: body.stream === true,
    wantsTokens: true,
  };
}

function saidIn({ role, content }: Json): Said[] {
  const blocks = list(content);
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const calls = blocks.flatMap(({ type, name, input }) =>
    type === 'tool_use' ? [{ name: String(name), arguments: input }] : [],
  );
  const plain = text(content);
  return [
    ...results.map((block) => said('tool', '', { result: parsed(text(block.content)) })),
    ...(plain !== '' || calls.length > 0 ? [said(role === 'assistant' ? 'assistant' : 'user', plain, { calls })] : []),
  ];
}

function usageOf({ input, output, cacheRead, cacheWrite }: Tokens): Json {
  return {
    input_tokens: input - cacheRead - cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    service_tier: 'standard',
  };
}

function blocksOf(answer: Answer): Json[] {
  return [
    ...(answer.thoughts ? [{ type: 'thinking', thinking: answer.thoughts, signature: 'ErUBCkYIBxgCKkBhYmNk' }] : []),
    ...(answer.text ? [{ type: 'text', text: answer.text }] : []),
    ...answer.toolCalls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id: `toolu_${id}`, name, input })),
  ];
}

function whole(answer: Answer, tokens: Tokens, { model }: Asked): Json {
  return {
    id: `msg_${answer.id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: blocksOf(answer),
    stop_reason: stopOf(answer),
    stop_sequence: null,
    usage: usageOf(tokens),
  };
}

function stopOf({ toolCalls }: Answer): string {
  return toolCalls.length > 0 ? 'tool_use' : 'end_turn';
}

function pieces(answer: Answer, tokens: Tokens, asked: Asked): string[] {
  const told = (type: string, more: Json = {}): string => event({ type, ...more }, type);
  const usage = { ...usageOf(tokens), output_tokens: 1 };
  const message = { ...whole(answer, tokens, asked), content: [], stop_reason: null, usage };
  return [
    told('message_start', { message }),
    ...blocksOf(answer).flatMap((block, index) => {
      const delta = (more: Json): string => told('content_block_delta', { index, delta: more });
      return [
        told('content_block_start', { index, content_block: emptied(block) }),
        ...deltasOf(block).map(delta),
        told('content_block_stop', { index }),
      ];
    }),
    told('message_delta', {
      delta: { stop_reason: stopOf(answer), stop_sequence: null },
      usage: { output_tokens: tokens.output },
    }),
    told('message_stop'),
  ];
}

function emptied(block: Json): Json {
  if (block.type === 'text') return { ...block, text: '' };
  return block.type === 'thinking' ? { ...block, thinking: '', signature: '' } : { ...block, input: object(null) };
}

function deltasOf(block: Json): Json[] {
  if (block.type === 'text') return words(String(block.text)).map((part) => ({ type: 'text_delta', text: part }));
  if (block.type === 'tool_use') return [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }];
  return [
    { type: 'thinking_delta', thinking: block.thinking },
    { type: 'signature_delta', signature: block.signature },
  ];
}
