/** What Jaeger's monitoring page draws: how often, how long, and how many failed, by service or by its operations. */
import type { RedGroup, RedMetrics, RedValues } from '../../../../core/api/service-metrics';
import { nsFromText } from '../../../../core/model/time';
import { epochParameter, integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';

const NS_PER_MS = 1_000_000n;
const HOUR_MS = 3_600_000;
const MINUTE_S = 60;
const QUANTILES: ReadonlyMap<string, 'p50Ns' | 'p95Ns' | 'p99Ns'> = new Map([
  ['0.5', 'p50Ns'],
  ['0.95', 'p95Ns'],
  ['0.99', 'p99Ns'],
]);

interface Shown {
  readonly name: string;
  readonly help: string;
  readonly value: (values: RedValues, seconds: number, rateSeconds: number) => number | null;
}

export async function latencies(source: CompatSource, asked: Asked): Promise<Answered> {
  const quantile = Number(textParameter(asked.query, 'quantile') ?? Number.NaN);
  const field = QUANTILES.get(String(quantile));
  if (!field) throw invalid("unable to parse param 'quantile': Spoor knows 0.5, 0.95 and 0.99");
  return metric(source, asked, {
    name: 'latencies',
    help: `${quantile}th quantile latency`,
    value: (values) => {
      const ns = values[field];
      return ns === null ? null : ns / 1e6;
    },
  });
}

export function callRates(source: CompatSource, asked: Asked): Promise<Answered> {
  return metric(source, asked, {
    name: 'call_rate',
    help: 'calls/sec',
    value: ({ spans }, seconds, rate) => (spans / seconds) * rate,
  });
}

export function errorRates(source: CompatSource, asked: Asked): Promise<Answered> {
  return metric(source, asked, {
    name: 'error_rate',
    help: 'error rate, computed as a fraction of errors/sec over calls/sec',
    value: ({ spans, errors }) => (spans === 0 ? null : errors / spans),
  });
}

async function metric({ api }: CompatSource, { query, nowMs }: Asked, shown: Shown): Promise<Answered> {
  const services = new Set(query.getAll('service').flatMap((text) => text.split(',service=')));
  if (services.size === 0) throw invalid("unable to parse param 'service': please provide at least one service name");
  const byOperation = textParameter(query, 'groupByOperation') === 'true';
  const to = epochParameter(query, 'endTs', NS_PER_MS) ?? BigInt(nowMs) * NS_PER_MS;
  const lookback = BigInt(integerParameter(query, 'lookback', 1) ?? HOUR_MS) * NS_PER_MS;
  const step = integerParameter(query, 'step', 1);
  const rateSeconds = (integerParameter(query, 'ratePer', 1) ?? 1_000) / 1_000;
  const red = await api.redMetrics({
    from: String(to > lookback ? to - lookback : 0n),
    to: String(to),
    groupBy: byOperation ? 'operation' : 'service',
    // Whole minutes are what is counted.
    ...(step === null ? {} : { stepSeconds: Math.max(1, Math.ceil(step / 1_000 / MINUTE_S)) * MINUTE_S }),
  });
  const kinds = new Set(query.getAll('spanKind'));
  const groups = red.groups.filter(
    ({ service, kind }) => services.has(service) && (!byOperation || kinds.size === 0 || kinds.has(kind ?? '')),
  );
  const name = `${byOperation ? 'service_operation' : 'service'}_${shown.name}`;
  return json(
    {
      name,
      type: 'GAUGE',
      help: `${shown.help}, grouped by service${byOperation ? ' & operation' : ''}`,
      metrics: groups.map((group) => series(red, group, shown, rateSeconds)),
    },
    200,
    red.other === null ? undefined : `The ${red.other.count} least busy groups are left out.`,
  );
}

function series({ from, stepSeconds }: RedMetrics, group: RedGroup, shown: Shown, rateSeconds: number): object {
  const startMs = Number((nsFromText(from) ?? 0n) / NS_PER_MS);
  const labels = [
    ...(group.operation === null ? [] : [{ name: 'operation', value: group.operation }]),
    { name: 'service_name', value: group.service },
  ];
  return {
    labels,
    metricPoints: group.steps.flatMap((values, i) => {
      const value = shown.value(values, stepSeconds, rateSeconds);
      if (value === null) return [];
      const timestamp = new Date(startMs + (i + 1) * stepSeconds * 1_000).toISOString();
      return [{ gaugeValue: { doubleValue: value }, timestamp }];
    }),
  };
}
