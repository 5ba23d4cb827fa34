/** Answers what a metric was over time: finds its series, reads their points, and evaluates an aggregate of them. */
import type { MetricExemplar, MetricGroup, MetricSeriesAnswer, MetricSeriesQuery } from '../../api/metrics';
import type { MetricSummary } from '../../api/telemetry';
import { type Aggregate, aggregatesOf, quantileIn, unitOf } from '../../metrics/aggregates';
import { addDistributions, type Distribution } from '../../metrics/distribution';
import { MetricEvaluation } from '../../metrics/evaluate';
import { heatmapOf } from '../../metrics/heatmap';
import { type MetricFacts, notesOn } from '../../metrics/notes';
import type { ReadPoint } from '../../metrics/read-point';
import { readFilter } from '../../metrics/series-filter';
import { SpoorError } from '../../model/errors';
import { nsFromMs, rfc3339FromNs } from '../../model/time';
import { decodeRows } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { eachSeries, endsOf } from './metric-points';
import { METRIC_COLUMNS, METRIC_ROW, metricOf } from './metric-rows';
import { allLabels, attributesOf, type LabelledSeries, labelOf, listSeries } from './metric-series-list';

export interface MetricLimits {
  readonly points: number;
  readonly series: number;
  readonly steps: number;
}

/** Series whose first and newest points tell the range, where none is given. */
const SERIES_OF_ENDS = 1_000;
const LIMITS: MetricLimits = { points: 1_000_000, series: 100_000, steps: 120 };
const MOST_STEPS = 2_000;
const HOUR_NS = 3_600_000_000_000n;
const MOST_KEYS = 4;
const GROUPS = 20;
const EXEMPLARS = 300;
/** How far before the range the points are read that increases in it begin at, and values in it stand since. */
const LEAST_BEFORE_NS = 600_000_000_000n;
const STEP_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];

interface Range {
  readonly fromNs: bigint;
  readonly stepNs: bigint;
  readonly count: number;
}

export class MetricSeriesReader {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws SpoorError NOT_FOUND, VALIDATION_ERROR */
  async read(metricId: number, query: MetricSeriesQuery): Promise<MetricSeriesAnswer> {
    return this.answer(await this.metric(metricId), query, LIMITS);
  }

