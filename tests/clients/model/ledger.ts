/** What the model server was asked and what it answered: what Spoor has to show. */

export interface Call {
  /** From 1, in the order in which they came. */
  readonly n: number;
  readonly api: 'chat' | 'responses' | 'messages' | 'converse' | 'gemini';
  readonly streamed: boolean;
  /** As the answer names it. */
  readonly model: string;
  readonly system: string;
  readonly asked: readonly Said[];
  /** Null: it failed. */
  readonly answer: Answer | null;
  /** Null: it failed, or the client did not want to know. */
  readonly tokens: Tokens | null;
}

export interface Said {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  /** Of a tool. */
  readonly result: unknown;
}

export interface Answer {
  readonly id: string;
  readonly text: string;
  readonly thoughts: string;
  readonly toolCalls: readonly ToolCall[];
}

interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: { readonly [name: string]: string };
}

/** Each with its parts: input with what was cached, output with thoughts. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

/** A request, whatever its form. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly Said[];
  /** Names of tools that may be called. */
  readonly tools: readonly string[];
  readonly streamed: boolean;
  readonly wantsTokens: boolean;
}

export function said(role: Said['role'], text: string, more: Partial<Said> = {}): Said {
  return { role, text, calls: [], result: null, ...more };
}

/** What is asked for the first time: what follows the longest history of an earlier call, its answer included. */
export function newIn(call: Call, before: readonly Call[]): readonly Said[] {
  const known = before.map((one) => {
    const history = [...one.asked, ...(one.answer ? [answered(one.answer)] : [])];
    const differs = call.asked.findIndex((message, i) => JSON.stringify(message) !== JSON.stringify(history[i]));
    return differs < 0 ? call.asked.length : differs;
  });
  return call.asked.slice(Math.max(0, ...known));
}

function answered({ text, toolCalls }: Answer): Said {
  return said('assistant', text, {
    calls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })),
  });
}
