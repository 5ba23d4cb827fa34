/** What changed between two runs of the same thing. */
import { z } from 'zod';
import type { ComparedRow, OperationDelta } from '../../../../core/api/timeline';
import { formatCost, formatDuration, formatTokens } from '../../../../core/model/format';
import { dollars, msOf } from '../figures';
import { bounded, quoted } from '../quoted';
import { tool } from '../tool';
import { spanOfNumber, TRACE, traceNamed } from '../trace-named';

const ROWS = 2_000;

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly service: string;
  readonly before: string;
  readonly after: string;
  readonly deltaMs: number | null;
  readonly spanId?: string;
}

export const compareTraces = tool({
  name: 'compare_traces',
  title: 'Compare two traces',
  description:
    'Says what changed between two traces of the same thing, such as a good and a bad run: new failures first, then operations by how much more or less time they took, calls added or removed; also tokens and cost.',
  uses: ['listTraces', 'compareTimelines'],
  input: { before: TRACE, after: TRACE },
  facts: {
    before: z.string(),
    after: z.string(),
    durationMsBefore: z.number().nullable(),
    durationMsAfter: z.number().nullable(),
    errorsBefore: z.number(),
    errorsAfter: z.number(),
    costUsdBefore: z.number().nullable(),
    costUsdAfter: z.number().nullable(),
    added: z.number(),
    removed: z.number(),
    slower: z.number(),
    faster: z.number(),
  },
  item: {
    change: z.string(),
    name: z.string(),
    service: z.string(),
    before: z.string(),
    after: z.string(),
    deltaMs: z.number().nullable(),
    spanId: z.string().optional(),
  },
  async run(asked, { before, after, cursor }, { answer, cursors }) {
    const [a, b] = [await traceNamed(asked, before, 'before'), await traceNamed(asked, after, 'after')];
    const at = cursors.index(cursor);
    const block = await asked.api.compareTimelines(a, b, { from: 0, to: ROWS, onlyChanges: true });
    const [was, is] = [block.a.summary, block.b.summary];
    const { added, removed, slower, faster } = block.counts;
    const costs =
      was.costUsd === null && is.costUsd === null
        ? ''
        : `; tokens ${formatTokens(was.inputTokens, was.outputTokens)} then ${formatTokens(is.inputTokens, is.outputTokens)}; cost ${formatCost(was.costUsd)} then ${formatCost(is.costUsd)}`;
    answer.say(
      `${a} ${quoted(was.rootName, 56)} took ${formatDuration(was.durationNs)} with ${was.errorCount} errors; ${b} ${quoted(is.rootName, 56)} took ${formatDuration(is.durationNs)} with ${is.errorCount} errors${costs}. Spans: ${added} added, ${removed} removed, ${slower} slower, ${faster} faster.`,
      {
        before: a,
        after: b,
        durationMsBefore: msOf(was.durationNs),
        durationMsAfter: msOf(is.durationNs),
        errorsBefore: was.errorCount,
        errorsAfter: is.errorCount,
        costUsdBefore: dollars(was.costUsd),
        costUsdAfter: dollars(is.costUsd),
        added,
        removed,
        slower,
        faster,
      },
    );
    const changes = [...failures(block.rows), ...block.operations.flatMap(changeOf)];
    if (changes.length === 0) answer.say('Nothing that is worth telling changed.');
    let next = at;
    for (; next < changes.length; next++) {
      const one = changes[next] as Change;
      const line = `- ${one.kind}: ${quoted(one.name, 72)} ${quoted(one.service, 36)} ${one.before} -> ${one.after}${one.spanId ? ` ${one.spanId}` : ''}`;
      const item = {
        change: one.kind,
        name: bounded(one.name, 60),
        service: bounded(one.service, 30),
        before: one.before,
        after: one.after,
        deltaMs: one.deltaMs,
        ...(one.spanId ? { spanId: one.spanId } : {}),
      };
      if (!answer.add(line, item)) break;
    }
    return answer.end({
      cursor: next < changes.length ? cursors.at(next) : null,
      partial: block.total > ROWS ? `failures are listed for the first ${ROWS} of ${block.total} changed rows.` : null,
      link: asked.links.compare(a, b),
    });
  },
});

/** Spans that fail now and did not, or the other way round. */
function failures(rows: readonly ComparedRow[]): Change[] {
  const changed = rows.flatMap(({ name, service, a, b }): Change[] => {
    const [failedBefore, failsNow] = [a?.failed ?? false, b?.failed ?? false];
    if (failedBefore === failsNow) return [];
    const side = failsNow ? b : a;
    return [
      {
        kind: failsNow ? 'fails now' : 'no longer fails',
        name,
        service,
        before: a === null ? 'not there' : `${failedBefore ? 'failed' : 'ok'} ${formatDuration(a.durationNs)}`,
        after: b === null ? 'not there' : `${failsNow ? 'failed' : 'ok'} ${formatDuration(b.durationNs)}`,
        deltaMs:
          typeof a?.durationNs === 'number' && typeof b?.durationNs === 'number'
            ? msOf(b.durationNs - a.durationNs)
            : null,
        ...(side ? { spanId: spanOfNumber(BigInt.asUintN(64, side.spanId)) } : {}),
      },
    ];
  });
  return changed.sort((x, y) => (x.kind < y.kind ? -1 : x.kind > y.kind ? 1 : 0));
}

function changeOf({ name, service, countA, countB, totalNsA, totalNsB }: OperationDelta): Change[] {
  if (countA === countB && totalNsA === totalNsB) return [];
  const kind = countA === 0 ? 'added' : countB === 0 ? 'removed' : totalNsB >= totalNsA ? 'slower' : 'faster';
  const told = (count: number, ns: number): string => (count === 0 ? 'none' : `${count}x ${formatDuration(ns)}`);
  return [
    {
      kind,
      name,
      service,
      before: told(countA, totalNsA),
      after: told(countB, totalNsB),
      deltaMs: msOf(totalNsB - totalNsA),
    },
  ];
}
