/**
 * What a span says of an agent run, whatever dialect it speaks: the one model that views, costs and evaluations use. Its terms are
 * those of OpenTelemetry's GenAI conventions (semantic-conventions-genai 1.42).
 */
import type { Evaluation } from '../model/evaluation';
import type { PlainValue } from '../model/json-types';

/** Stored by its index: more are put at the end. */
const AGENT_SPAN_KINDS = [
  'agent',
  'workflow',
  'model',
  'embedding',
  'tool',
  'retrieval',
  'rerank',
  'memory',
  'guardrail',
  'evaluator',
  'prompt',
  'step',
] as const;

export type AgentSpanKind = (typeof AGENT_SPAN_KINDS)[number];

/** As `span.agent_kind` holds it. */
export function agentKindCode(kind: AgentSpanKind): number {
  return AGENT_SPAN_KINDS.indexOf(kind) + 1;
}

/** Null: of no agent run, or of a kind that a later version knows. */
export function agentKindOf(code: number): AgentSpanKind | null {
  return AGENT_SPAN_KINDS[code - 1] ?? null;
}

const APART: ReadonlySet<AgentSpanKind> = new Set(['tool', 'retrieval', 'rerank', 'memory', 'guardrail', 'evaluator']);

/** Whether calls of models within are no part of one around it. */
export function isApart(kind: AgentSpanKind | null): boolean {
  return kind !== null && APART.has(kind);
}

/** What is counted and paid by tokens. */
export function isModelCall(kind: AgentSpanKind | null): boolean {
  return kind === 'model' || kind === 'embedding';
}

export type DialectName =
  | 'claude-code'
  | 'codex'
  | 'gemini-cli'
  | 'genkit'
  | 'gen-ai'
  | 'generic'
  | 'google-adk'
  | 'langfuse'
  | 'langsmith'
  | 'livekit'
  | 'logfire'
  | 'mastra'
  | 'mcp'
  | 'mlflow'
  | 'openinference'
  | 'traceloop'
  | 'vercel'
  | 'vscode-copilot';

export interface AgentSpan {
  readonly kind: AgentSpanKind;
  /** The dialects that it speaks, the one that is believed first in front. */
  readonly dialects: readonly DialectName[];
  /** As the conventions name it: `openai`, `anthropic`, `gcp.gemini`. */
  readonly provider: string | null;
  readonly requestModel: string | null;
  readonly responseModel: string | null;
  readonly responseId: string | null;
  /** Session, thread, conversation. */
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly agentName: string | null;
  readonly tool: ToolCall | null;
  /** Temperature and the like, by the name that the conventions give them. */
  readonly parameters: { readonly [name: string]: PlainValue };
  readonly system: readonly Part[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  /** What went in and came out where these are no messages. */
  readonly inputValue: PlainValue | null;
  readonly outputValue: PlainValue | null;
  readonly toolDefinitions: readonly ToolDefinition[];
  readonly usage: Usage;
  /** US dollars, as the sender says. */
  readonly reportedCost: number | null;
  /** `batch`, `flex`, `priority`, or what the provider calls it; null: the usual. */
  readonly serviceTier: string | null;
  readonly finishReasons: readonly string[];
  readonly timeToFirstTokenNs: number | null;
  readonly documents: readonly RetrievedDocument[];
  readonly evaluations: readonly Evaluation[];
}

/** Tokens; null: not said. */
export interface Usage {
  /** With those read from and written to a cache. */
  readonly input: number | null;
  /** With reasoning. */
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  /** Of those written to a cache, for an hour. */
  readonly cacheWriteHour: number | null;
  readonly reasoning: number | null;
  readonly inputAudio: number | null;
  readonly outputAudio: number | null;
  readonly inputImage: number | null;
}

export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or what the sender says. */
  readonly role: string;
  readonly name?: string;
  readonly parts: readonly Part[];
  readonly finishReason?: string;
}

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** `arguments` as sent: text that is no JSON stays text. */
  | { readonly type: 'tool_call'; readonly id: string | null; readonly name: string; readonly arguments: PlainValue }
  | { readonly type: 'tool_result'; readonly id: string | null; readonly name?: string; readonly result: PlainValue }
  | { readonly type: 'blob'; readonly mimeType: string | null; readonly data: string }
  | { readonly type: 'uri'; readonly mimeType: string | null; readonly uri: string }
  | { readonly type: 'file'; readonly mimeType: string | null; readonly fileId: string }
  /** Whatever else: shown as it is. */
  | { readonly type: 'other'; readonly value: PlainValue }
  /** JSON that was cut off on its way. */
  | { readonly type: 'truncated'; readonly text: string };

export interface ToolCall {
  readonly name: string | null;
  readonly callId: string | null;
  readonly description: string | null;
  readonly arguments: PlainValue | null;
  readonly result: PlainValue | null;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema. */
  readonly parameters: PlainValue | null;
}

export interface RetrievedDocument {
  readonly id: string | null;
  readonly score: number | null;
  readonly content: string | null;
  readonly metadata: PlainValue | null;
}

export const NO_USAGE: Usage = {
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  cacheWriteHour: null,
  reasoning: null,
  inputAudio: null,
  outputAudio: null,
  inputImage: null,
};

/** Whether anything of what went in or came out was recorded. */
export function hasContent({ system, input, output, tool, inputValue, outputValue, documents }: AgentSpan): boolean {
  const told = [system, input, output, documents].some((list) => list.length > 0);
  return told || inputValue !== null || outputValue !== null || (tool?.arguments ?? tool?.result ?? null) !== null;
}
