/** Spans that match one of some filters, a few blocks at a time: what counts over all of them, rather than looking for traces. */
import type { FieldExpression } from '../../query/traceql/ast';
import { conditionOf } from '../../query/traceql/evaluate';
import type { AnswerSteps } from '../../query/traceql/regex';
import { CopyReader } from '../copy-binary';
import { isStanding } from '../deleted-counts';
import type { SqlRow } from '../sql-client';
import { type PlannedBlock, payloadMayIn, refineByBloom, type TimeRange } from './block-plan';
import { Pace } from './pace';
import { conditionSql, isExact, type SpanCondition } from './span-condition';
import type { SpanLoader } from './span-loader';
import type { SpanRow, StoredSpan } from './stored-span';

/** Blocks whose filters are read by one statement. */
const WINDOW = 128;
const MAX_BLOCKS = 64;

export interface SpanFilter {
  readonly condition: SpanCondition;
  /** What is left of it when only the span is known. */
  readonly relaxed: FieldExpression;
  readonly needsBody: boolean;
  /** What its regular expressions may still take. */
  readonly steps: AnswerSteps;
}

export interface SpanSlice {
  /** Whether the database alone decides which spans match. */
  readonly exact: boolean;
  /** The blocks after this slice: no span of theirs starts later than that; null: unknown. */
  readonly rest: { readonly isNone: boolean; readonly lastStartNs: bigint | null };
  /** From 0 to 1. */
  readonly progress: number;
  /** Whether an answer has to end after this slice, as regular expressions took long. */
  readonly isLast: () => boolean;
  /** Columns over `s` of the spans that match, where that is exact. */
  select(columns: string, rest: string): Promise<readonly SqlRow[]>;
  /** The same as binary COPY, which is quicker where there is a row for each span. */
  copy(columns: string): Promise<CopyReader>;
  /** Spans of which only these columns are known. */
  spansBy(columns: readonly Partial<SpanRow>[]): Promise<StoredSpan[]>;
  /** The spans that match; with their messages where that is asked for. */
  spans(withBodies: boolean): AsyncGenerator<StoredSpan>;
}

/** @param range of the spans' own starts */
export async function* spanSlices(
  loader: SpanLoader,
  blocks: readonly PlannedBlock[],
  { condition, relaxed, needsBody, steps }: SpanFilter,
  range: TimeRange,
): AsyncGenerator<SpanSlice> {
  const pace = new Pace(4, MAX_BLOCKS);
  const holds = conditionOf(relaxed, steps);
  for (let at = 0; at < blocks.length; at += WINDOW) {
    const planned = blocks.slice(at, at + WINDOW);
    const window = await refineByBloom(loader.filters, condition, planned);
    while (window.length > 0) {
      const run = window.splice(0, pace.next);
      const payloadMay = payloadMayIn(run);
      const next = window[0] ?? blocks[at + WINDOW];
      const where = `${loader.inBlocks(run, range)} and ${isStanding(loader.workspaceId)}`;
      const matching = `from span s where ${where} and (${conditionSql(condition, payloadMay)})`;
      yield {
        exact: isExact(condition, payloadMay),
        rest: { isNone: next === undefined, lastStartNs: next?.lastStartNs ?? null },
        progress: (at + planned.length - window.length) / blocks.length,
        isLast: () => steps.areLow,
        select: (columns, rest) =>
          pace.timed(() => loader.inBlockOrder((tx) => tx.query(`select ${columns} ${matching} ${rest}`))),
        copy: async (columns) =>
          new CopyReader(
            await pace.timed(() => loader.inBlockOrder((tx) => tx.copyOut(`select ${columns} ${matching}`))),
          ),
        spansBy: (columns) => loader.spansBy(columns),
        async *spans(withBodies) {
          const spans = await pace.timed(() => loader.spansInBlocks([condition], payloadMay, where));
          // Without its message.
          const decided = ({ verdicts }: StoredSpan): boolean => verdicts[0] === 'yes' || !needsBody;
          const matches = (span: StoredSpan): boolean => span.verdicts[0] === 'yes' || holds(span);
          if (!withBodies) for (const span of spans) if (decided(span) && matches(span)) yield span;
          const others = withBodies ? spans : spans.filter((span) => !decided(span));
          const likely = withBodies ? others : await loader.withWords(others, condition);
          for await (const some of loader.withBodies(likely)) {
            for (const span of some) if (matches(span)) yield span;
          }
        },
      };
    }
  }
}
