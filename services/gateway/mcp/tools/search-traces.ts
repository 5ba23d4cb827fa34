/** Traces that match, the best to look at first. */
import { z } from 'zod';
import type { TraceListPage, TraceMatchSummary } from '../../../../core/api/search';
import { TRACE_SORTS, type TraceListQuery } from '../../../../core/api/trace-list-query';
import { formatCost, formatDuration, formatTokens, plural } from '../../../../core/model/format';
import { dollars, msOf, shortTime } from '../figures';
import { addPage, searchDoubt } from '../paged-list';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { type Asked, tool } from '../tool';

/** What a trace takes of an answer, about. */
const ROW_BYTES = 240;
const OVERHEAD_BYTES = 560;
const MOST_ROWS = 60;
const STEP_MS = 500;
const BUDGET_MS = 15_000;

export const searchTraces = tool({
  name: 'search_traces',
  title: 'Search traces',
  description:
    'Finds traces by words or TraceQL, newest first unless sorted. Words match names, attributes, messages and prompts; add service:NAME status:error duration>200ms key:value. TraceQL such as { resource.service.name = "checkout" && status = error } finds exactly. Start here to get trace ids.',
  uses: ['listTraces'],
  input: {
    query: z.string().max(10_000).optional().describe('Words or TraceQL; empty: all traces'),
    ...RANGE,
    sort: z.enum(TRACE_SORTS).optional().describe('- is greatest first: -durationNs finds the slowest'),
    limit: z.number().int().min(1).optional().describe('Traces of one answer, as many as it has room for at most'),
  },
  facts: { traceql: z.string() },
  item: {
    traceId: z.string(),
    name: z.string(),
    service: z.string(),
    start: z.string(),
    durationMs: z.number().nullable(),
    spans: z.number(),
    errors: z.number().optional(),
    failed: z.boolean().optional(),
    incomplete: z.boolean().optional(),
    agent: z.string().optional(),
    costUsd: z.number().nullable().optional(),
    matchedSpan: z.string().optional(),
  },
  async run(asked, { query = '', from, to, sort, limit = MOST_ROWS, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const room = Math.max(1, Math.floor((maxBytes - OVERHEAD_BYTES) / ROW_BYTES));
    const rows = Math.min(limit, room, MOST_ROWS);
    const request = { query, ...rangeOf({ from, to }), sort, limit: rows, cursor: cursors.place(cursor) };
    let page = await found(asked, request);
    const { traceql, complete } = page.search;
    answer.say(`Searched ${quoted(traceql, 160)}`, { traceql: bounded(traceql, 160) });
    if (page.data.length === 0 && complete) answer.say('No trace matches.');
    page = await addPage(
      answer,
      page,
      (trace) => [lineOf(trace), itemOf(trace)],
      (limit) => found(asked, { ...request, limit }),
    );
    const { nextCursor } = page.pagination;
    return answer.end({
      cursor: nextCursor === null ? null : cursors.at(nextCursor),
      partial: searchDoubt(page.search),
      link: asked.links.search(query),
      ...(page.data[0] ? { next: 'outline_trace with a traceId' } : {}),
    });
  },
});

/** Until the page is full or time is up, telling how far it is. */
async function found({ api, signal, progress }: Asked<'listTraces'>, query: TraceListQuery): Promise<TraceListPage> {
  const untilMs = performance.now() + BUDGET_MS;
  let page = await api.listTraces({ ...query, waitMs: STEP_MS }, signal);
  while (
    !page.search.complete &&
    page.pagination.nextCursor !== null &&
    performance.now() < untilMs &&
    !signal.aborted
  ) {
    progress(page.search.progress, `looked through ${Math.round(page.search.progress * 100)} %`);
    const { data } = page;
    const limit = Number(query.limit) - data.length;
    if (limit <= 0) break;
    const next = await api.listTraces({ ...query, limit, cursor: page.pagination.nextCursor, waitMs: STEP_MS }, signal);
    page = { ...next, data: [...data, ...next.data] };
  }
  return page;
}

function lineOf(trace: TraceMatchSummary): string {
  const { traceId, rootName, rootService, startTime, durationNs, spanCount, errorCount, agentSpanCount } = trace;
  const facts = [
    `${traceId} ${quoted(rootName, 56)} ${quoted(rootService, 32)}`,
    shortTime(startTime),
    formatDuration(durationNs),
    plural(spanCount, 'span'),
  ];
  if (errorCount > 0) facts.push(`${plural(errorCount, 'error')}${trace.failedCount > 0 ? ', failed' : ''}`);
  if (agentSpanCount > 0)
    facts.push(`${formatTokens(trace.inputTokens, trace.outputTokens)} tokens ${formatCost(trace.costUsd)}`);
  if (trace.incomplete) facts.push('incomplete');
  return `- ${facts.join(' ')}`;
}

function itemOf(trace: TraceMatchSummary) {
  const { traceId, errorCount, agentName, spans } = trace;
  const [matched] = spans;
  return {
    traceId,
    name: bounded(trace.rootName, 50),
    service: bounded(trace.rootService, 30),
    start: shortTime(trace.startTime),
    durationMs: msOf(trace.durationNs),
    spans: trace.spanCount,
    ...(errorCount > 0 ? { errors: errorCount } : {}),
    ...(trace.failedCount > 0 ? { failed: true } : {}),
    ...(trace.incomplete ? { incomplete: true } : {}),
    ...(agentName === null ? {} : { agent: bounded(agentName, 24), costUsd: dollars(trace.costUsd) }),
    ...(matched ? { matchedSpan: matched.spanId } : {}),
  };
}
