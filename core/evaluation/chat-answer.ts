/** The answer of chat completions, put together from the pieces of a stream, or from one that came whole. */
import { type Message, NO_USAGE, type Part, type Usage } from '../dialects/agent-span';
import { jsonObject } from '../model/json-object';

interface Call {
  id: string | null;
  name: string;
  arguments: string;
}

/** One choice: what is asked for is one. */
export class ChatAnswer {
  model: string | null = null;
  usage: Usage = NO_USAGE;
  finishReasons: string[] = [];
  /** What the endpoint says went wrong; null: nothing. */
  error: string | null = null;
  private text = '';
  private reasoning = '';
  private readonly calls: Call[] = [];

  /** @param chunk a `chat.completion.chunk`, or a `chat.completion` @returns whether it holds something of the answer */
  add(chunk: unknown): boolean {
    const { model, choices, usage, error } = jsonObject(chunk);
    if (typeof model === 'string' && model !== '') this.model = model;
    if (usage) this.usage = usageOf(usage);
    if (error) this.error = messageIn(error);
    const choice = jsonObject(Array.isArray(choices) ? choices[0] : null);
    const reason = choice.finish_reason;
    if (typeof reason === 'string') this.finishReasons = [reason];
    return this.piece(jsonObject(choice.delta ?? choice.message));
  }

  get messages(): Message[] {
    const parts: Part[] = [
      ...(this.reasoning === '' ? [] : [{ type: 'reasoning' as const, text: this.reasoning }]),
      ...(this.text === '' ? [] : [{ type: 'text' as const, text: this.text }]),
      ...this.calls.map((call) => ({
        type: 'tool_call' as const,
        id: call.id,
        name: call.name,
        arguments: parsed(call.arguments),
      })),
    ];
    return parts.length === 0 ? [] : [{ role: 'assistant', parts }];
  }

  private piece(delta: ReturnType<typeof jsonObject>): boolean {
    const { content, refusal, tool_calls: calls } = delta;
    // DeepSeek and vLLM; OpenRouter.
    const reasoning = delta.reasoning_content ?? delta.reasoning;
    let isSomething = false;
    for (const text of [content, refusal]) {
      if (typeof text !== 'string' || text === '') continue;
      this.text += text;
      isSomething = true;
    }
    if (typeof reasoning === 'string' && reasoning !== '') {
      this.reasoning += reasoning;
      isSomething = true;
    }
    for (const [i, piece] of (Array.isArray(calls) ? calls : []).entries()) {
      this.callPiece(jsonObject(piece), i);
      isSomething = true;
    }
    return isSomething;
  }

  private callPiece({ index, id, function: called }: ReturnType<typeof jsonObject>, place: number): void {
    const at = typeof index === 'number' && index >= 0 && index < 1_000 ? index : place;
    while (this.calls.length <= at) this.calls.push({ id: null, name: '', arguments: '' });
    const call = this.calls[at] as Call;
    const { name, arguments: given } = jsonObject(called);
    if (typeof id === 'string' && id !== '') call.id = id;
    if (typeof name === 'string') call.name += name;
    if (typeof given === 'string') call.arguments += given;
    else if (given !== undefined && given !== null) call.arguments = JSON.stringify(given);
  }
}

/** What an endpoint answers in place of a completion. */
export function messageIn(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, error: inner, detail } = jsonObject(error);
  for (const said of [message, inner, detail]) {
    if (typeof said === 'string' && said !== '') return said;
    if (said) return messageIn(said);
  }
  return 'it does not say why';
}

function usageOf(usage: unknown): Usage {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = jsonObject(usage);
  const input = jsonObject(prompt_tokens_details);
  const output = jsonObject(completion_tokens_details);
  return {
    ...NO_USAGE,
    input: countOf(prompt_tokens),
    output: countOf(completion_tokens),
    cacheRead: countOf(input.cached_tokens),
    inputAudio: countOf(input.audio_tokens),
    reasoning: countOf(output.reasoning_tokens),
    outputAudio: countOf(output.audio_tokens),
  };
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
