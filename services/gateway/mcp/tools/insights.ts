/** Loops and waste in agent runs. */
import { z } from 'zod';
import type { Insight } from '../../../../core/agent-run/insights';
import { plural } from '../../../../core/model/format';
import { addFrom } from '../counted-list';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { type Asked, tool } from '../tool';
import { TRACE, traceNamed } from '../trace-named';

/** Runs that are looked into at once. */
const RUNS = 25;
const SPANS = 2;
const WAIT_MS = 5_000;
const RANK = { error: 0, warning: 1, note: 2 } as const;

export const findWaste = tool({
  name: 'find_waste',
  title: 'Find loops and waste',
  description: `What went wrong or to waste in agent runs: tools that failed or were called again with the same arguments, tokens spent on failures, answers cut off, stalls, growing context, missed caches, one call that cost most. Of one trace, or of the newest ${RUNS} runs in a range.`,
  uses: ['listTraces', 'traceAgentRun'],
  input: {
    traceId: TRACE.optional(),
    query: z.string().max(2_000).optional().describe('Without traceId: which traces, in words or TraceQL'),
    ...RANGE,
  },
  facts: { runs: z.number(), insights: z.number() },
  item: {
    kind: z.string(),
    severity: z.string(),
    title: z.string(),
    explanation: z.string(),
    traceId: z.string(),
    spanIds: z.array(z.string()),
    spans: z.number(),
  },
  async run(asked, { traceId: named, query, from, to, cursor }, paper) {
    const { answer, cursors } = paper;
    const at = cursors.index(cursor);
    const one = named === undefined ? null : await traceNamed(asked, named);
    const { ids, complete } =
      one === null ? await newestRuns(asked, query, rangeOf({ from, to })) : { ids: [one], complete: true };
    const found: { traceId: string; insight: Insight }[] = [];
    for (const [i, traceId] of ids.entries()) {
      if (asked.signal.aborted) break;
      const { insights } = await asked.api.traceAgentRun(traceId);
      found.push(...insights.map((insight) => ({ traceId, insight })));
      if (ids.length > 1) asked.progress((i + 1) / ids.length, `looked into ${i + 1} of ${ids.length} runs`);
    }
    found.sort((a, b) => RANK[a.insight.severity] - RANK[b.insight.severity]);
    answer.say(`${plural(found.length, 'insight')} in ${plural(ids.length, 'agent run')}, the most severe first`, {
      runs: ids.length,
      insights: found.length,
    });
    const left = addFrom(paper, found, at, ({ traceId, insight: { kind, severity, title, explanation, spanIds } }) => [
      `- ${severity} ${kind}: ${quoted(title, 110)} ${quoted(explanation, 230)} trace ${traceId} spans ${spanIds.slice(0, SPANS).join(' ')}${spanIds.length > SPANS ? ` and ${spanIds.length - SPANS} more` : ''}`,
      {
        kind,
        severity,
        title: bounded(title, 100),
        explanation: bounded(explanation, 180),
        traceId,
        spanIds: spanIds.slice(0, SPANS),
        spans: spanIds.length,
      },
    ]);
    return answer.end({
      cursor: left,
      partial: complete ? null : `only the newest ${ids.length} runs were looked into; narrow from and to for others.`,
      link: one === null ? asked.links.screen('agents') : asked.links.trace(one),
    });
  },
});

async function newestRuns(
  { api, signal }: Asked<'listTraces'>,
  query: string | undefined,
  range: ReturnType<typeof rangeOf>,
): Promise<{ ids: readonly string[]; complete: boolean }> {
  const ids: string[] = [];
  let cursor: string | null | undefined;
  // Traces without agents are passed over, for a while.
  for (let page = 0; page < 10 && ids.length < RUNS && cursor !== null; page++) {
    const { data, pagination } = await api.listTraces(
      { query, ...range, limit: 100, cursor: cursor ?? undefined, waitMs: WAIT_MS },
      signal,
    );
    ids.push(...data.filter(({ agentSpanCount }) => agentSpanCount > 0).map(({ traceId }) => traceId));
    cursor = pagination.nextCursor;
  }
  return { ids: ids.slice(0, RUNS), complete: ids.length <= RUNS && cursor === null };
}
