/** Why a trace took as long as it did. */
import { z } from 'zod';
import { formatDuration, formatShare } from '../../../../core/model/format';
import { msOf, share } from '../figures';
import { bounded, quoted } from '../quoted';
import { type SpanRow, spanRows } from '../span-rows';
import { tool } from '../tool';
import { TRACE, traceNamed } from '../trace-named';

interface Operation {
  readonly first: SpanRow;
  readonly longest: SpanRow;
  readonly count: number;
  readonly criticalNs: number;
}

export const explainCriticalPath = tool({
  name: 'explain_critical_path',
  title: 'Explain the critical path',
  description:
    'Explains why a trace took as long as it did: the work that it waited for, by operation, with shares of the whole duration. Time of a span here is its own, in which none of its children was waited for. Shortening anything else does not make the trace faster.',
  uses: ['listTraces', 'openTimeline', 'timelineRows'],
  input: { traceId: TRACE },
  facts: {
    traceId: z.string(),
    durationMs: z.number().nullable(),
    services: z.array(z.object({ service: z.string(), criticalMs: z.number().nullable(), share: z.number() })),
  },
  item: {
    name: z.string(),
    service: z.string(),
    criticalMs: z.number().nullable(),
    share: z.number(),
    spans: z.number(),
    spanId: z.string(),
    firstAtMs: z.number().nullable(),
  },
  async run(asked, { traceId: named, cursor }, { answer, cursors }) {
    const traceId = await traceNamed(asked, named);
    const from = cursors.index(cursor);
    const { info, rows, unread } = await spanRows(asked, traceId);
    const wholeNs = info.endNs - info.startNs;
    const operations = byOperation(rows);
    const explainedNs = operations.reduce((sum, { criticalNs }) => sum + criticalNs, 0);
    const services = info.critical.slice(0, 5);
    answer.say(
      `Trace ${traceId} ${quoted(info.summary.rootName, 72)} took ${formatDuration(wholeNs)}; of that ${services
        .map(({ service, ns }) => `${quoted(service, 32)} ${formatShare(ns, wholeNs)}`)
        .join(', ')}.`,
      {
        traceId,
        durationMs: msOf(wholeNs),
        services: services.map(({ service, ns }) => ({
          service: bounded(service, 32),
          criticalMs: msOf(ns),
          share: share(ns, wholeNs),
        })),
      },
    );
    const idleNs = wholeNs - explainedNs;
    if (unread === 0 && idleNs > 0.01 * wholeNs) {
      answer.say(
        `In ${formatDuration(idleNs)} (${formatShare(idleNs, wholeNs)}) no recorded span of the critical path ran.`,
      );
    }
    let at = from;
    for (; at < operations.length; at++) {
      const one = operations[at] as Operation;
      const { first, longest, count, criticalNs } = one;
      const calls = count > 1 ? `, ${count} spans, the longest` : '';
      const line = `${at + 1}. ${formatShare(criticalNs, wholeNs)} ${formatDuration(criticalNs)} ${quoted(first.name, 72)} ${quoted(first.service, 40)}${calls} ${longest.spanId}${longest.failed ? ' ERROR' : ''}, first at ${formatDuration((first.criticalFromNs ?? 0) - info.startNs)}`;
      const item = {
        name: bounded(first.name, 64),
        service: bounded(first.service, 32),
        criticalMs: msOf(criticalNs),
        share: share(criticalNs, wholeNs),
        spans: count,
        spanId: longest.spanId,
        firstAtMs: msOf((first.criticalFromNs ?? 0) - info.startNs),
      };
      if (!answer.add(line, item)) break;
    }
    return answer.end({
      cursor: at < operations.length ? cursors.at(at) : null,
      partial: unread > 0 ? `${unread} of ${info.spanCount} spans were not read; their part is not told.` : null,
      link: asked.links.trace(traceId),
    });
  },
});

/** What the trace waited for longest first. */
function byOperation(rows: readonly SpanRow[]): Operation[] {
  const groups = new Map<string, Operation>();
  for (const row of rows) {
    if (row.criticalNs <= 0) continue;
    const key = JSON.stringify([row.service, row.name]);
    const known = groups.get(key);
    groups.set(key, {
      first: known && (known.first.criticalFromNs ?? 0) <= (row.criticalFromNs ?? 0) ? known.first : row,
      longest: known && known.longest.criticalNs >= row.criticalNs ? known.longest : row,
      count: (known?.count ?? 0) + 1,
      criticalNs: (known?.criticalNs ?? 0) + row.criticalNs,
    });
  }
  return [...groups.values()].sort((a, b) => b.criticalNs - a.criticalNs || a.first.index - b.first.index);
}
