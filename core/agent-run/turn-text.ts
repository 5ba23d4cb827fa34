/** What a turn of a session was about, in plain text: what the user asked, and what the agent answered in the end. */
import type { AgentSpan, Message } from '../dialects/agent-span';

const MAX_CHARS = 600;

export interface TurnText {
  readonly asked: string | null;
  readonly answered: string | null;
}

/** @param root of the trace; null where it is no agent's @param calls of models, by start: some of the first, and the last */
export function turnText(root: AgentSpan | null, calls: readonly AgentSpan[]): TurnText {
  const last = calls.at(-1) ?? null;
  return {
    asked: cut(found([root, ...calls], askedIn) ?? found([root, ...calls], (span) => text(span?.inputValue))),
    answered: cut(found([root, last], answeredIn) ?? found([root, last], (span) => text(span?.outputValue))),
  };
}

/** In the first span that says any. */
function found(spans: readonly (AgentSpan | null)[], say: (span: AgentSpan | null) => string | null): string | null {
  for (const span of spans) {
    const said = say(span);
    if (said) return said;
  }
  return null;
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
