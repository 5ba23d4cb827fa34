/** Where a query is looked for: in the rows of traces where these decide, else in the fewest blocks of spans that will do. */
import type { FieldExpression } from '../../query/traceql/ast';
import { isSpanset, necessaryFilters } from '../../query/traceql/walk';
import type { Blocks } from '../blocks/block-summaries';
import { type PlannedBlock, planBlocks, type TimeRange } from './block-plan';
import type { CompiledFilter, CompiledQuery } from './compiled-query';
import type { KnownParts } from './known-parts';
import { ALWAYS, mostSpans, type SpanCondition } from './span-condition';
import type { SpanLoader } from './span-loader';
import type { SpanFilter } from './span-slices';
import { type TraceCondition, traceCondition } from './trace-condition';

export interface SearchParts {
  readonly compiled: CompiledQuery;
  readonly loader: SpanLoader;
  readonly parts: KnownParts;
  readonly blocks: Blocks;
}

interface TracePlan {
  readonly kind: 'traces';
  /** SQL over `t` that every trace fulfils that matches. */
  readonly sql: string;
  readonly ids: string | null;
  /** Whether that is all there is to the query, and then which spans match. */
  readonly matches: TraceCondition['matches'];
}

interface SpanPlan {
  readonly kind: 'spans';
  /** Newest first. */
  readonly blocks: readonly PlannedBlock[];
  readonly filter: SpanFilter;
}

/** @param range of spans */
export function planSearch({ compiled, parts, blocks }: SearchParts, range: TimeRange): TracePlan | SpanPlan {
  const { filters, query } = compiled;
  const byFilter = new Map(filters.map((filter) => [filter.filter, filter]));
  const ways = necessaryFilters(query.pipeline).map((way) => way.map((one) => byFilter.get(one) as CompiledFilter));
  let best: SpanPlan | null = null;
  let least = Number.POSITIVE_INFINITY;
  let ofTraces: TracePlan | null = null;
  for (const way of ways) {
    const conditions = way.map(({ filter }) => traceCondition(filter, parts));
    if (conditions.every((condition) => condition !== null)) {
      const [first] = conditions;
      const isAll =
        query.pipeline.stages.length === 1 && query.pipeline.stages.every(isSpanset) && filters.length === 1;
      ofTraces ??= {
        kind: 'traces',
        sql: conditions.map(({ sql }) => `(${sql})`).join(' or ') || 'true',
        ids: conditions.length === 1 ? (first?.ids ?? null) : null,
        matches: isAll ? (first?.matches ?? 'unknown') : 'unknown',
      };
      continue;
    }
    const filter = anyOf(way, compiled);
    const planned = planBlocks(blocks, filter.condition, range);
    // What there is only one way to find need not be counted.
    const spans = ways.length === 1 ? 0 : mostIn(planned, filter.condition);
    if (spans < least) best = { kind: 'spans', blocks: planned, filter };
    least = Math.min(least, spans);
  }
  return best ?? ofTraces ?? { kind: 'traces', sql: 'true', ids: null, matches: 'unknown' };
}

function mostIn(blocks: readonly PlannedBlock[], condition: SpanCondition): number {
  return blocks.reduce((sum, { summary }) => sum + (summary ? mostSpans(condition, summary) : 0), 0);
}

function anyOf(way: readonly CompiledFilter[], { turns }: CompiledQuery): SpanFilter {
  const [only] = way;
  if (only && way.length === 1) return only;
  const condition: SpanCondition = { kind: 'or', parts: way.map((filter) => filter.condition) };
  const relaxed = way.map((filter) => filter.relaxed).reduce(either, { kind: 'boolean', value: false });
  return {
    condition: way.length === 0 ? ALWAYS : condition,
    relaxed,
    needsBody: way.some(({ needsBody }) => needsBody),
    turns,
  };
}

function either(left: FieldExpression, right: FieldExpression): FieldExpression {
  return { kind: 'binary', op: '||', left, right, at: 0 };
}
