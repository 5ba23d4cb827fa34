/**
 * The sample workspace: a web shop of six services with errors, an agent run with model and tool calls, and a batch job of
 * 10,000 spans. Seeded, so that screenshots and tests see the same traces; times end at `nowNs`.
 */
import { agentRun } from './agent-run';
import { batchJob } from './batch-job';
import { type SampleSpan, traceRequest } from './otlp-builder';
import { Random } from './random';
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

/** Export requests in the order to send them. */
export function* sampleRequests(nowNs: bigint): Generator<object> {
  const random = new Random(SEED);
  yield* requestsOf(batchJob(random, nowNs - 210n * 1_000_000_000n));
  const shop: SampleSpan[] = [];
  for (let i = 0; i < SHOP_TRACES; i++) {
    const age = NEWEST_SHOP_AGE_NS + (SPREAD_NS * BigInt(SHOP_TRACES - i)) / BigInt(SHOP_TRACES);
    const spans = shopTrace(random, nowNs - age - BigInt(random.int(0, 9_000)) * 1_000_000n);
    shop.push(...spans.map((span) => inProduction(span, i < CANARY_FROM ? '1.4.0' : '1.5.0')));
  }
  yield* requestsOf(shop);
  yield* requestsOf(agentRun(random, nowNs - 95n * 1_000_000_000n, 'triage', false));
  yield* requestsOf(agentRun(random, nowNs - 45n * 1_000_000_000n, 'deep-research', true));
}

function* requestsOf(spans: readonly SampleSpan[]): Generator<object> {
  for (let i = 0; i < spans.length; i += BATCH) yield traceRequest(spans.slice(i, i + BATCH));
}
