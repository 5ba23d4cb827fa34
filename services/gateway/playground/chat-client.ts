/** Asks an endpoint for a completion. The key goes to the address that the user named, and nowhere else. */

import type { PromptAnswer, PromptRequest } from '../../../core/api/playground';
import { ChatAnswer, messageIn } from '../../../core/evaluation/chat-answer';
import { chatRequest } from '../../../core/evaluation/chat-request';
import { limited } from '../../net/limited';

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** A model that thinks may say nothing for minutes. */
const TIMEOUT_MS = 10 * 60_000;

/** As `fetch`; a host that guards where it may go has its own. */
export type Fetches = (url: string, init: ChatInit) => Promise<Response>;

interface ChatInit {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly redirect: 'error';
  readonly signal: AbortSignal;
}

export interface ChatTarget {
  readonly baseUrl: string;
  readonly key: string | null;
}

/** What went wrong is in the answer. @throws only when `signal` aborts */
export async function askModel(
  { baseUrl, key }: ChatTarget,
  prompt: PromptRequest,
  signal: AbortSignal,
  fetches: Fetches,
): Promise<Omit<PromptAnswer, 'costUsd'>> {
  const startedAt = performance.now();
  const answer = new ChatAnswer();
  let firstAt: number | null = null;
  let error: string | null = null;
  const ask = async (until: AbortSignal): Promise<void> => {
    const response = await fetches(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(chatRequest(prompt)),
      // A redirect would take the key along.
      redirect: 'error',
      signal: until,
    });
    for await (const piece of piecesOf(response)) if (answer.add(piece)) firstAt ??= performance.now();
    if (!response.ok) error = `The endpoint answered ${response.status}: ${answer.error ?? 'it does not say why'}`;
    else if (answer.error !== null) error = `The endpoint broke off: ${answer.error}`;
    else if (answer.messages.length === 0 && answer.finishReasons.length === 0) {
      error = 'The endpoint answered, but with no chat completion. Its address usually ends in /v1.';
    }
  };
  try {
    await limited(signal, TIMEOUT_MS, ask);
  } catch (problem) {
    signal.throwIfAborted();
    error = failureOf(problem, baseUrl);
  }
  const now = performance.now();
  const { messages, model, finishReasons, usage } = answer;
  return {
    messages,
    model,
    finishReasons,
    usage,
    durationNs: Math.round((now - startedAt) * 1e6),
    timeToFirstTokenNs: firstAt === null ? null : Math.round((firstAt - startedAt) * 1e6),
    error,
  };
}

/** The JSON of an answer: of a stream each event's, else the body's. What is no JSON is an error of its own words. */
async function* piecesOf(response: Response): AsyncGenerator<unknown> {
  const isStream = (response.headers.get('content-type') ?? '').includes('text/event-stream');
  let text = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  // Node's streams can be walked through, which the DOM's types do not know.
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES >> 20} MiB`);
    text += decoder.decode(chunk, { stream: true });
    if (!isStream) continue;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield* eventOf(line);
  }
  text += decoder.decode();
  if (isStream) yield* eventOf(text);
  else yield jsonOr(text);
}

function* eventOf(line: string): Generator<unknown> {
  const data = /^data:\s?(.*)$/.exec(line.trimEnd())?.[1];
  if (data !== undefined && data !== '' && data !== '[DONE]') yield jsonOr(data);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { error: messageIn(text.trim().slice(0, 500) || null) };
  }
}

function failureOf(problem: unknown, baseUrl: string): string {
  const { message, cause } = problem as { message?: string; cause?: { code?: string; message?: string } };
  if (cause?.code === 'ECONNREFUSED') return `Nothing listens at ${baseUrl}. Is the server running?`;
  if (cause?.code === 'ENOTFOUND') return `${new URL(baseUrl).host} is not known. Check the address, and the network.`;
  return `The endpoint could not be asked: ${cause?.message ?? message ?? String(problem)}`;
}
