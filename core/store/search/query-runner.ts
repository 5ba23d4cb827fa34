/** Runs TraceQL as it stands: a search gives a page of traces, a metric numbers over time. */

import type { GroupQuery, MetricResult, QueryRequest, QueryResult, SpanGroups } from '../../api/search';
import { SpoorError } from '../../model/errors';
import { rfc3339FromNs } from '../../model/time';
import { inDeployments } from '../../query/in-deployments';
import type { MathOperand, Metric, TraceqlQuery } from '../../query/traceql/ast';
import { parseTraceql } from '../../query/traceql/parse';
import { calculateSeries, inStages } from '../../query/traceql/series-stages';
import { Turns } from '../../query/traceql/turns';
import type { SqlClient } from '../sql/sql-client';
import type { TimeRange } from './block-plan';
import { compareSpans } from './compare-spans';
import { groupField, groupSpans } from './group-spans';
import { type Measured, type MetricFrame, measureSpans } from './measure-spans';
import type { Searcher } from './searcher';
import type { TraceHistogram } from './trace-histogram';
import { rangeOf, type TraceList } from './trace-list';

const DEFAULT_WAIT_MS = 2_000;
const DEFAULT_STEPS = 60n;
const MAX_STEPS = 2_000n;
const MAX_INT8 = 2n ** 63n - 1n;

interface Bounds {
  from: bigint;
  to: bigint;
}

export class QueryRunner {
  constructor(
    private readonly sql: SqlClient,
    private readonly list: TraceList,
    private readonly histogram: TraceHistogram,
    private readonly searcher: Searcher,
  ) {}

  /** @param literals whether labels of a metric tell their types @throws SpoorError VALIDATION_ERROR */
  async run(request: QueryRequest, signal?: AbortSignal, literals = false): Promise<QueryResult> {
    const query = inDeployments(parseTraceql((request.query ?? '').replaceAll('\0', '')), request);
    if (!query.metrics) return { kind: 'traces', ...(await this.list.page(request, signal)) };
    return { kind: 'metrics', ...(await this.sql.snapshot(() => this.measure(query, request, signal, literals))) };
  }

  /** @param literals whether values tell their types @throws SpoorError VALIDATION_ERROR */
  async groups(query: GroupQuery, signal?: AbortSignal, literals = false): Promise<SpanGroups> {
    const turns = new Turns(signal, performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS));
    const field = groupField(query.by);
    const search = inDeployments(parseTraceql(await this.searcher.traceqlOf(query.query ?? '')), query);
    return groupSpans(this.searcher, search, field, rangeOf(query), turns, literals);
  }

  private async measure(
    query: TraceqlQuery,
    request: QueryRequest,
    signal: AbortSignal | undefined,
    literals: boolean,
  ): Promise<MetricResult> {
    const turns = new Turns(signal, performance.now() + (request.waitMs ?? DEFAULT_WAIT_MS));
    const { metrics } = query;
    const asked = rangeOf(request);
    const bounds = await this.histogram.bounds(asked);
    const last = asked.to === null ? await this.searcher.lastStart() : null;
    if (last !== null && last >= bounds.to) bounds.to = last + 1n;
    // A comparison counts over the whole range.
    const wholeNs = Number(bounds.to > bounds.from ? bounds.to - bounds.from : 1n);
    const isWhole = metrics?.kind === 'compare';
    const range = isWhole ? bounds : inWholeSteps(bounds, asked, request.stepNs);
    const step = isWhole ? wholeNs : (request.stepNs ?? defaultStep(bounds, asked));
    const frame = { ...frameOf(range, step, turns), literals };
    const measured = await this.measured(query, frame, query.series.length > 0);
    return {
      from: rfc3339FromNs(frame.range.from),
      to: rfc3339FromNs(frame.range.to),
      stepNs: Number(frame.stepNs),
      unit: unitOf(query),
      ...measured,
    };
  }

  /** @param isWhole whether one goes on with the values, so that a count is 0 where there is no span */
  private async measured(query: TraceqlQuery, frame: MetricFrame, isWhole: boolean): Promise<Measured> {
    const { metrics, series: stages } = query;
    if (metrics?.kind === 'compare') return compareSpans(this.searcher, query, metrics, frame);
    if (metrics?.kind !== 'math') {
      const { series, complete } = await measureSpans(this.searcher, query, metrics as Metric, frame, isWhole);
      return { series: inStages(series, stages), complete };
    }
    const sideOf = async (operand: MathOperand): Promise<Measured | number> =>
      typeof operand === 'number' ? operand : this.measured(operand, frame, true);
    const sides = [await sideOf(metrics.left), await sideOf(metrics.right)] as const;
    const [left, right] = sides.map((side) => (typeof side === 'number' ? side : side.series));
    const series = calculateSeries(metrics.op, left ?? 0, right ?? 0);
    const complete = sides.every((side) => typeof side === 'number' || side.complete);
    return { series: inStages(series, stages), complete };
  }
}

