import type { GuardrailEdit, GuardrailKind } from '../../../core/api/guardrail';
import { formatCost } from '../../../core/model/format';

export const KIND_TITLES: Readonly<Record<GuardrailKind, string>> = {
  secrets: 'Secrets',
  'personal-data': 'Personal data',
  'prompt-injection': 'Prompt injection',
  pattern: 'Pattern',
  tool: 'Forbidden tool',
  budget: 'Budget',
};

/** What a rule marks, in a sentence. */
export function describeRule({ kind, pattern, tools, maxUsd }: GuardrailEdit): string {
  switch (kind) {
    case 'secrets':
      return 'Keys, tokens and passwords in messages, and what the receiver redacted as one.';
    case 'personal-data':
      return 'E-mail addresses, card and account numbers, phone numbers, US social security numbers.';
    case 'prompt-injection':
      return 'Text in prompts and answers that tries to override the instructions of a model.';
    case 'pattern':
      return `What matches ${pattern ?? ''}`;
    case 'tool':
      return `Calls of ${(tools ?? []).join(', ')}`;
    case 'budget':
      return `Traces that cost more than ${formatCost(maxUsd)}`;
  }
}
