/** Spans that match one of some filters, a few blocks at a time: what counts over all of them, rather than looking for traces. */
import type { FieldExpression } from '../../query/traceql/ast';
import { conditionOf } from '../../query/traceql/evaluate';
import type { Turns } from '../../query/traceql/turns';
import { isStanding } from '../blocks/deleted-counts';
import { CopyReader } from '../sql/copy-binary';
import { Pace } from '../sql/pace';
import type { SqlRow } from '../sql/sql-client';
import { type PlannedBlock, payloadMayIn, refineByBloom, type TimeRange } from './block-plan';
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
  readonly turns: Turns;
}

export interface SpanSlice {
  /** Whether the database alone decides which spans match. */
  readonly exact: boolean;
  /** The blocks after this slice: no span of theirs starts later than that; null: unknown. */
  readonly rest: { readonly isNone: boolean; readonly lastStartNs: bigint | null };
  /** From 0 to 1. */
  readonly progress: number;
  /** Columns over `s` of the spans that match, where that is exact. */
  select(columns: string, rest: string): Promise<readonly SqlRow[]>;
  /** The same as binary COPY, which is quicker where there is a row for each span. */
  copy(columns: string): Promise<CopyReader>;
  /** Spans of which only these columns are known. */
  spansBy(columns: readonly Partial<SpanRow>[]): Promise<StoredSpan[]>;
  /** The spans that match; with their messages where that is asked for. Null: time is up, and the rest may be asked for later. */
  spans(withBodies: boolean): AsyncGenerator<StoredSpan | null>;
}

/** @returns false where time was up before all of them were */
export async function eachSpan(
  slice: SpanSlice,
  withBodies: boolean,
  see: (span: StoredSpan) => void,
): Promise<boolean> {
  for await (const span of slice.spans(withBodies)) {
    if (!span) return false;
    see(span);
  }
  return true;
}

/** @param range of the spans' own starts */
export async function* spanSlices(
  loader: SpanLoader,
  blocks: readonly PlannedBlock[],
  { condition, relaxed, needsBody, turns }: SpanFilter,
  range: TimeRange,
): AsyncGenerator<SpanSlice> {
  const pace = new Pace(4, MAX_BLOCKS);
  const holds = conditionOf(relaxed, turns);
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
          for (const span of withBodies ? [] : spans) {
            if (turns.isDue && (await turns.end())) yield null;
            if (decided(span) && matches(span)) yield span;
          }
          const others = withBodies ? spans : spans.filter((span) => !decided(span));
          const likely = withBodies ? others : await loader.withWords(others, condition);
          for await (const some of loader.withBodies(likely)) {
            for (const span of some) {
              if (turns.isDue && (await turns.end())) yield null;
              if (matches(span)) yield span;
            }
          }
        },
      };
    }
  }
}
