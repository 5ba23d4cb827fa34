/** Logs and metrics. */
import { z } from 'zod';
import type { LogRecord, MetricPoint, MetricSummary } from '../../../../core/api/telemetry';
import { SpoorError } from '../../../../core/model/errors';
import { plural } from '../../../../core/model/format';
import { plainAttributes } from '../../../../core/model/json-types';
import { nsFromText, rfc3339FromNs } from '../../../../core/model/time';
import { shortTime } from '../figures';
import { addPage, searchDoubt } from '../paged-list';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf, timeOf } from '../range';
import { tool } from '../tool';
import { SPAN, spanNamed, TRACE, traceNamed } from '../trace-named';

const LOG_BYTES = 420;
const METRIC_BYTES = 330;
const OVERHEAD_BYTES = 560;
const MOST_ROWS = 60;
const AROUND_MS = 60_000;
const NS_PER_MS = 1_000_000n;
const POINTS = 100;
const WAIT_MS = 10_000;

export const searchLogs = tool({
  name: 'search_logs',
  title: 'Search logs',
  description:
    'Log records, newest first: by words of the message, service:NAME, status:error; of a trace or one span; or around a point in time (a minute before and after). Each names its trace and span where it has one.',
  uses: ['listTraces', 'listLogs', 'getSpan'],
  input: {
    query: z.string().max(2_000).optional(),
    traceId: TRACE.optional(),
    spanId: SPAN.optional().describe(
      'With traceId: the time of this span, and a minute before and after, all traces of its service',
    ),
    around: z.string().max(64).optional().describe('RFC 3339'),
    ...RANGE,
  },
  item: {
    time: z.string(),
    severity: z.string(),
    service: z.string(),
    message: z.string(),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
  },
  async run(asked, { query, traceId: named, spanId, around, from, to, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const limit = Math.max(1, Math.min(MOST_ROWS, Math.floor((maxBytes - OVERHEAD_BYTES) / LOG_BYTES)));
    const traceId = named === undefined ? undefined : await traceNamed(asked, named);
    const range = rangeOf({ from, to });
    const request = { query, traceId, ...range, limit, cursor: cursors.place(cursor), waitMs: WAIT_MS };
    if (spanId !== undefined) {
      if (traceId === undefined) throw new SpoorError('VALIDATION_ERROR', 'spanId: give traceId as well.');
      const span = await asked.api.getSpan(traceId, spanNamed(spanId));
      Object.assign(request, {
        traceId: undefined,
        from: moved(span.startTime, -AROUND_MS),
        to: moved(span.endTime ?? span.startTime, AROUND_MS),
        query: [query?.trim() ? `(${query})` : '', `service=${JSON.stringify(span.service)}`]
          .filter(Boolean)
          .join(' AND '),
      });
    } else if (around !== undefined) {
      Object.assign(request, { from: moved(around, -AROUND_MS), to: moved(around, AROUND_MS) });
    }
    const first = await asked.api.listLogs(request, asked.signal);
    if (first.data.length === 0 && first.search.complete) answer.say('No log record matches.');
    const page = await addPage(
      answer,
      first,
      (record) => [logLine(record), logItem(record)],
      (limit) => asked.api.listLogs({ ...request, limit }, asked.signal),
    );
    const { nextCursor } = page.pagination;
    return answer.end({
      cursor: nextCursor === null ? null : cursors.at(nextCursor),
      partial: searchDoubt(page.search),
      link: traceId === undefined ? asked.links.screen('logs') : asked.links.trace(traceId, spanId),
    });
  },
});

/** @throws SpoorError VALIDATION_ERROR */
function moved(time: string, ms: number): string {
  const at = nsFromText(timeOf('around', time) ?? '');
  if (at !== null) return rfc3339FromNs(at + BigInt(ms) * NS_PER_MS);
  throw new SpoorError(
    'VALIDATION_ERROR',
    'around: is empty. Write a time such as 2026-01-31T12:00:00Z, or leave it out.',
  );
}

function severityOf({ severityText, severityNumber }: LogRecord): string {
  return severityText === ''
    ? severityNumber === 0
      ? 'none'
      : `severity ${severityNumber}`
    : bounded(severityText, 16);
}

function logLine(record: LogRecord): string {
  const place =
    record.traceId === null ? '' : ` trace ${record.traceId}${record.spanId === null ? '' : ` span ${record.spanId}`}`;
  return `- ${shortTime(record.time)} ${quoted(severityOf(record), 20)} ${quoted(record.service, 36)} ${quoted(record.message || record.eventName, 220)}${place}`;
}

function logItem(record: LogRecord) {
  return {
    time: shortTime(record.time),
    severity: severityOf(record),
    service: bounded(record.service, 32),
    message: bounded(record.message || record.eventName, 170),
    ...(record.traceId === null ? {} : { traceId: record.traceId }),
    ...(record.spanId === null ? {} : { spanId: record.spanId }),
  };
}

export const listMetrics = tool({
  name: 'list_metrics',
  title: 'List metrics',
  description:
    'The catalogue of received metrics by name: kind, unit, series, services. read_metric reads the points of one.',
  uses: ['listMetrics'],
  input: { query: z.string().max(500).optional().describe('Words of the name') },
  item: {
    metricId: z.number(),
    name: z.string(),
    kind: z.string(),
    unit: z.string(),
    series: z.number(),
    services: z.array(z.string()),
  },
  async run(asked, { query, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const limit = Math.max(1, Math.min(MOST_ROWS, Math.floor((maxBytes - OVERHEAD_BYTES) / METRIC_BYTES)));
    const request = { query, limit, cursor: cursors.place(cursor) };
    const first = await asked.api.listMetrics(request);
    if (first.data.length === 0) answer.say('No metric matches.');
    const page = await addPage(answer, first, metricTold, (limit) => asked.api.listMetrics({ ...request, limit }));
    const { nextCursor } = page.pagination;
    return answer.end({
      cursor: nextCursor === null ? null : cursors.at(nextCursor),
      link: asked.links.screen('metrics'),
    });
  },
});

function metricTold({
  id,
  name,
  kind,
  unit,
  seriesCount,
  services,
  description,
}: MetricSummary): [line: string, item: object] {
  const of = services.slice(0, 2).map((service) => quoted(service, 28));
  return [
    `- ${id} ${quoted(name, 72)} ${kind}, unit ${quoted(unit, 16)}, ${plural(seriesCount, 'series')}, of ${of.join(', ')}${description === '' ? '' : `, ${quoted(description, 64)}`}`,
    {
      metricId: id,
      name: bounded(name, 64),
      kind,
      unit: bounded(unit, 16),
      series: seriesCount,
      services: services.slice(0, 2).map((service) => bounded(service, 28)),
    },
  ];
}

export const readMetric = tool({
  name: 'read_metric',
  title: 'Read a metric',
  description:
    'The newest points of a metric, of all its series, with their attributes. metricId is from list_metrics.',
  uses: ['listMetricPoints'],
  input: { metricId: z.number().int().min(1).max(0x7fff_ffff), ...RANGE },
  item: { time: z.string(), service: z.string(), attributes: z.string(), value: z.string() },
  async run(asked, { metricId, from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const [place, skip = '0'] = (cursors.place(cursor) ?? '').split('~');
    const { data, pagination } = await asked.api.listMetricPoints(metricId, {
      ...rangeOf({ from, to }),
      limit: POINTS,
      cursor: place || undefined,
    });
    if (data.length === 0) answer.say('No point in this range.');
    let told = Number(skip);
    for (; told < data.length; told++) if (!answer.add(...pointTold(data[told] as MetricPoint))) break;
    const { nextCursor } = pagination;
    const next =
      told < data.length ? cursors.at(`${place ?? ''}~${told}`) : nextCursor === null ? null : cursors.at(nextCursor);
    return answer.end({ cursor: next, link: asked.links.screen('metrics') });
  },
});

function pointTold(point: MetricPoint): [string, object] {
  const attributes = JSON.stringify(plainAttributes(point.attributes));
  const value =
    point.value === null
      ? JSON.stringify(point.fields)
      : String('asInt' in point.value ? point.value.asInt : point.value.asDouble);
  return [
    `- ${shortTime(point.time)} ${quoted(point.service, 40)} ${quoted(attributes, 120)} ${point.value === null ? quoted(value, 180) : value}`,
    {
      time: shortTime(point.time),
      service: bounded(point.service, 36),
      attributes: bounded(attributes, 100),
      value: bounded(value, 150),
    },
  ];
}
