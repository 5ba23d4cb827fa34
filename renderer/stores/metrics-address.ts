/** Which metrics are open, and what is asked of each, in the address. */
import { AGGREGATES, type Aggregate } from '../../core/metrics/aggregates';
import { base64FromBytes, bytesFromBase64 } from '../../core/otlp/base64';

export interface Panel {
  readonly metricId: number;
  /** Null: what the metric shows before anything is chosen. */
  readonly aggregate: Aggregate | null;
  readonly groupBy: readonly string[];
  readonly filter: string;
}

export const METRICS = '/metrics';
/** On one page. */
export const MOST_PANELS = 8;

export function newPanel(metricId: number): Panel {
  return { metricId, aggregate: null, groupBy: [], filter: '' };
}

/** Names of attributes are whatever senders make of them, so the choice is not readable. */
export function addressOf(panels: readonly Panel[]): string {
  if (panels.length === 0) return METRICS;
  const json = JSON.stringify(
    panels.map(({ metricId, aggregate, groupBy, filter }) => [metricId, aggregate, groupBy, filter]),
  );
  const base64 = base64FromBytes(new TextEncoder().encode(json));
  return `${METRICS}/${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** What we did not write is left out. @param part of the address, behind the path */
export function panelsIn(part: string): Panel[] {
  const bytes = bytesFromBase64(part);
  if (!bytes) return [];
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(list) ? list.slice(0, MOST_PANELS).flatMap(panelOf) : [];
  } catch {
    return [];
  }
}

function panelOf(value: unknown): Panel[] {
  if (!Array.isArray(value)) return [];
  const [metricId, aggregate, groupBy, filter] = value as readonly unknown[];
  if (typeof metricId !== 'number' || !Array.isArray(groupBy) || typeof filter !== 'string') return [];
  const keys = groupBy.filter((key) => typeof key === 'string');
  return [{ metricId, aggregate: AGGREGATES.find((one) => one === aggregate) ?? null, groupBy: keys, filter }];
}
