/** What there is to ask about. */
import { z } from 'zod';
import { formatBytes, formatCount, plural } from '../../../../core/model/format';
import { addFrom } from '../counted-list';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const LIST = 300;

export const listAttributes = tool({
  name: 'list_attributes',
  title: 'List attributes',
  description:
    'Keys of span and resource attributes as TraceQL writes them, the most frequent first; with key: its most frequent values. Use it before you write TraceQL.',
  uses: ['listAttributes', 'listAttributeValues'],
  input: {
    key: z.string().min(1).max(2_000).optional().describe('Such as span.http.route'),
    query: z.string().max(500).optional().describe('Only keys or values that contain this'),
    ...RANGE,
  },
  item: { name: z.string(), spans: z.number(), values: z.number().optional() },
  async run(asked, { key, query, from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const request = { query, ...rangeOf({ from, to }), limit: LIST };
    const link = asked.links.screen('traces');
    if (key !== undefined) {
      const { data, pagination } = await asked.api.listAttributeValues(key, request);
      answer.say(`${plural(data.length, 'value')} of ${quoted(key, 120)}`);
      const left = addFrom(paper, data, at, ({ value, spanCount }) => [
        `- ${quoted(value, 150)} ${plural(spanCount, 'span')}`,
        { name: bounded(value, 150), spans: spanCount },
      ]);
      return answer.end({
        cursor: left,
        partial: pagination.hasMore ? `only the ${LIST} most frequent values; narrow with query.` : null,
        link,
      });
    }
    const { data, pagination } = await asked.api.listAttributes(request);
    answer.say(`${plural(data.length, 'key')}`);
    const left = addFrom(paper, data, at, ({ key: name, valueCount, spanCount }) => [
      `- ${quoted(name, 120)} ${plural(valueCount, 'value')}, ${plural(spanCount, 'span')}`,
      { name: bounded(name, 120), spans: spanCount, values: valueCount },
    ]);
    return answer.end({
      cursor: left,
      partial: pagination.hasMore ? `only the ${LIST} most frequent keys; narrow with query.` : null,
      link,
    });
  },
});

export const getStatus = tool({
  name: 'get_status',
  title: 'Status of Spoor',
  description:
    'What is stored, where programs send OTLP to, what was refused and what stands in the way. Ask it when nothing is found.',
  uses: ['status'],
  input: {},
  facts: {
    version: z.string(),
    store: z.string(),
    traces: z.number().nullable(),
    spans: z.number().nullable(),
    logs: z.number().nullable(),
    metricPoints: z.number().nullable(),
    otlpHttp: z.string(),
    otlpGrpc: z.string(),
  },
  item: { problem: z.string() },
  async run(asked, { cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const status = await asked.api.status();
    const count = (value: number | null): string => (value === null ? 'not known yet' : formatCount(value));
    const { traces, spans, logs, metricPoints } = status.counts;
    const receiver = (one: typeof status.otlpHttp): string =>
      one.state === 'listening' ? `${one.host}:${one.port}` : one.state === 'failed' ? 'not received' : 'starting';
    const [otlpHttp, otlpGrpc] = [receiver(status.otlpHttp), receiver(status.otlpGrpc)];
    answer.say(
      `Spoor ${status.version}, store ${status.store.state}: ${count(traces)} traces, ${count(spans)} spans, ${count(logs)} log records, ${count(metricPoints)} metric points${status.bytesOnDisk === null ? '' : `, ${formatBytes(status.bytesOnDisk)} on disk`}. OTLP/HTTP ${otlpHttp}, OTLP/gRPC ${otlpGrpc}.`,
      { version: status.version, store: status.store.state, traces, spans, logs, metricPoints, otlpHttp, otlpGrpc },
    );
    const problems = [];
    if ('message' in status.store) problems.push(status.store.message);
    for (const one of [status.otlpHttp, status.otlpGrpc]) if (one.state === 'failed') problems.push(one.message);
    if (status.disk.full) problems.push('The disk is full: new records are refused until there is room.');
    if (status.refused.requests > 0)
      problems.push(`${plural(status.refused.requests, 'export request')} were refused since the start.`);
    const left = addFrom(paper, problems, at, (problem) => [
      `- ${quoted(problem, 300)}`,
      { problem: bounded(problem, 300) },
    ]);
    return answer.end({ cursor: left, link: asked.links.screen('home') });
  },
});