const SECOND = 1_000_000_000n;
const DAY_S = 86_400n;
/** Seconds that people count in. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200].map(BigInt);

/** About sixty steps; where the range follows from what is stored, each is a length that people count in. */
function defaultStep({ from, to }: Bounds, asked: TimeRange): number {
  const width = to > from ? to - from : 1n;
  const least = (width + DEFAULT_STEPS - 1n) / DEFAULT_STEPS;
  if (asked.from !== null && asked.to !== null) return Number(least);
  const seconds = (least + SECOND - 1n) / SECOND;
  const step = STEPS_S.find((one) => one >= seconds) ?? ((seconds + DAY_S - 1n) / DAY_S) * DAY_S;
  return Number(step * SECOND);
}

/** The bounds that were not asked for lie where steps do, so that each step is whole. */
function inWholeSteps(bounds: Bounds, asked: TimeRange, stepNs: number | undefined): Bounds {
  if (asked.from !== null && asked.to !== null) return bounds;
  const step = BigInt(stepNs ?? defaultStep(bounds, asked));
  const wholeSteps = (from: bigint, to: bigint): bigint => (to > from ? ((to - from + step - 1n) / step) * step : step);
  if (asked.to !== null) return { from: asked.to - wholeSteps(bounds.from, asked.to), to: asked.to };
  const from = asked.from ?? bounds.from - (bounds.from % step);
  return { from, to: from + wholeSteps(from, bounds.to) };
}

/** @throws SpoorError VALIDATION_ERROR for steps too small for their range */
function frameOf(range: { from: bigint; to: bigint }, stepNs: number, turns: Turns): MetricFrame {
  const width = range.to > range.from ? range.to - range.from : 1n;
  // As a number it may have been rounded up to more than the database counts in.
  const rounded = BigInt(stepNs);
  const step = rounded > MAX_INT8 ? MAX_INT8 : rounded;
  const steps = (width + step - 1n) / step;
  if (steps > MAX_STEPS) {
    throw new SpoorError('VALIDATION_ERROR', `The range has ${steps} steps, and at most ${MAX_STEPS} are counted.`, [
      { field: 'stepNs', code: 'too_small', message: 'use a longer step or a shorter range' },
    ]);
  }
  return { range, stepNs: step, steps: Number(steps), turns };
}

function unitOf({ metrics }: TraceqlQuery): MetricResult['unit'] {
  if (metrics?.kind !== 'math') return metrics?.kind === 'metric' ? unitOfMetric(metrics) : 'count';
  const [left, right] = [metrics.left, metrics.right].map((side) => (typeof side === 'number' ? null : unitOf(side)));
  if (left === null || right === null) {
    // A part of a number is in no unit of ours.
    return metrics.op === '/' && left === null ? 'attribute' : (left ?? right ?? 'attribute');
  }
  return left === right && (metrics.op === '+' || metrics.op === '-') ? (left ?? 'attribute') : 'attribute';
}

function unitOfMetric({ name, of }: Metric): MetricResult['unit'] {
  if (name === 'rate') return 'per second';
  if (name === 'count_over_time' || name === 'histogram_over_time') return 'count';
  const isTime = of?.kind === 'intrinsic' && (of.name === 'span:duration' || of.name === 'trace:duration');
  return isTime ? 'ns' : 'attribute';
}
