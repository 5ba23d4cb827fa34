/**
 * The sample workspace: a web shop of six services with errors, an agent run with model and tool calls, a batch job of
 * 10,000 spans, and metrics of one service. Seeded, so that screenshots and tests see the same traces; times end at `nowNs`.
 */
import { agentRun } from './agent-run';
import { batchJob } from './batch-job';
import { type SampleSpan, traceRequest } from './otlp-builder';
import { Random } from './random';
import { sampleLogs } from './sample-logs';
import { sampleMetrics } from './sample-metrics';
import { shopTrace } from './web-shop';

const SEED = 20_261_121;
const SHOP_TRACES = 120;
/** Over how long the shop's traces spread. */
const SPREAD_NS = 25n * 60n * 1_000_000_000n;
/** The shop rests while the agent works, so that the failed run stands first. */
const NEWEST_SHOP_AGE_NS = 60n * 1_000_000_000n;
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
  return { ...span, resource: { 'deployment.environment.name': 'production', 'service.version': version, team } };
}

/** All of it, with the path that each request is sent to. */
export function* sampleTelemetry(nowNs: bigint): Generator<{ readonly path: string; readonly body: object }> {
  const spans: SampleSpan[] = [];
  for (const body of sampleRequests(nowNs, (some) => spans.push(...some))) yield { path: '/v1/traces', body };
  yield { path: '/v1/logs', body: sampleLogs(spans, nowNs) };
  yield { path: '/v1/metrics', body: sampleMetrics(nowNs) };
}

/** Export requests of its traces, in the order to send them. @param seen is called with the spans of each */
export function* sampleRequests(
  nowNs: bigint,
  seen: (spans: readonly SampleSpan[]) => void = () => {},
): Generator<object> {
  const random = new Random(SEED);
  yield* requestsOf(seen, batchJob(random, nowNs - 210n * 1_000_000_000n));
  const shop: SampleSpan[] = [];
  for (let i = 0; i < SHOP_TRACES; i++) {
    const age = NEWEST_SHOP_AGE_NS + (SPREAD_NS * BigInt(SHOP_TRACES - i)) / BigInt(SHOP_TRACES);
    const spans = shopTrace(random, nowNs - age - BigInt(random.int(0, 9_000)) * 1_000_000n);
    shop.push(...spans.map((span) => inProduction(span, i < CANARY_FROM ? '1.4.0' : '1.5.0')));
  }
  yield* requestsOf(seen, shop);
  yield* requestsOf(seen, agentRun(random, nowNs - 95n * 1_000_000_000n, 'triage', false));
  yield* requestsOf(seen, agentRun(random, nowNs - 45n * 1_000_000_000n, 'deep-research', true));
}

function* requestsOf(seen: (spans: readonly SampleSpan[]) => void, spans: readonly SampleSpan[]): Generator<object> {
  seen(spans);
  for (let i = 0; i < spans.length; i += BATCH) yield traceRequest(spans.slice(i, i + BATCH));
}