  /** @throws SpoorError VALIDATION_ERROR */
  async answer(metric: MetricSummary, query: MetricSeriesQuery, limits: MetricLimits): Promise<MetricSeriesAnswer> {
    const aggregates = aggregatesOf(metric);
    const aggregate = query.aggregate ?? (aggregates[0] as Aggregate);
    if (!aggregates.includes(aggregate))
      throw invalid('aggregate', `A ${metric.kind} has no ${aggregate}. It has ${aggregates.join(', ')}.`);
    const groupBy = keysOf(query.groupBy);
    const all = await listSeries(this.sql, this.workspaceId, metric.id, {
      terms: readFilter(query.filter ?? ''),
      keys: groupBy,
    });
    const range = await this.range(all, query, limits.steps);
    // Quantiles of a summary cannot be put together: each series stands for itself.
    const apart = metric.kind === 'summary' && quantileIn(aggregate) !== null;
    const groups = new Map<string, Record<string, string>>();
    const keyOf = (series: LabelledSeries): string => {
      const labels = apart ? allLabels(series) : Object.fromEntries(groupBy.map((key) => [key, labelOf(series, key)]));
      const key = JSON.stringify(labels);
      if (!groups.has(key)) groups.set(key, labels);
      return key;
    };
    const byId = new Map(all.slice(0, limits.series).map((series) => [series.id, keyOf(series)]));
    const steps = { count: range.count, stepNs: Number(range.stepNs) };
    const beforeNs = 2n * range.stepNs > LEAST_BEFORE_NS ? 2n * range.stepNs : LEAST_BEFORE_NS;
    const toNs = range.fromNs + range.stepNs * BigInt(range.count);
    const evaluation = new MetricEvaluation({ shape: metric, aggregate, steps, readFromNs: -Number(beforeNs) });
    const exemplars = new NewestExemplars(range.fromNs, toNs);
    const read = await eachSeries(
      this.sql,
      this.workspaceId,
      metric.kind,
      [...byId.keys()],
      { fromNs: range.fromNs - beforeNs, toNs, originNs: range.fromNs, mostPoints: limits.points },
      (id, points) => {
        const group = byId.get(id) as string;
        evaluation.addSeries(group, points);
        exemplars.add(points, groups.get(group) ?? {});
      },
    );
    const results = evaluation.result();
    const distributions = aggregate === 'heatmap' ? results.map(({ tally }) => tally.distributionsByStep()) : [];
    const shown = results
      .map(
        ({ group, series, values: { values, bounds } }): MetricGroup => ({
          labels: groups.get(group) ?? {},
          series,
          values,
          bounds: bounds?.map((pair) => pair && { low: finite(pair[0]), high: finite(pair[1]) }) ?? null,
        }),
      )
      .filter(({ values }) => aggregate === 'heatmap' || values.some((value) => value !== null))
      .sort((a, b) => meanOf(b) - meanOf(a) || (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
    const listed = aggregate === 'heatmap' ? [] : shown.slice(0, query.limit ?? GROUPS);
    const facts: MetricFacts = {
      metric,
      aggregate,
      apart,
      resets: evaluation.resets,
      withoutBuckets: evaluation.withoutBuckets,
      notFinite: evaluation.notFinite,
    };
    return {
      metric,
      aggregate,
      aggregates,
      unit: unitOf(metric, aggregate),
      from: rfc3339FromNs(range.fromNs),
      to: rfc3339FromNs(toNs),
      stepNs: Number(range.stepNs),
      groupBy,
      attributes: attributesOf(all),
      groups: listed,
      heatmap: aggregate === 'heatmap' ? heatmapOf(merged(distributions, range.count)) : null,
      exemplars: exemplars.newest,
      exemplarCount: exemplars.count,
      resets: evaluation.resets,
      estimated: listed.some(({ bounds }) => bounds !== null),
      notes: notesOn(facts),
      coverage: {
        series: all.length,
        seriesRead: read.truncated ? read.series : byId.size,
        pointsRead: read.points,
        groups: shown.length,
        groupsAtLeast: evaluation.overflowed || read.truncated,
      },
      truncated:
        read.truncated ||
        byId.size < all.length ||
        evaluation.overflowed ||
        all.length >= LIMITS.series ||
        (aggregate !== 'heatmap' && listed.length < shown.length),
    };
  }

  private async metric(metricId: number): Promise<MetricSummary> {
    const rows = await this.sql.query(
      `select ${METRIC_COLUMNS} from metric m where m.workspace_id = $1 and m.id = $2`,
      [this.workspaceId, metricId],
    );
    const [row] = decodeRows(METRIC_ROW, rows);
    if (!row) throw new SpoorError('NOT_FOUND', 'There is no such metric. Its points may have been pruned.');
    return metricOf(row);
  }

  private async range(all: readonly LabelledSeries[], query: MetricSeriesQuery, count: number): Promise<Range> {
    const asked = { from: timeBound('from', query.from), to: timeBound('to', query.to) };
    const ids = all.slice(0, SERIES_OF_ENDS).map(({ id }) => id);
    const ends = asked.from === null ? await endsOf(this.sql, this.workspaceId, ids) : null;
    const nowNs = nsFromMs(this.now());
    const to = asked.to ?? (ends ? ends.lastNs + 1n : nowNs);
    const first = ends && ends.firstNs < to ? ends.firstNs : to - HOUR_NS;
    const from = asked.from ?? first;
    if (to <= from) throw invalid('to', 'The range ends before it begins.');
    const stepNs = BigInt(query.stepSeconds ?? stepFor(Number(to - from) / 1e9 / count)) * 1_000_000_000n;
    const fromNs = floorTo(from, stepNs);
    const steps = Number((to - fromNs + stepNs - 1n) / stepNs);
    if (steps > MOST_STEPS)
      throw invalid(
        'stepSeconds',
        `These are ${steps} steps. At most ${MOST_STEPS} are answered; ask for longer ones.`,
      );
    return { fromNs, stepNs, count: steps };
  }
}

/** Of those in the range, as many as a chart shows. */
class NewestExemplars {
  private found: (MetricExemplar & { readonly timeNs: bigint })[] = [];
  count = 0;

  constructor(
    private readonly fromNs: bigint,
    private readonly toNs: bigint,
  ) {}

  add(points: readonly ReadPoint[], labels: MetricExemplar['labels']): void {
    for (const { exemplars } of points) {
      for (const { timeNs, value, traceId, spanId } of exemplars) {
        if (timeNs < this.fromNs || timeNs >= this.toNs) continue;
        this.count++;
        this.found.push({ timeNs, time: rfc3339FromNs(timeNs), value, traceId, spanId, labels });
      }
    }
    if (this.found.length > 4 * EXEMPLARS) this.found = this.sorted();
  }

  get newest(): MetricExemplar[] {
    return this.sorted().map(({ timeNs: _, ...exemplar }) => exemplar);
  }

  private sorted() {
    return this.found.sort((a, b) => (a.timeNs < b.timeNs ? 1 : a.timeNs > b.timeNs ? -1 : 0)).slice(0, EXEMPLARS);
  }
}

/** @throws SpoorError VALIDATION_ERROR */
function keysOf(text: string | undefined): string[] {
  const keys = [...new Set((text ?? '').split(',').map((key) => key.trim()))].filter((key) => key !== '');
  if (keys.length > MOST_KEYS) throw invalid('groupBy', `At most ${MOST_KEYS} attributes make groups.`);
  return keys;
}

function invalid(field: string, message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message, [{ field, code: 'invalid', message }]);
}

function merged(
  groups: readonly (readonly (Distribution | undefined)[])[],
  count: number,
): (Distribution | undefined)[] {
  return Array.from({ length: count }, (_, step) => {
    const [first, ...others] = groups.flatMap((group) => group[step] ?? []);
    return first && others.reduce(addDistributions, first);
  });
}

/** Of about so many seconds, and even to read. */
function stepFor(seconds: number): number {
  const days = Math.ceil(seconds / 86_400) * 86_400;
  return STEP_SECONDS.find((step) => step >= seconds) ?? days;
}

function floorTo(ns: bigint, stepNs: bigint): bigint {
  const rest = ns % stepNs;
  return ns - (rest < 0n ? rest + stepNs : rest);
}

function meanOf({ values }: MetricGroup): number {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? Number.NEGATIVE_INFINITY : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
