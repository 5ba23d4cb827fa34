import { useRef } from 'react';
import type { AgentPage } from '../../../core/api/agents';
import type { RedMetrics } from '../../../core/api/service-metrics';
import type { UsageMetrics } from '../../../core/api/usage';
import { answerFrom } from '../../connection/answer';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { periodBefore } from '../../features/red/change';
import { useQuestion } from '../../hooks/use-question';
import { useThrottled } from '../../hooks/use-throttled';
import { type Extent, inExtent } from '../../stores/time-range';

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
  /** As of `UsageMetrics`. */
  readonly countedSince: string | undefined;
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
  const shown = useRef<HomeData | null>(null);
  const paceMs = shown.current && !isEmpty(shown.current) ? paceOf(shown.current) : EMPTY_PACE_MS;
  const question = useQuestion({
    key: ['home', extent],
    ask: async () => answerFrom(await homeData(extent), true),
    version,
    paceMs,
  });
  shown.current = question.answer?.state === 'complete' ? question.answer.whole : null;
  return { question, version: useThrottled(version, paceMs) };
}

async function homeData(extent: Extent): Promise<HomeData> {
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
}

export function isEmpty({ red, now }: HomeData): boolean {
  return now.requests === 0 && now.calls === 0 && red.groups.length === 0;
}

function paceOf({ tookMs }: HomeData): number {
  return Math.max(PACE_MS, REST * tookMs);
}

async function figuresIn(bounds: ReturnType<typeof inExtent>): Promise<readonly [RedMetrics, Figures]> {
  const [red, usage, agents] = await Promise.all([
    api.redMetrics({ ...bounds, groupBy: 'service' }),
    api.usageMetrics({ ...bounds, groupBy: 'agent', stepSeconds: WHOLE_SECONDS }),
    // As the page of agents counts them.
    api.listAgents({ ...bounds, limit: 1 }),
  ]);
  return [red, figuresOf(red, usage, agents)];
}

function figuresOf(
  { total }: RedMetrics,
  { groups, other, asOf, countedSince }: UsageMetrics,
  agents: AgentPage,
): Figures {
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
    agents: agents.named,
    asOf: asOf ?? agents.asOf,
    countedSince: countedSince ?? agents.countedSince,
  };
}
