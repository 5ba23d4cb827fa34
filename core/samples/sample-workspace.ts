/**
 * The sample workspace: a web shop of six services with errors and a clock that is off, two agents (one in a session of three turns) with
 * model and tool calls, a batch job of 10,000 spans, logs, and metrics of one service. Seeded, so that screenshots and tests see the same
 * traces; times end at `nowNs`.
 */
import { agentRun, supportTurns } from './agent-run';
import { batchJob } from './batch-job';
import { brokenClock } from './broken-clock';
import { type SampleSpan, traceRequest } from './otlp-builder';
import { Random } from './random';
import { sampleLogs } from './sample-logs';
import { SAMPLE_RESOURCE } from './sample-mark';
import { sampleMetrics } from './sample-metrics';
import { shopTrace } from './web-shop';

export const SAMPLE_SEED = 20_261_121;
const SHOP_TRACES = 120;
const NS_PER_S = 1_000_000_000n;
/** Over how long the shop's traces spread. */
const SPREAD_NS = 25n * 60n * NS_PER_S;
/** The shop rests while the agent works, so that the failed run stands first. */
const NEWEST_SHOP_AGE_NS = 60n * NS_PER_S;
/** Spans a request, as an SDK's batch processor would send them. */
const BATCH = 2_000;

/** Of the shop's traces: those from here on are of the next version. */
const CANARY_FROM = 90;
const TEAMS: Readonly<Record<string, string>> = {
  web: 'storefront',
  catalog: 'storefront',
  checkout: 'payments',
  payments: 'payments',
};

function inProduction(span: SampleSpan, version: string): SampleSpan {
  const team = TEAMS[span.service] ?? 'fulfilment';
  const resource = { 'deployment.environment.name': 'production', 'service.version': version, team };
  return { ...span, resource: { ...resource, ...span.resource } };
}

/** All of it, with the path that each request is sent to. @param seed other ids and durations, the same kinds of traces */
export function* sampleTelemetry(
  nowNs: bigint,
  seed = SAMPLE_SEED,
): Generator<{ readonly path: string; readonly body: object }> {
  const spans: SampleSpan[] = [];
  for (const body of sampleRequests(nowNs, (some) => spans.push(...some), seed)) yield { path: '/v1/traces', body };
  yield { path: '/v1/logs', body: sampleLogs(spans, nowNs) };
  yield { path: '/v1/metrics', body: sampleMetrics(nowNs) };
}

/** Export requests of its traces, in the order to send them. @param seen is called with the spans of each */
export function* sampleRequests(
  nowNs: bigint,
  seen: (spans: readonly SampleSpan[]) => void = () => {},
  seed = SAMPLE_SEED,
): Generator<object> {
  const random = new Random(seed);
  yield* requestsOf(seen, batchJob(random, nowNs - 210n * NS_PER_S));
  const shop: SampleSpan[] = [];
  for (let i = 0; i < SHOP_TRACES; i++) {
    const age = NEWEST_SHOP_AGE_NS + (SPREAD_NS * BigInt(SHOP_TRACES - i)) / BigInt(SHOP_TRACES);
    const spans = shopTrace(random, nowNs - age - BigInt(random.int(0, 9_000)) * 1_000_000n);
    shop.push(...spans.map((span) => inProduction(span, i < CANARY_FROM ? '1.4.0' : '1.5.0')));
  }
  yield* requestsOf(seen, shop);
  yield* requestsOf(seen, agentRun(random, nowNs - 95n * NS_PER_S, 'triage', false));
  yield* requestsOf(seen, agentRun(random, nowNs - 45n * NS_PER_S, 'deep-research', true));
  yield* requestsOf(seen, supportTurns(random, [nowNs - 80n * NS_PER_S, nowNs - 65n * NS_PER_S]));
  const skewed = brokenClock(random, nowNs - 150n * NS_PER_S).map((span) => inProduction(span, '1.5.0'));
  yield* requestsOf(seen, skewed);
}

/** The first trace that a seed makes: whether it was loaded before can be told by it. */
export function firstTraceId(seed: number): string {
  return new Random(seed).hex(16);
}

function* requestsOf(seen: (spans: readonly SampleSpan[]) => void, spans: readonly SampleSpan[]): Generator<object> {
  seen(spans);
  const marked = spans.map((span) => ({ ...span, resource: { ...span.resource, ...SAMPLE_RESOURCE } }));
  for (let i = 0; i < marked.length; i += BATCH) yield traceRequest(marked.slice(i, i + BATCH));
}
