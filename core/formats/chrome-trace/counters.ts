/** Counter events as gauges: one metric for each name, one series for each argument. */
import { COST, type DecodeBudget } from '../../otlp/decode-budget';
import { protobufFromMetricsJson } from '../../otlp/metrics-json-to-proto';
import type { SignalRequest } from '../format';
import { isRecord } from '../is-record';
import type { Value } from '../spans';
import type { TraceEvent } from './event';
import { type Process, resourceOf } from './process';
import type { TimeBase } from './time-base';

/** In one request. */
const MAX_EVENTS = 10_000;

/** The arguments that are numbers: what an event counts. */
export function counted(args: unknown): readonly (readonly [series: string, value: number])[] {
  if (!isRecord(args)) return [];
  return Object.entries(args).flatMap(([key, value]) => {
    const number = typeof value === 'string' && /^-?\d{1,300}(\.\d{1,300})?$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? [[key, number] as const] : [];
  });
}

export function counterRequests(
  counters: readonly TraceEvent[],
  processes: ReadonlyMap<string, Process>,
  base: TimeBase,
  budget: DecodeBudget,
): SignalRequest[] {
  const requests: SignalRequest[] = [];
  for (let from = 0; from < counters.length; from += MAX_EVENTS) {
    const byProcess = grouped(counters.slice(from, from + MAX_EVENTS), ({ pid }) => pid);
    const resourceMetrics = [...byProcess].map(([pid, events]) => {
      const process = processes.get(pid);
      const attributes = (process ? resourceOf(process, base) : []).map(([key, value]) => keyValue(key, value));
      budget.charge(2 * COST.owner);
      return {
        resource: { attributes },
        scopeMetrics: [{ scope: { name: 'chrome-trace' }, metrics: metricsOf(events, base, budget) }],
      };
    });
    requests.push({ signal: 'metrics', protobuf: protobufFromMetricsJson({ resourceMetrics }) });
  }
  return requests;
}

function metricsOf(events: readonly TraceEvent[], base: TimeBase, budget: DecodeBudget): object[] {
  const byName = grouped(events, ({ name, id }) => (id === '' ? name : `${name} ${id}`));
  return [...byName].map(([name, all]) => {
    budget.charge(COST.series);
    const dataPoints = all.flatMap((event) =>
      counted(event.args).map(([series, value]) => {
        budget.charge(COST.point);
        return {
          timeUnixNano: String(event.ns + base.offsetNs),
          asDouble: value,
          attributes: [keyValue('chrome_trace.series', series)],
        };
      }),
    );
    return { name, gauge: { dataPoints } };
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function keyValue(key: string, value: Value): object {
  return { key, value: typeof value === 'bigint' ? { intValue: String(value) } : { stringValue: String(value) } };
}
