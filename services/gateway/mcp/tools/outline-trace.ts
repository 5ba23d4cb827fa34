/** A trace as a short tree. */
import { z } from 'zod';
import { SpoorError } from '../../../../core/model/errors';
import { formatCost, formatDuration, formatShare, formatTokens, plural } from '../../../../core/model/format';
import { dollars, msOf, shortTime } from '../figures';
import { type Entry, entryItem, entryLine, outlinePage, rankedEntries, sizeOf } from '../outline';
import { bounded, quoted } from '../quoted';
import { type SpanRow, spanRows } from '../span-rows';
import { type Asked, tool } from '../tool';
import { SPAN, spanNamed, TRACE, traceNamed } from '../trace-named';

/** Failures whose message is read. */
const MESSAGES = 4;
const REMARKS = 3;
const SERVICES = 3;

export const outlineTrace = tool({
  name: 'outline_trace',
  title: 'Outline a trace',
  description:
    'Shows one trace as a short tree: where failures began, what it waited for (critical path) and repeated calls first, siblings that do the same folded into one line. Give spanId to see what is below one span. Then read_span, explain_critical_path, or read_conversation for an agent run.',
  uses: ['listTraces', 'openTimeline', 'timelineRows', 'timelineRemarks', 'getSpan'],
  input: { traceId: TRACE, spanId: SPAN.optional().describe('Only this span and what is below it') },
  facts: {
    traceId: z.string(),
    name: z.string(),
    service: z.string(),
    start: z.string(),
    durationMs: z.number().nullable(),
    spans: z.number(),
    errors: z.number(),
    incomplete: z.boolean(),
    agentSpans: z.number(),
    costUsd: z.number().nullable(),
  },
  item: {
    spanId: z.string(),
    depth: z.number(),
    name: z.string(),
    service: z.string(),
    durationMs: z.number().nullable(),
    count: z.number().optional(),
    totalMs: z.number().nullable().optional(),
    criticalMs: z.number().nullable().optional(),
    error: z.string().optional(),
    errorsBelow: z.number().optional(),
    below: z.number().optional(),
  },
  async run(asked, { traceId: named, spanId, cursor }, { answer, cursors }) {
    const traceId = await traceNamed(asked, named);
    const from = cursors.index(cursor);
    const { info, rows, unread } = await spanRows(asked, traceId);
    const { summary } = info;
    const under = spanId === undefined ? null : rowNamed(rows, spanNamed(spanId));
    const traceNs = info.endNs - info.startNs;
    const ranked = rankedEntries(rows, under);
    const messages = await failureMessages(asked, traceId, ranked);
    const counts = [
      plural(info.spanCount, 'span'),
      plural(info.errorCount, 'error'),
      plural(info.services.length, 'service'),
    ];
    const facts = {
      traceId,
      name: bounded(summary.rootName, 60),
      service: bounded(summary.rootService, 40),
      start: shortTime(summary.startTime),
      durationMs: msOf(summary.durationNs),
      spans: info.spanCount,
      errors: info.errorCount,
      incomplete: summary.incomplete,
      agentSpans: summary.agentSpanCount,
      costUsd: dollars(summary.costUsd),
    };
    answer.say(
      `Trace ${traceId} ${quoted(summary.rootName, 72)} of ${quoted(summary.rootService, 48)}, ${shortTime(summary.startTime)}, ${formatDuration(summary.durationNs)}: ${counts.join(', ')}`,
      facts,
    );
    if (from === 0 && under === null) {
      const waited = info.critical
        .slice(0, SERVICES)
        .map(({ service, ns }) => `${quoted(service, 32)} ${formatShare(ns, traceNs)}`);
      if (waited.length > 0) answer.say(`Critical path: ${waited.join(', ')}`);
      const remarks = await asked.api.timelineRemarks(traceId);
      if (remarks.length > 0) {
        answer.say(
          `Remarkable: ${remarks
            .slice(0, REMARKS)
            .map(({ text }) => quoted(text, 90))
            .join(', ')}`,
        );
      }
      if (summary.agentSpanCount > 0) {
        const { inputTokens, outputTokens, costUsd } = summary;
        answer.say(
          `Agent run: ${formatTokens(inputTokens, outputTokens)} tokens, ${formatCost(costUsd)}. read_conversation shows it.`,
        );
      }
    }
    const messageOf = (entry: Entry): string | undefined => messages.get(entry.row.spanId);
    const lineOf = (entry: Entry): string => entryLine(entry, traceNs, messageOf(entry));
    const itemOf = (entry: Entry) => entryItem(entry, messageOf(entry));
    const page = outlinePage(ranked, rows, from, (entry) => sizeOf(lineOf(entry), itemOf(entry)), answer.left());
    for (const entry of page.entries) answer.add(lineOf(entry), itemOf(entry));
    const doubts = [];
    if (unread > 0)
      doubts.push(`the trace is very large, ${unread} of its ${info.spanCount} spans were not read; give a spanId.`);
    if (summary.incomplete) doubts.push('spans are missing: their parents were named and have not arrived.');
    return answer.end({
      cursor: page.end < ranked.length ? cursors.at(page.end) : null,
      partial: doubts.length > 0 ? doubts.join(' ') : null,
      link: asked.links.trace(traceId, under?.spanId),
    });
  },
});

function rowNamed(rows: readonly SpanRow[], spanId: string): SpanRow {
  const row = rows.find((one) => one.spanId === spanId);
  if (row) return row;
  throw new SpoorError(
    'NOT_FOUND',
    `spanId: ${spanId} is not part of this trace. Leave it out to see the whole trace.`,
  );
}

/** What the first failures say. */
async function failureMessages(
  { api }: Asked<'getSpan'>,
  traceId: string,
  ranked: readonly Entry[],
): Promise<Map<string, string>> {
  const failed = ranked.filter(({ row }) => row.failed && row.errorsBelow === 0).slice(0, MESSAGES);
  const spans = await Promise.all(failed.map(({ row }) => api.getSpan(traceId, row.spanId)));
  const said = spans.map(({ spanId, status }): [string, string] => [spanId, quoted(status.message, 110)]);
  return new Map(said.filter(([, message]) => message !== '""'));
}
