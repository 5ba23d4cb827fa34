/** Which of two that tell the same messages tells more: some instrumentations flatten them, and lose something on the way. */
import type { Message } from './agent-span';

/**
 * @param isPlain whether the second is a text and no structure: it may be how a message prints (`assistant: Hello`), which is no more
 * @returns the second where it has all that the first has, and more; else the first
 */
export function richer(
  flattened: readonly Message[] | null,
  whole: readonly Message[] | null,
  isPlain = false,
): readonly Message[] | null {
  if (!flattened || flattened.length === 0) return whole;
  if (!whole || (isPlain && flattened.some(isAnswer))) return flattened;
  const [a, b] = [measured(flattened), measured(whole)];
  return b.every((much, i) => much >= (a[i] as number)) && b.some((much, i) => much > (a[i] as number))
    ? whole
    : flattened;
}

function isAnswer({ parts }: Message): boolean {
  return parts.some(({ type }) => type === 'text' || type === 'tool_call');
}

/** Of each kind of part how many, and how much text; and how many calls and results have an id. */
function measured(messages: readonly Message[]): number[] {
  const parts = messages.flatMap((message) => message.parts);
  const [texts, thoughts] = (['text', 'reasoning'] as const).map((type) =>
    parts.reduce((sum, part) => sum + (part.type === type ? part.text.replace(/\s/g, '').length : 0), 0),
  ) as [number, number];
  const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [part] : []));
  const given = calls.filter((call) => call.arguments !== null);
  const results = parts.filter(({ type }) => type === 'tool_result');
  const ids = parts.filter((part) => (part.type === 'tool_call' || part.type === 'tool_result') && part.id !== null);
  const files = parts.filter(({ type }) => type === 'blob' || type === 'uri' || type === 'file');
  return [texts, thoughts, calls.length, given.length, results.length, ids.length, files.length];
}
