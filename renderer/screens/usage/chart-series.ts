/** What the chart of usage stacks: the largest groups by what is measured, and the rest as one. */
import { OTHER } from '../../../core/api/other';
import type { UsageBy, UsageMetrics, UsageValues } from '../../../core/api/usage';
import { SERVICE_COLORS, serviceSlot } from '../../ui/series';
import { GROUPINGS, MEASURES, type Measure } from './measures';
import { stepsOf, sumOf } from './total';

const MOST_SERIES = 7;

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly color: string;
  readonly total: UsageValues;
  readonly steps: readonly UsageValues[];
}

export function seriesOf(usage: UsageMetrics, by: UsageBy, measure: Measure): Series[] {
  const { of } = MEASURES[measure];
  const sorted = [...usage.groups].sort((a, b) => (of(b) ?? -1) - (of(a) ?? -1));
  const colors = new Colors();
  const shown = sorted.slice(0, MOST_SERIES).map((group): Series => {
    const name = group.name ?? GROUPINGS[by].unnamed;
    return { key: `group ${group.name}`, name, color: colors.of(name), total: group, steps: group.steps };
  });
  const left = [...sorted.slice(MOST_SERIES), ...(usage.other ? [usage.other] : [])];
  if (left.length === 0) return shown;
  const count = sorted.length - shown.length + (usage.other?.count ?? 0);
  const rest: Series = {
    key: 'rest',
    name: `${OTHER} ${count} ${GROUPINGS[by].plural}`,
    color: 'var(--faint)',
    total: sumOf(left),
    steps: stepsOf({ ...usage, groups: sorted.slice(MOST_SERIES) }),
  };
  return [...shown, rest];
}

/** By name, as services have theirs; the next free one where two would look alike. */
class Colors {
  private readonly taken = new Set<number>();

  of(name: string): string {
    let slot = serviceSlot(name);
    while (this.taken.has(slot)) slot = (slot + 1) % SERVICE_COLORS;
    this.taken.add(slot);
    return `var(--series-${slot})`;
  }
}

/** The next 1, 2 or 5 times a power of ten, so that the axis has a round end. */
export function roundedUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}
