/** What a turn of a session was about, in plain text: what the user asked, and what the agent answered in the end. */
import type { AgentSpan, Message } from '../dialects/agent-span';

const MAX_CHARS = 600;

export interface TurnText {
  readonly asked: string | null;
  readonly answered: string | null;
}

/** @param root of the trace; null where it is no agent's @param calls of models, by start: the first and the last do */
export function turnText(root: AgentSpan | null, calls: readonly AgentSpan[]): TurnText {
  const [first, last] = [calls[0] ?? null, calls.at(-1) ?? null];
  return {
    asked: cut(
      askedIn(root) ?? askedIn(first) ?? (text(root?.inputValue) || null) ?? (text(first?.inputValue) || null),
    ),
    answered: cut(
      answeredIn(root) ?? answeredIn(last) ?? (text(root?.outputValue) || null) ?? (text(last?.outputValue) || null),
    ),
  };
}

/** What the user said last; the calls of a turn repeat the turns before. */
function askedIn(span: AgentSpan | null): string | null {
  const said = (span?.input ?? []).filter(({ role }) => role === 'user' || role === 'human');
  return said.map(textOf).findLast((message) => message !== '') ?? null;
}

function answeredIn(span: AgentSpan | null): string | null {
  return (span?.output ?? []).map(textOf).findLast((message) => message !== '') ?? null;
}

function textOf({ parts }: Message): string {
  return parts
    .flatMap((part) => (part.type === 'text' || part.type === 'truncated' ? [part.text] : []))
    .join('\n')
    .trim();
}

function text(value: AgentSpan['inputValue'] | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

function cut(value: string | null): string | null {
  if (value === null || value.length <= MAX_CHARS) return value;
  return `${value.slice(0, MAX_CHARS)}…`;
}
