/** Values of a real capture against what is computed here from its JSON, as docs/metrics.md says, with none of the code that answers. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricSeriesQuery } from '../../core/api/metrics';
import type { MetricSummary } from '../../core/api/telemetry';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { MetricReader } from '../../core/store/read/metric-reader';
import { MetricSeriesReader } from '../../core/store/read/metric-series-reader';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { caseFile } from '../fixtures/cases';
import { pgliteDatabases } from '../fixtures/databases';

const KINDS = ['gauge', 'sum', 'histogram'] as const;
const S = 1e9;
/** The capture is 48 seconds long. */
const STEP_SECONDS = 10;

interface RawPoint {
  readonly timeUnixNano: string;
  readonly startTimeUnixNano?: string;
  readonly asInt?: string;
  readonly asDouble?: number;
  readonly attributes?: readonly object[];
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}
interface RawData {
  readonly dataPoints: readonly RawPoint[];
  readonly isMonotonic?: boolean;
}
interface RawMetric extends Partial<Record<(typeof KINDS)[number], RawData>> {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
}
interface RawRequest {
  readonly resourceMetrics?: readonly {
    readonly resource: object;
    readonly scopeMetrics: readonly { readonly scope?: object; readonly metrics: readonly RawMetric[] }[];
  }[];
}

interface Point {
  /** Since the first moment that is asked for. */
  readonly at: number;
  readonly since: number | null;
  readonly value: number;
  readonly sum: number;
  readonly buckets: readonly number[];
  readonly bounds: readonly number[];
}
interface Metric {
  readonly kind: (typeof KINDS)[number];
  readonly monotonic: boolean;
  /** Points of each series, in order of time. */
  readonly series: Map<string, Point[]>;
}
interface Increase extends Omit<Point, 'at' | 'since' | 'bounds'> {
  readonly from: number;
  readonly to: number;
  readonly isGap: boolean;
}

