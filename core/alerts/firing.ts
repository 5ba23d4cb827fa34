/** When an alert begins and ends, as the numbers of its rule move. */
import type { AlertRuleEdit, AlertStanding } from '../api/alert';

type Bounds = Pick<AlertRuleEdit, 'comparison' | 'threshold' | 'resolveThreshold'>;

/** Of nothing to measure nobody can say that it is too much, or too little. */
export function standingOf(value: number | null, { comparison, threshold, resolveThreshold }: Bounds): AlertStanding {
  if (value === null) return 'back';
  const exceeds = (bound: number): boolean => (comparison === 'above' ? value > bound : value < bound);
  if (exceeds(threshold)) return 'beyond';
  return resolveThreshold !== null && exceeds(resolveThreshold) ? 'between' : 'back';
}

export interface Step {
  /** Its end, epoch milliseconds. */
  readonly atMs: number;
  readonly value: number | null;
}

export interface Firing {
  readonly fromMs: number;
  /** Null: it goes on at the last step. */
  readonly toMs: number | null;
  /** The furthest beyond the threshold. */
  readonly value: number;
}

/** The alerts of a rule that is looked at once a step. */
export function firingsIn(steps: readonly Step[], rule: Bounds & Pick<AlertRuleEdit, 'forSeconds'>): Firing[] {
  const firings: Firing[] = [];
  let pendingMs: number | null = null;
  let open: { readonly fromMs: number; value: number } | null = null;
  for (const { atMs, value } of steps) {
    const standing = standingOf(value, rule);
    if (standing !== 'beyond') pendingMs = null;
    if (open && value !== null && standing !== 'back') {
      open.value = rule.comparison === 'above' ? Math.max(open.value, value) : Math.min(open.value, value);
    }
    if (open && standing === 'back') {
      firings.push({ ...open, toMs: atMs });
      open = null;
    } else if (!open && standing === 'beyond' && value !== null) {
      pendingMs ??= atMs;
      if (atMs - pendingMs >= rule.forSeconds * 1_000) open = { fromMs: atMs, value };
    }
  }
  if (open) firings.push({ ...open, toMs: null });
  return firings;
}
