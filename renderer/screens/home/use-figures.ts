import { useQuery } from '@tanstack/react-query';
import type { RedMetrics } from '../../../core/api/service-metrics';
import type { UsageMetrics } from '../../../core/api/usage';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { type Extent, inExtent } from '../../stores/time-range';
import { periodBefore } from './change';

const PACE_MS = 10_000;
/** Somebody waits for the first trace, and nothing is soon counted. */
const EMPTY_PACE_MS = 500;
/** Of what is counted for long: so many times as long until the next. */
const REST = 20;
/** One step: totals only. */
const WHOLE_SECONDS = 10_000_000;

export interface Figures {
  readonly requests: number;
  /** Null: there were none. */
  readonly successRate: number | null;
  readonly p95Ns: number | null;
  /** Null: of no call it is known. */
  readonly costUsd: number | null;
  readonly costComplete: boolean;
  readonly tokens: number;
  /** Of models. */
  readonly calls: number;
  readonly agents: number;
  /** When usage was counted; undefined: just now. */
  readonly asOf: string | undefined;
}

export interface HomeData {
  readonly red: RedMetrics;
  readonly now: Figures;
  /** Null: all time has nothing before it. */
  readonly before: Figures | null;
  /** How long counting took. */
  readonly tookMs: number;
}

export function useHome(extent: Extent) {
  const version = useConnection(({ version }) => version);
  const query = useQuery({
    queryKey: ['home', extent],
    queryFn: async (): Promise<HomeData> => {
      const nowMs = Date.now();
      const { range, deployment } = extent;
      const previous = periodBefore(range, nowMs);
      // Both of the same length: up to now, whether or not anything came lately.
      const current = { ...inExtent(extent), ...(range.kind === 'last' && { to: new Date(nowMs).toISOString() }) };
      const [[red, now], before] = await Promise.all([
        figuresIn(current),
        previous && figuresIn({ ...previous, ...deployment }).then(([, figures]) => figures),
      ]);
      return { red, now, before, tookMs: Date.now() - nowMs };
    },
    enabled: version > 0,
    placeholderData: (shown) => shown,
    refetchOnMount: 'always',
  });
  const paced = useThrottled(version, query.data && !isEmpty(query.data) ? paceOf(query.data) : EMPTY_PACE_MS);
  useRefetchOn(paced, query.refetch);
  return { ...query, version: paced };
}

export function isEmpty({ now }: HomeData): boolean {
  return now.requests === 0 && now.calls === 0;
}

function paceOf({ tookMs }: HomeData): number {
  return Math.max(PACE_MS, REST * tookMs);
}

async function figuresIn(bounds: ReturnType<typeof inExtent>): Promise<readonly [RedMetrics, Figures]> {
  const [red, usage] = await Promise.all([
    api.redMetrics({ ...bounds, groupBy: 'service' }),
    api.usageMetrics({ ...bounds, groupBy: 'agent', stepSeconds: WHOLE_SECONDS }),
  ]);
  return [red, figuresOf(red, usage)];
}

function figuresOf({ total }: RedMetrics, { groups, other, asOf }: UsageMetrics): Figures {
  const all = [...groups, ...(other ? [other] : [])];
  const known = all.flatMap(({ costUsd }) => costUsd ?? []);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  return {
    requests: total.spans,
    successRate: total.spans === 0 ? null : 1 - total.errors / total.spans,
    p95Ns: total.p95Ns,
    costUsd: known.length === 0 ? null : sum(known),
    costComplete: all.every(({ costComplete }) => costComplete),
    tokens: sum(all.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
    calls: sum(all.map(({ calls }) => calls)),
    agents: groups.filter(({ name }) => name !== null).length + (other?.count ?? 0),
    asOf,
  };
}
