/** Runs TraceQL as it stands: a search gives a page of traces, a metric numbers over time. */

import type { GroupQuery, MetricResult, QueryRequest, QueryResult, SpanGroups } from '../../api/search';
import { SpoorError } from '../../model/errors';
import { rfc3339FromNs } from '../../model/time';
import { inDeployments } from '../../query/in-deployments';
import { traceqlOf } from '../../query/plain-search';
import type { Metric, TraceqlQuery } from '../../query/traceql/ast';
import { parseTraceql } from '../../query/traceql/parse';
import { Turns } from '../../query/traceql/turns';
import type { SqlClient } from '../sql/sql-client';
import { compareSpans } from './compare-spans';
import { groupField, groupSpans } from './group-spans';
import { type MetricFrame, measureSpans } from './measure-spans';
import type { Searcher } from './searcher';
import type { TraceHistogram } from './trace-histogram';
import { rangeOf, type TraceList } from './trace-list';

const DEFAULT_WAIT_MS = 2_000;
const DEFAULT_STEPS = 60n;
const MAX_STEPS = 2_000n;

export class QueryRunner {
  constructor(
    private readonly sql: SqlClient,
    private readonly list: TraceList,
    private readonly histogram: TraceHistogram,
    private readonly searcher: Searcher,
  ) {}

  /** @throws SpoorError VALIDATION_ERROR */
  async run(request: QueryRequest, signal?: AbortSignal): Promise<QueryResult> {
    const query = inDeployments(parseTraceql((request.query ?? '').replaceAll('\0', '')), request);
    if (!query.metrics) return { kind: 'traces', ...(await this.list.page(request, signal)) };
    return { kind: 'metrics', ...(await this.sql.snapshot(() => this.measure(query, request, signal))) };
  }

  /** @throws SpoorError VALIDATION_ERROR */
  async groups(query: GroupQuery, signal?: AbortSignal): Promise<SpanGroups> {
    const turns = new Turns(signal, performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS));
    const field = groupField(query.by);
    const search = inDeployments(parseTraceql(traceqlOf(query.query ?? '')), query);
    return groupSpans(this.searcher, search, field, rangeOf(query), turns);
  }

  private async measure(
    query: TraceqlQuery,
    request: QueryRequest,
    signal: AbortSignal | undefined,
  ): Promise<MetricResult> {
    const turns = new Turns(signal, performance.now() + (request.waitMs ?? DEFAULT_WAIT_MS));
    const { metrics } = query;
    const bounds = await this.histogram.bounds(rangeOf(request));
    // A comparison counts over the whole range.
    const wholeNs = Number(bounds.to > bounds.from ? bounds.to - bounds.from : 1n);
    const frame = frameOf(bounds, metrics?.kind === 'compare' ? wholeNs : request.stepNs, turns);
    const measured =
      metrics?.kind === 'compare'
        ? await compareSpans(this.searcher, query, metrics, frame)
        : await measureSpans(this.searcher, query, metrics as Metric, frame);
    return {
      from: rfc3339FromNs(frame.range.from),
      to: rfc3339FromNs(frame.range.to),
      stepNs: Number(frame.stepNs),
      unit: metrics?.kind === 'metric' ? unitOf(metrics) : 'count',
      ...measured,
    };
  }
}

/** @throws SpoorError VALIDATION_ERROR for steps too small for their range */
function frameOf(range: { from: bigint; to: bigint }, stepNs: number | undefined, turns: Turns): MetricFrame {
  const width = range.to > range.from ? range.to - range.from : 1n;
  const step = stepNs === undefined ? (width + DEFAULT_STEPS - 1n) / DEFAULT_STEPS : BigInt(stepNs);
  const steps = (width + step - 1n) / step;
  if (steps > MAX_STEPS) {
    throw new SpoorError('VALIDATION_ERROR', `The range has ${steps} steps, and at most ${MAX_STEPS} are counted.`, [
      { field: 'stepNs', code: 'too_small', message: 'use a longer step or a shorter range' },
    ]);
  }
  return { range, stepNs: step, steps: Number(steps), turns };
}

function unitOf({ name, of }: Metric): MetricResult['unit'] {
  if (name === 'rate') return 'per second';
  if (name === 'count_over_time' || name === 'histogram_over_time') return 'count';
  const isTime = of?.kind === 'intrinsic' && (of.name === 'span:duration' || of.name === 'trace:duration');
  return isTime ? 'ns' : 'attribute';
}
