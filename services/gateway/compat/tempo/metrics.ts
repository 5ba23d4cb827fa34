/** Metrics of TraceQL over time, or over the whole range. */
import type { MetricSeries } from '../../../../core/api/search';
import { rfc3339FromNs } from '../../../../core/model/time';
import { parseTraceql } from '../../../../core/query/traceql/parse';
import { goDuration, integerParameter, invalid, MAX_NS, textParameter, timeParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { exemplarsOf } from './exemplars';
import { type MetricShape, metricShape, tempoLabels } from './metric-labels';

const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;
const SINCE = 3_600n * NS_PER_S;
const WAIT_MS = 20_000;
/** Tempo's steps where none is given: about 240 of them, of lengths that people count in. */
const STEPS = 240n;
const LENGTHS = [3_600n, 300n, 60n, 15n, 5n, 1n].map((seconds) => seconds * NS_PER_S);
/** More of them say nothing. */
const MAX_EXEMPLARS = 100;

interface Bounds {
  readonly from: bigint;
  readonly to: bigint;
}

export async function queryRange(source: CompatSource, asked: Asked): Promise<Answered> {
  const { query, signal } = asked;
  const traceql = queryOf(query);
  const bounds = boundsOf(asked);
  const step = stepOf(query, bounds);
  // Where steps lie does not depend on when somebody asks; the first is whole.
  const from = bounds.from - (bounds.from % step) - (bounds.from > step ? step : 0n);
  const end = bounds.to + ((step - (bounds.to % step)) % step);
  const to = end > MAX_NS ? MAX_NS : end;
  const { series, shape, partial } = await measured(source, traceql, { from, to }, step, signal);
  const wanted = Math.min(integerParameter(query, 'exemplars') ?? 0, MAX_EXEMPLARS);
  const exemplars = wanted > 0 ? await exemplarsOf(source, shape, bounds, wanted, signal) : [];
  return json({
    series: series.map((one) => ({
      labels: tempoLabels(one.labels, shape),
      samples: one.values.flatMap((value, i) =>
        value === null
          ? []
          : [{ timestampMs: String((from + BigInt(i + 1) * step) / NS_PER_MS), value: shape.scale(value) }],
      ),
      exemplars: exemplars.filter(({ isOf }) => isOf(one)).map(({ exemplar }) => exemplar),
    })),
    metrics: { totalJobs: 1, completedJobs: partial === null ? 1 : 0 },
    ...(partial === null ? {} : { status: 'PARTIAL', message: partial }),
  });
}

/** One number of each series. */
export async function queryInstant(source: CompatSource, asked: Asked): Promise<Answered> {
  const traceql = queryOf(asked.query);
  const bounds = boundsOf(asked);
  const { series, shape, partial } = await measured(source, traceql, bounds, bounds.to - bounds.from, asked.signal);
  return json({
    series: series.flatMap(({ labels, values: [value] }) =>
      value === null || value === undefined ? [] : [{ labels: tempoLabels(labels, shape), value: shape.scale(value) }],
    ),
    metrics: { totalJobs: 1, completedJobs: partial === null ? 1 : 0 },
    ...(partial === null ? {} : { status: 'PARTIAL', message: partial }),
  });
}

async function measured(
  { store }: CompatSource,
  traceql: string,
  { from, to }: Bounds,
  step: bigint,
  signal: AbortSignal,
): Promise<{ series: readonly MetricSeries[]; shape: MetricShape; partial: string | null }> {
  const parsed = parseTraceql(traceql);
  if (!parsed.metrics) throw invalid('invalid TraceQL query: not a metrics query, such as { } | rate()');
  const result = await store.measureTyped(
    { query: traceql, from: rfc3339FromNs(from), to: rfc3339FromNs(to), stepNs: Number(step), waitMs: WAIT_MS },
    signal,
  );
  if (result.kind !== 'metrics') throw invalid('invalid TraceQL query: not a metrics query');
  const partial = result.complete ? null : 'Spoor had no time to count all spans of the range; ask for a shorter one.';
  return { series: result.series, shape: metricShape(parsed, result.unit), partial };
}

function queryOf(query: URLSearchParams): string {
  const text = textParameter(query, 'q') ?? textParameter(query, 'query');
  if (text === null) throw invalid('invalid TraceQL query: q is empty');
  return text;
}

function boundsOf({ query, nowMs }: Asked): Bounds {
  const now = BigInt(nowMs) * NS_PER_MS;
  const said = textParameter(query, 'since');
  const since = said === null ? SINCE : sinceOf(said);
  const to = timeParameter(query, 'end') ?? now;
  const start = timeParameter(query, 'start') ?? (to < now ? to : now) - since;
  const from = start < 0n ? 0n : start;
  if (to <= from) throw invalid('end must be greater than start');
  return { from, to };
}

function sinceOf(text: string): bigint {
  const days = /^(\d{1,5})([dw])$/.exec(text);
  const ns = days ? BigInt(days[1] ?? 0) * (days[2] === 'w' ? 7n : 1n) * 86_400n * NS_PER_S : goDuration(text);
  if (ns === null || ns <= 0n) throw invalid(`could not parse 'since' parameter: "${text.slice(0, 40)}"`);
  return ns;
}

/** `15s`, or seconds. */
function stepOf(query: URLSearchParams, { from, to }: Bounds): bigint {
  const text = textParameter(query, 'step');
  if (text === null) return defaultStep(to - from);
  const seconds = /^-?\d{1,12}(\.\d+)?$/.test(text) ? BigInt(Math.round(Number(text) * 1e9)) : goDuration(text);
  if (seconds === null) throw invalid(`cannot parse "${text.slice(0, 40)}" to a valid duration`);
  if (seconds < 0n) throw invalid(`cannot parse "${text.slice(0, 40)}": step must be positive`);
  return seconds === 0n ? defaultStep(to - from) : seconds;
}

function defaultStep(width: bigint): bigint {
  const baseline = width / STEPS;
  const length = LENGTHS.find((one) => baseline > one);
  return length === undefined ? NS_PER_S : (baseline / length) * length;
}
