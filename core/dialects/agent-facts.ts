/** What one dialect says of a span. What it does not say, another may. */
import type { PlainValue } from '../model/json-types';
import type { AgentSpan, AgentSpanKind, DialectName, Message, ToolCall, Usage } from './agent-span';
import type { SpanSource } from './span-source';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] | null | undefined };

export interface AgentFacts
  extends Mutable<Omit<AgentSpan, 'kind' | 'dialects' | 'tool' | 'usage' | 'input' | 'output' | 'parameters'>> {
  kind?: AgentSpanKind | undefined;
  input?: readonly Message[] | null | undefined;
  output?: readonly Message[] | null | undefined;
  parameters?: { readonly [name: string]: PlainValue } | undefined;
  tool?: { [K in keyof ToolCall]?: ToolCall[K] | undefined } | undefined;
  usage?: { [K in keyof Usage]?: Usage[K] | undefined } | undefined;
}

export interface Dialect {
  readonly name: DialectName;
  /** Null: the span does not speak it. */
  read(span: SpanSource): AgentFacts | null;
}

/** Whether it says anything. */
export function isEmpty(facts: AgentFacts): boolean {
  return Object.values(facts).every(isNothing);
}

export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}