const folder = caseFile('03-otel-demo-capture-mixed');
const requests = (): RawRequest[] =>
  readFileSync(`${folder}/otel-demo-mixed-signals.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line.includes('resourceMetrics'))
    .map((line) => JSON.parse(line));

function nameOf(name: string, description: string, unit: string, kind: string): string {
  return JSON.stringify([name, description, unit, kind]);
}

function metricsOf(all: readonly RawRequest[], originNs: bigint): Map<string, Metric> {
  const since = (ns: string | undefined): number | null =>
    ns === undefined || ns === '0' ? null : Number(BigInt(ns) - originNs);
  const found = new Map<string, Metric>();
  for (const { resourceMetrics = [] } of all) {
    for (const { resource, scopeMetrics } of resourceMetrics) {
      for (const { scope, metrics } of scopeMetrics) {
        for (const metric of metrics) {
          const kind = KINDS.find((one) => metric[one]);
          const data = kind && metric[kind];
          if (!kind || !data) throw new Error(`${metric.name} is of a kind that is not computed here`);
          const key = nameOf(metric.name, metric.description ?? '', metric.unit ?? '', kind);
          const held = found.get(key) ?? { kind, monotonic: data.isMonotonic ?? false, series: new Map() };
          found.set(key, held);
          for (const point of data.dataPoints) {
            const of = JSON.stringify([resource, scope, point.attributes]);
            const points = held.series.get(of) ?? [];
            held.series.set(of, points);
            points.push({
              at: since(point.timeUnixNano) ?? 0,
              since: since(point.startTimeUnixNano),
              value: Number(kind === 'histogram' ? point.count : (point.asInt ?? point.asDouble)),
              sum: point.sum ?? 0,
              buckets: (point.bucketCounts ?? []).map(Number),
              bounds: point.explicitBounds ?? [],
            });
          }
        }
      }
    }
  }
  for (const { series } of found.values()) for (const points of series.values()) points.sort((a, b) => a.at - b.at);
  return found;
}

/** For how long a value stands: 2.5 of the usual interval, and a step at least. */
function staleAfter(points: readonly Point[], step: number): number {
  const gaps = points.slice(1).map(({ at }, i) => at - (points[i] as Point).at);
  gaps.sort((a, b) => a - b);
  return Math.max(step, 2.5 * (gaps[Math.ceil(gaps.length / 2) - 1] ?? 0));
}

function levels(metric: Metric, step: number, index: number) {
  const values: number[] = [];
  const last: { readonly at: number; readonly value: number }[] = [];
  let points = 0;
  for (const all of metric.series.values()) {
    const here = all.filter(({ at }) => Math.floor(at / step) === index);
    points += here.length;
    const before = all.findLast(({ at }) => at < index * step);
    const stands = before && index * step < before.at + staleAfter(all, step) ? [before] : [];
    const counted = here.length > 0 ? here : stands;
    for (const { value } of counted) values.push(value);
    last.push(...counted.slice(-1));
  }
  if (values.length === 0) return null;
  const newest = Math.max(...last.map(({ at }) => at));
  return {
    avg: values.reduce((a, b) => a + b) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    sum: last.reduce((all, { value }) => all + value, 0),
    count: points,
    /** Of several at one moment any may be the last. */
    last: last.filter(({ at }) => at === newest).map(({ value }) => value),
  };
}

function increases(metric: Metric, step: number): Increase[] {
  return [...metric.series.values()].flatMap((points) =>
    points.flatMap((now, i): Increase[] => {
      const before = points[i - 1];
      const stale = staleAfter(points, step);
      const told = (from: number): Increase[] => [{ ...now, from, to: now.at, isGap: now.at - from > stale }];
      // What had been counted before anybody looked is not known.
      if (!before) return now.since !== null && now.since >= -600 * S && now.since < now.at ? told(now.since) : [];
      const began = now.since !== null && now.since !== before.since && now.since >= before.at;
      const fell = (metric.kind === 'histogram' || metric.monotonic) && now.value < before.value;
      if (began || fell) return told(began && now.since !== null && now.since < now.at ? now.since : before.at);
      return told(before.at).map((one) => ({
        ...one,
        value: now.value - before.value,
        sum: now.sum - before.sum,
        buckets: now.buckets.map((count, at) => count - (before.buckets[at] ?? 0)),
      }));
    }),
  );
}

/** What was added in a step: a share of what was added over it; over a gap all of it at its end. */
function added(all: readonly Increase[], step: number, index: number, what: (one: Increase) => number): number | null {
  const [from, to] = [index * step, (index + 1) * step];
  let sum: number | null = null;
  for (const one of all) {
    const shared = (Math.min(one.to, to) - Math.max(one.from, from)) / (one.to - one.from);
    const share = one.isGap ? (one.to >= from && one.to < to ? 1 : 0) : Math.max(0, shared);
    if (share > 0) sum = (sum ?? 0) + share * what(one);
  }
  return sum;
}

function p95(counts: readonly number[], bounds: readonly number[]): readonly [low: number, high: number] | null {
  const rank = 0.95 * counts.reduce((a, b) => a + b, 0);
  let below = 0;
  for (const [i, count] of counts.entries()) {
    below += count;
    if (count > 0 && below >= rank * (1 - 1e-9)) {
      // Where the rank is at a bound of two buckets, either says it.
      const next = below <= rank * (1 + 1e-9) ? counts.findIndex((one, at) => at > i && one > 0) : i;
      return [bounds[i - 1] ?? Number.NEGATIVE_INFINITY, bounds[Math.max(i, next)] ?? Number.POSITIVE_INFINITY];
    }
  }
  return null;
}

describe.skipIf(folder === null).each([pgliteDatabases()])('metrics of a real capture on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  const raw = folder === null ? [] : requests();
  const times = raw.flatMap(({ resourceMetrics = [] }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.flatMap((metric) =>
          KINDS.flatMap((kind) => metric[kind]?.dataPoints.map(({ timeUnixNano }) => BigInt(timeUnixNano)) ?? []),
        ),
      ),
    ),
  );
  const firstNs = times.reduce((a, b) => (a < b ? a : b), 2n ** 63n);
  const toNs = times.reduce((a, b) => (a > b ? a : b), 0n) + 1n;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    const writer = new StoreWriter(sql, 1, deflateCodec);
    const batches = raw.map(
      (request, i) => decodeMetrics(protobufFromMetricsJson(request), Uint8Array.of(i & 255, i >> 8)).batch,
    );
    await writer.append(batches);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  it('are what its points say', async () => {
    const step = STEP_SECONDS * S;
    const fromNs = firstNs - (firstNs % BigInt(step));
    const count = Math.ceil(Number(toNs - fromNs) / step);
    const computed = metricsOf(raw, fromNs);
    const reader = new MetricSeriesReader(sql, 1);
    const values = async ({ id }: MetricSummary, aggregate: NonNullable<MetricSeriesQuery['aggregate']>) => {
      const answer = await reader.read(id, {
        from: String(fromNs),
        to: String(toNs),
        stepSeconds: STEP_SECONDS,
        aggregate,
      });
      expect(answer.truncated).toBe(false);
      return answer.groups[0]?.values ?? new Array<null>(count).fill(null);
    };
    const close = (value: number | null, expected: number | null, what: string): void => {
      if (expected === null || value === null) expect([what, value]).toEqual([what, expected]);
      else expect(Math.abs(value - expected), what).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
    };
    const { data } = await new MetricReader(sql, 1).list({ limit: 1_000 });
    expect(data.map(({ name, description, unit, kind }) => nameOf(name, description, unit, kind)).sort()).toEqual(
      [...computed.keys()].sort(),
    );
    let compared = 0;
    for (const summary of data) {
      const { name, description, unit, kind } = summary;
      const metric = computed.get(nameOf(name, description, unit, kind)) as Metric;
      const told = (what: string, i: number): string => `${name} ${what}, step ${i}`;
      if (metric.kind !== 'histogram') {
        for (const aggregate of ['avg', 'min', 'max', 'sum', 'count', 'last'] as const) {
          for (const [i, value] of (await values(summary, aggregate)).entries()) {
            const expected = levels(metric, step, i);
            if (aggregate !== 'last') close(value, expected?.[aggregate] ?? null, told(aggregate, i));
            else expect(expected?.last ?? [null], told(aggregate, i)).toContain(value);
            compared++;
          }
        }
      }
      if (metric.kind === 'gauge') continue;
      const all = increases(metric, step);
      if (metric.kind === 'sum') {
        for (const [i, value] of (await values(summary, 'increase')).entries()) {
          close(
            value,
            added(all, step, i, (one) => one.value),
            told('increase', i),
          );
          compared++;
        }
        continue;
      }
      const [point] = [...metric.series.values()].flat();
      for (const [i, value] of (await values(summary, 'count')).entries()) {
        close(
          value,
          added(all, step, i, (one) => one.value),
          told('count', i),
        );
        compared++;
      }
      for (const [i, value] of (await values(summary, 'sum')).entries()) {
        close(
          value,
          added(all, step, i, (one) => one.sum),
          told('sum', i),
        );
        compared++;
      }
      for (const [i, value] of (await values(summary, 'p95')).entries()) {
        const counts = (point?.buckets ?? []).map((_, at) => added(all, step, i, (one) => one.buckets[at] ?? 0) ?? 0);
        const [low, high] = p95(counts, point?.bounds ?? []) ?? [null, null];
        if (low === null || high === null) expect([told('p95', i), value]).toEqual([told('p95', i), null]);
        else {
          expect(value, told('p95', i)).toBeGreaterThanOrEqual(low);
          expect(value, told('p95', i)).toBeLessThanOrEqual(high);
        }
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1_000);
  });
});
