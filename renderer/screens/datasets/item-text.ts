/** Prompts and answers in plain text, for tables. */
import type { DatasetItem, EvaluatedAnswer } from '../../../core/api/evaluation';

/** What the user said last. */
export function askedIn({ prompt }: Pick<DatasetItem, 'prompt'>): string {
  const said =
    prompt.messages.filter(({ role }) => role === 'user' || role === 'human').at(-1) ?? prompt.messages.at(-1);
  return (said?.parts ?? []).map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
}

export function saidIn({ text, toolCalls, error }: EvaluatedAnswer): string {
  if (error !== null) return error;
  const calls = toolCalls.length > 0 ? `[calls ${toolCalls.join(', ')}]` : '';
  return [text, calls].filter(Boolean).join('\n');
}
