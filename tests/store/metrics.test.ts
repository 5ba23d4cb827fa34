/** The catalogue of metrics, and aggregates over time, against what was sent. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES } from '../../core/metrics/aggregates';
import { rfc3339FromNs } from '../../core/model/time';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { protobufFromMetricsJson } from '../../core/otlp/metrics-json-to-proto';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { MetricCatalogueReader } from '../../core/store/read/metric-catalogue';
import { MetricSeriesReader } from '../../core/store/read/metric-series-reader';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { caseFile } from '../fixtures/cases';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { T0 } from '../fixtures/traces';

const S = 1_000_000_000n;
/** On a minute, as steps are. */
const START = T0 - (T0 % (60n * S));
const at = (seconds: number): bigint => START + BigInt(seconds) * S;
const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
const times = (seconds: number, startSeconds = 0) => ({
  timeUnixNano: String(at(seconds)),
  startTimeUnixNano: String(at(startSeconds)),
});
const MINUTES = Array.from({ length: 10 }, (_, i) => 60 * i);

const METRICS = [
  {
    name: 'queue.length',
    description: 'Jobs that wait',
    unit: '{job}',
    gauge: {
      dataPoints: ['a', 'b'].flatMap((host, h) =>
        MINUTES.map((seconds, i) => ({
          ...times(seconds + 5),
          asInt: String(10 * h + i),
          attributes: attributes({ host }),
        })),
      ),
    },
  },
  {
    name: 'requests',
    unit: '{request}',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      // 60 a minute, and a restart after the fifth.
      dataPoints: MINUTES.map((seconds, i) => ({
        ...times(seconds, i < 5 ? -60 : 240),
        asInt: String(60 * (i < 5 ? i + 1 : i - 4)),
        exemplars: [
          { timeUnixNano: String(at(seconds)), asInt: '1', traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
        ],
      })),
    },
  },
  {
    name: 'duration',
    unit: 's',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: ['GET', 'PUT'].flatMap((method) =>
        MINUTES.map((seconds, i) => ({
          ...times(seconds, -60),
          count: String(10 * (i + 1)),
          sum: 5 * (i + 1),
          bucketCounts: method === 'GET' ? [String(9 * (i + 1)), String(i + 1), '0'] : ['0', String(10 * (i + 1)), '0'],
          explicitBounds: [0.5, 1],
          attributes: attributes({ method }),
        })),
      ),
    },
  },
  {
    name: 'size',
    unit: 'By',
    exponentialHistogram: {
      aggregationTemporality: 1,
      dataPoints: MINUTES.slice(1).map((seconds, i) => ({
        ...times(seconds, seconds - 60),
        count: '4',
        sum: 100,
        scale: i % 2,
        zeroCount: '1',
        // (16, 32] in either scale
        positive: { offset: i % 2 === 0 ? 4 : 8, bucketCounts: i % 2 === 0 ? ['3'] : ['1', '2'] },
      })),
    },
  },
  {
    name: 'latency',
    unit: 'ms',
    summary: {
      dataPoints: ['a', 'b'].map((host) => ({
        ...times(30, 0),
        count: '7',
        sum: 70,
        quantileValues: [{ quantile: 0.5, value: host === 'a' ? 9 : 11 }],
        attributes: attributes({ host }),
      })),
    },
  },
];

const request = (metrics: readonly object[], digest: number) =>
  decodeMetrics(
    protobufFromMetricsJson({
      resourceMetrics: [
        { resource: { attributes: attributes({ 'service.name': 'shop', zone: 'eu' }) }, scopeMetrics: [{ metrics }] },
      ],
    }),
    Uint8Array.of(digest),
  ).batch;

