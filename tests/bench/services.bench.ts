/**
 * What the screens of services, of the map and of usage ask, over a million spans: three quarters are two days of twelve services, the rest
 * thirty days of agents that call models.
 */
import { type BenchQuestion, hoursAgo, runQuestions } from './questions';
import { RUN_SPANS, storedCalls } from './stored-calls';
import { STORED_TRACE_SPANS, storedRequests } from './stored-load';

const MONTH = 720n;
const WHOLE_SECONDS = '10000000';

const get = (name: string, path: string, more: () => Readonly<Record<string, string>>): BenchQuestion => ({
  name,
  ask: () => ({ path: `${path}?${new URLSearchParams(more())}` }),
});
const counted = (name: string, query: string, hours: bigint): BenchQuestion => ({
  name,
  ask: () => ({ path: '/v1/query', body: { query, from: hoursAgo(hours), waitMs: 60_000 } }),
});

runQuestions({
  name: 'services',
  unit: 'spans',
  short: 6_000,
  loads: (stored) => {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const traces = Math.floor((stored * 0.75) / STORED_TRACE_SPANS);
    return [
      { path: '/v1/traces', requests: storedRequests(0, traces, traces, nowNs) },
      { path: '/v1/traces', requests: storedCalls(Math.floor((stored * 0.25) / RUN_SPANS), nowNs) },
    ];
  },
  questions: async () => [
    get('services, 1 h', '/v1/metrics/red', () => ({ groupBy: 'service', from: hoursAgo(1n) })),
    get('services, 24 h', '/v1/metrics/red', () => ({ groupBy: 'service', from: hoursAgo(24n) })),
    get('services, 30 d', '/v1/metrics/red', () => ({ groupBy: 'service', from: hoursAgo(MONTH) })),
    get('one service, 24 h', '/v1/metrics/red', () => ({ service: 'payments', from: hoursAgo(24n) })),
    get('operations of a service, 24 h', '/v1/metrics/red', () => ({
      service: 'payments',
      groupBy: 'operation',
      from: hoursAgo(24n),
    })),
    get('operations of a service, 30 d', '/v1/metrics/red', () => ({
      service: 'payments',
      groupBy: 'operation',
      from: hoursAgo(MONTH),
    })),
    get('services, the list', '/v1/services', () => ({ limit: '1000' })),
    get('map, 24 h', '/v1/services/edges', () => ({ from: hoursAgo(24n), limit: '1000' })),
    get('map, 30 d', '/v1/services/edges', () => ({ from: hoursAgo(MONTH), limit: '1000' })),
    counted(
      'errors of a service, 24 h',
      '{ resource.service.name = "payments" && status = error } | count_over_time() by (event.exception.type, event.exception.message, statusMessage)',
      24n,
    ),
    counted(
      'versions of a service, 24 h',
      '{ resource.service.name = "payments" } | count_over_time() by (resource.service.version, resource.service.instance.id)',
      24n,
    ),
    get('usage by model, 24 h', '/v1/metrics/usage', () => ({ groupBy: 'model', from: hoursAgo(24n) })),
    get('usage by model, 30 d', '/v1/metrics/usage', () => ({ groupBy: 'model', from: hoursAgo(MONTH) })),
    get('usage by agent, 30 d', '/v1/metrics/usage', () => ({ groupBy: 'agent', from: hoursAgo(MONTH) })),
    get('usage by service, 30 d', '/v1/metrics/usage', () => ({ groupBy: 'service', from: hoursAgo(MONTH) })),
    get('usage, totals of 30 d', '/v1/metrics/usage', () => ({
      groupBy: 'agent',
      from: hoursAgo(MONTH),
      step: WHOLE_SECONDS,
    })),
    get('agents, 30 d', '/v1/agents', () => ({ from: hoursAgo(MONTH), limit: '100' })),
  ],
});
