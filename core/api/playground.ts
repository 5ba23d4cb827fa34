/** Prompts tried on models of the user's choosing: any endpoint that speaks OpenAI's chat completions. */
import type { Message, ToolDefinition, Usage } from '../dialects/agent-span';
import type { PlainValue } from '../model/json-types';

export interface EndpointEdit {
  readonly name: string;
  /** What `/chat/completions` is appended to: `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Asked where the reader says nothing else; empty: none. */
  readonly model: string;
}

export interface StoredEndpoint extends EndpointEdit {
  readonly id: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * Where its key is: in the keychain of the system, in memory until Spoor closes, in an environment variable that Spoor was started
 * with, with the team server; null: it has none. The key itself is never told.
 */
export type KeyPlace = 'keychain' | 'memory' | 'environment' | 'server' | null;

export interface Endpoint extends StoredEndpoint {
  readonly keyIn: KeyPlace;
}

export interface PromptRequest {
  /** Chosen by the caller, to cancel it by. */
  readonly runId: string;
  readonly endpointId: string;
  readonly model: string;
  /** With system messages first. */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** Names as OpenAI's: `temperature`, `max_tokens`, `response_format`. */
  readonly parameters: { readonly [name: string]: PlainValue };
}

export interface PromptAnswer {
  readonly messages: readonly Message[];
  readonly model: string | null;
  readonly finishReasons: readonly string[];
  readonly usage: Usage;
  /** US dollars, by the price book; null: nobody knows. */
  readonly costUsd: number | null;
  readonly durationNs: number;
  /** Null: nothing came, or all at once. */
  readonly timeToFirstTokenNs: number | null;
  /** Why there is no answer; null: there is one. */
  readonly error: string | null;
}