describe.each([pgliteDatabases(), postgresDatabases()])('metrics on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let series: MetricSeriesReader;
  let catalogue: MetricCatalogueReader;
  const range = { from: rfc3339FromNs(at(0)), to: rfc3339FromNs(at(600)), stepSeconds: 60 };
  const ask = async (name: string, query: object = {}) => {
    const { data } = await catalogue.list({ query: name });
    return series.read(data.find(({ metric }) => metric.name === name)?.metric.id ?? 0, { ...range, ...query });
  };

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    series = new MetricSeriesReader(sql, 1);
    catalogue = new MetricCatalogueReader(sql, 1, series);
    await new StoreWriter(sql, 1, deflateCodec).append([request(METRICS, 1)]);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  it('are listed by name, with attributes, newest value and a sparkline, in pages', async () => {
    const first = await catalogue.list({ limit: 3 });
    const second = await catalogue.list({ limit: 3, cursor: first.pagination.nextCursor ?? '' });
    const all = [...first.data, ...second.data];
    expect(all.map(({ metric }) => metric.name)).toEqual(['duration', 'latency', 'queue.length', 'requests', 'size']);
    expect(second.pagination.hasMore).toBe(false);
    expect(all[2]).toMatchObject({
      metric: { unit: '{job}', seriesCount: 2, services: ['shop'] },
      attributes: [
        { key: 'service', values: 1 },
        { key: 'host', values: 2 },
      ],
      lastSeen: rfc3339FromNs(at(545)),
      truncated: false,
    });
    expect(all[3]?.lastValue).toBe(300);
    expect(all[2]?.sparkline.some((value) => value !== null)).toBe(true);
    expect((await catalogue.list({ query: 'wait jobs' })).data.map(({ metric }) => metric.name)).toEqual([
      'queue.length',
    ]);
  });

  it('are given as far as time allows, and the next page goes on from there', async () => {
    const names: string[] = [];
    const whole: boolean[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await catalogue.list({ limit: 3, cursor, waitMs: 0 });
      names.push(...page.data.map(({ metric }) => metric.name));
      whole.push(page.complete);
      expect(page.pagination.hasMore).toBe(page.pagination.nextCursor !== null);
      if (page.pagination.nextCursor === null) break;
      cursor = page.pagination.nextCursor;
    }
    expect(names).toEqual(['duration', 'latency', 'queue.length', 'requests', 'size']);
    // Each page has time for one; the last of them is all that is left.
    expect(whole).toEqual([false, false, false, false, true]);
    expect((await catalogue.list({ limit: 3 })).complete).toBe(true);
    const nobody = new AbortController();
    nobody.abort(new Error('nobody waits'));
    await expect(catalogue.list({}, nobody.signal)).rejects.toThrow('nobody waits');
  });

  it('of a gauge are grouped and filtered', async () => {
    const groups = async (query: object) => (await ask('queue.length', query)).groups;
    expect(await groups({ aggregate: 'max', groupBy: 'host' })).toMatchObject([
      { labels: { host: 'b' }, series: 1, values: MINUTES.map((_, i) => 10 + i) },
      { labels: { host: 'a' }, series: 1, values: MINUTES.map((_, i) => i) },
    ]);
    expect(await groups({ aggregate: 'sum' })).toMatchObject([
      { labels: {}, series: 2, values: MINUTES.map((_, i) => 10 + 2 * i) },
    ]);
    expect(await groups({ aggregate: 'avg', filter: 'host!=a resource.zone=eu' })).toMatchObject([{ series: 1 }]);
    expect(await groups({ groupBy: 'resource.zone,service' })).toMatchObject([
      { labels: { 'resource.zone': 'eu', service: 'shop' } },
    ]);
    expect(await groups({ filter: 'host=c' })).toEqual([]);
  });

  it('of a counter that restarted add up to what was counted', async () => {
    const { groups, resets, notes, exemplars, exemplarCount } = await ask('requests', { aggregate: 'increase' });
    expect(groups[0]?.values.slice(0, 9)).toEqual(MINUTES.slice(0, 9).map(() => 60));
    expect(resets).toBe(1);
    expect(notes.join()).toContain('restarted once');
    expect(exemplarCount).toBe(10);
    expect(exemplars[0]).toMatchObject({ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), value: 1 });
    expect((await ask('requests')).groups[0]?.values.slice(0, 9)).toEqual(MINUTES.slice(0, 9).map(() => 1));
    expect((await ask('requests')).unit).toBe('{request}/s');
  });

  it('of histograms are percentiles with their bounds, and a heatmap', async () => {
    const { groups, estimated, notes } = await ask('duration', { aggregate: 'p95', groupBy: 'method' });
    expect(estimated).toBe(true);
    expect(notes[0]).toContain('Estimated from histogram buckets');
    expect(groups[0]?.labels).toEqual({ method: 'PUT' });
    expect(groups[0]?.values[3]).toBeCloseTo(0.975, 9);
    expect(groups[0]?.bounds?.[3]).toEqual({ low: 0.5, high: 1 });
    expect(groups[1]?.values[3]).toBeCloseTo(0.75, 9);
    expect((await ask('duration', { aggregate: 'avg' })).groups[0]?.values[3]).toBeCloseTo(0.5, 9);
    const { heatmap } = await ask('duration', { aggregate: 'heatmap' });
    expect(heatmap?.rows).toEqual([
      { low: null, high: 0.5 },
      { low: 0.5, high: 1 },
    ]);
    expect(heatmap?.counts[3]).toEqual([9, 11]);
  });

  it('of exponential histograms are merged over their scales', async () => {
    const { groups } = await ask('size', { aggregate: 'p50', stepSeconds: 600 });
    expect(groups[0]?.bounds?.[0]).toEqual({ low: 16, high: 32 });
    const counts = (await ask('size', { aggregate: 'count', stepSeconds: 600 })).groups[0]?.values ?? [];
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBeCloseTo(36, 6);
  });

  it('of summaries are the quantiles of each series, never put together', async () => {
    const { groups, notes } = await ask('latency', { aggregate: 'p50' });
    expect(groups.map(({ labels, values }) => [labels.host, values[0]])).toEqual([
      ['b', 11],
      ['a', 9],
    ]);
    expect(notes.join()).toContain('cannot be combined');
  });

  it('say what was left out', async () => {
    const { metric } = await ask('queue.length');
    const limits = { series: 100, points: 7, steps: 60 };
    const part = await series.answer(metric, range, limits);
    expect(part).toMatchObject({
      truncated: true,
      coverage: { series: 2, seriesRead: 1, pointsRead: 7, groupsAtLeast: true },
    });
    const one = await series.answer(metric, { ...range, groupBy: 'host', limit: 1 }, { ...limits, points: 100 });
    expect(one).toMatchObject({ truncated: true, groups: [{}], coverage: { groups: 2 } });
    expect((await ask('queue.length')).truncated).toBe(false);
  });

  it('refuse what they do not have', async () => {
    await expect(ask('queue.length', { aggregate: 'heatmap' })).rejects.toThrow(/has no heatmap/);
    await expect(ask('queue.length', { filter: 'host' })).rejects.toThrow(/not understood/);
    await expect(ask('queue.length', { stepSeconds: 1, from: '2020-01-01T00:00:00Z' })).rejects.toThrow(/At most 2000/);
    await expect(series.read(999_999, {})).rejects.toThrow(/no such metric/);
  });

  it('says how many values are NaN or infinite, and leaves them out', async () => {
    const { sql, drop } = await databases.create();
    const dataPoints = [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 5].map((value, i) => ({
      ...times(60 * i),
      asDouble: Number.isFinite(value) ? value : String(value),
    }));
    await new StoreWriter(sql, 1, deflateCodec).append([request([{ name: 'odd', gauge: { dataPoints } }], 9)]);
    const reader = new MetricSeriesReader(sql, 1);
    const [entry] = (await new MetricCatalogueReader(sql, 1, reader).list({})).data;
    const answer = await reader.read(entry?.metric.id ?? 0, { ...range, stepSeconds: 60, aggregate: 'max' });
    expect(answer.groups[0]?.values.slice(0, 5)).toEqual([1, null, 3, null, 5]);
    expect(answer.notes).toContainEqual(expect.stringMatching(/^2 points are NaN or infinite/));
    const one = await reader.read(entry?.metric.id ?? 0, { ...range, to: String(at(120)), stepSeconds: 60 });
    expect(one.notes).toContainEqual(expect.stringMatching(/^One point is NaN or infinite/));
    await drop();
  });

  it('reads each point once, however many share a moment', async () => {
    const { sql, drop } = await databases.create();
    // More than a statement reads, in two series, ten of each moment.
    const dataPoints = ['a', 'b'].flatMap((host) =>
      Array.from({ length: 25_005 }, (_, i) => ({
        timeUnixNano: String(START + BigInt(Math.floor(i / 10)) * 10_000_000n),
        asInt: '1',
        attributes: attributes({ host }),
      })),
    );
    await new StoreWriter(sql, 1, deflateCodec).append([request([{ name: 'many', gauge: { dataPoints } }], 8)]);
    const reader = new MetricSeriesReader(sql, 1);
    const [entry] = (await new MetricCatalogueReader(sql, 1, reader).list({})).data;
    const query = {
      from: String(START),
      to: String(at(60)),
      stepSeconds: 60,
      aggregate: 'count',
      groupBy: 'host',
    } as const;
    const answer = await reader.read(entry?.metric.id ?? 0, query);
    expect(answer.coverage).toMatchObject({ pointsRead: 50_010, seriesRead: 2 });
    expect(answer.groups.map(({ values }) => values)).toEqual([[25_005], [25_005]]);
    expect(answer.truncated).toBe(false);
    await drop();
  });

  it.skipIf(caseFile('03-otel-demo-capture-mixed') === null)(
    'of a real capture add up to what its points say',
    async () => {
      const { sql, drop } = await databases.create();
      await migrate(sql, deflateCodec);
      const writer = new StoreWriter(sql, 1, deflateCodec);
      let digest = 0;
      const counted = new Map<string, number>();
      let points = 0;
      const file = `${caseFile('03-otel-demo-capture-mixed')}/otel-demo-mixed-signals.jsonl`;
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const json = JSON.parse(line) as { resourceMetrics?: RawResource[] };
        if (!json.resourceMetrics) continue;
        digest++;
        const { batch } = decodeMetrics(protobufFromMetricsJson(json), Uint8Array.of(digest & 255, digest >> 8));
        await writer.append([batch]);
        for (const { scopeMetrics } of json.resourceMetrics)
          for (const { metrics } of scopeMetrics)
            for (const metric of metrics) {
              const data =
                metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary;
              counted.set(metric.name, (counted.get(metric.name) ?? 0) + (data?.dataPoints.length ?? 0));
              points += data?.dataPoints.length ?? 0;
            }
      }
      const reader = new MetricSeriesReader(sql, 1);
      const list = new MetricCatalogueReader(sql, 1, reader);
      const read = new Map<string, number>();
      let cursor: string | undefined;
      do {
        const page = await list.list({ limit: 100, cursor });
        for (const { metric, aggregates } of page.data) {
          for (const aggregate of AGGREGATES.filter((one) => aggregates.includes(one))) {
            const answer = await reader.read(metric.id, { aggregate, limit: 100 });
            if (aggregate === aggregates[0])
              read.set(metric.name, (read.get(metric.name) ?? 0) + answer.coverage.pointsRead);
            for (const { values, bounds } of answer.groups)
              for (const [i, value] of values.entries()) {
                const { low, high } = bounds?.[i] ?? { low: null, high: null };
                if (value !== null && low !== null) expect(value).toBeGreaterThanOrEqual(low);
                if (value !== null && high !== null) expect(value).toBeLessThanOrEqual(high);
              }
          }
        }
        cursor = page.pagination.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect([...read].sort()).toEqual([...counted].sort());
      expect([...read.values()].reduce((a, b) => a + b, 0)).toBe(points);
      await drop();
    },
  );
});

interface RawData {
  readonly dataPoints: readonly object[];
}
interface RawResource {
  readonly scopeMetrics: readonly {
    readonly metrics: readonly ({ readonly name: string } & Readonly<
      Partial<Record<'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary', RawData>>
    >)[];
  }[];
}
