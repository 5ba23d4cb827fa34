import type { Evaluator } from '../api/evaluation';
import { formatCost, formatDuration } from '../model/format';

/** A name that tells one from another in a table. */
export function evaluatorName(evaluator: Evaluator): string {
  switch (evaluator.kind) {
    case 'exact':
      return 'exact';
    case 'contains':
      return evaluator.text === null ? 'contains expected' : `contains ${short(evaluator.text)}`;
    case 'regex':
      return `matches ${short(evaluator.pattern)}`;
    case 'json-schema':
      return 'fits schema';
    case 'length':
      return `length ${evaluator.min ?? 0}–${evaluator.max ?? '∞'}`;
    case 'latency':
      return `within ${formatDuration(evaluator.maxMs * 1e6)}`;
    case 'cost':
      return `at most ${formatCost(evaluator.maxUsd)}`;
    case 'tools':
      return `calls ${short(evaluator.names.join(', ') || 'no tool')}`;
    case 'judge':
      return `judge ${short(evaluator.rubric)}`;
  }
}

/** For a label, or within a sentence. */
export function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
