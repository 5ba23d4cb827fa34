/**
 * The algebra of spansets over one trace: which of the spans that its filters match a query leaves. It needs ids and parents of
 * matched spans; only what asks for ancestors needs the tree of the whole trace.
 */
import type { Aggregate, FieldExpression, Pipeline, Scalar, Spanset, SpansetFilter, SpansetOp, Stage } from './ast';
import { calculate, isNumeric, type Numeric } from './calculate';
import { type SpanFields, valuesOf } from './evaluate';
import type { Turns } from './turns';
import { compares, literalOf, staticValue } from './values';

export interface TraceSpan extends SpanFields {
  readonly spanId: bigint;
  readonly parentSpanId: bigint | null;
}

export interface FilteredTrace<S extends TraceSpan> {
  /** Spans that match, in order of start. */
  matched(filter: SpansetFilter): readonly S[];
  /** Of a span of the trace; null: it has none, or is not stored. */
  parentOf(spanId: bigint): bigint | null;
}

/** Spans that belong together, and what they were told apart by. */
export interface Spans<S> {
  readonly spans: readonly S[];
  /** As `by()` names them. */
  readonly by: readonly string[];
}

/** @returns what is left of the trace; empty: it does not match */
export async function spansetsOf<S extends TraceSpan>(
  { stages }: Pipeline,
  trace: FilteredTrace<S>,
  turns: Turns,
): Promise<readonly Spans<S>[]> {
  let sets: readonly Spans<S>[] = [];
  for (const [i, stage] of stages.entries()) {
    if (turns.isDue) await turns.end();
    sets =
      i === 0
        ? [{ spans: await spansOf(stage as Spanset, trace, turns), by: [] }]
        : await applied(stage, sets, trace, turns);
    sets = sets.filter(({ spans }) => spans.length > 0);
    if (sets.length === 0) break;
  }
  return sets;
}

async function applied<S extends TraceSpan>(
  stage: Stage,
  sets: readonly Spans<S>[],
  trace: FilteredTrace<S>,
  turns: Turns,
): Promise<readonly Spans<S>[]> {
  if (stage.kind === 'select') return sets;
  if (stage.kind === 'coalesce') return [{ spans: union(sets.map(({ spans }) => spans)), by: [] }];
  const left: Spans<S>[] = [];
  for (const set of sets) {
    if (turns.isDue) await turns.end();
    const { spans, by } = set;
    if (stage.kind === 'by') {
      for (const group of await grouped(set, stage.fields, turns)) left.push(group);
    } else if (stage.kind === 'scalarFilter') {
      const [a, b] = [await scalar(stage.left, spans, turns), await scalar(stage.right, spans, turns)];
      if (compares(stage.op, a, b)) left.push(set);
    } else {
      // A spanset after the first is asked of what is left.
      const those = new Set(spans);
      const within = {
        matched: (filter: SpansetFilter) => trace.matched(filter).filter((span) => those.has(span)),
        parentOf: (spanId: bigint) => trace.parentOf(spanId),
      };
      left.push({ spans: await spansOf(stage, within, turns), by });
    }
  }
  return left;
}

async function spansOf<S extends TraceSpan>(
  spanset: Spanset,
  trace: FilteredTrace<S>,
  turns: Turns,
): Promise<readonly S[]> {
  if (spanset.kind === 'filter') return trace.matched(spanset);
  if (spanset.kind === 'pipeline') {
    return union((await spansetsOf(spanset, trace, turns)).map(({ spans }) => spans));
  }
  const left = await spansOf(spanset.left, trace, turns);
  const right = await spansOf(spanset.right, trace, turns);
  if (turns.isDue) await turns.end();
  const { op } = spanset;
  if (op === '&&') return left.length > 0 && right.length > 0 ? union([left, right]) : [];
  return op === '||' ? union([left, right]) : related(op, left, right, trace);
}

function related<S extends TraceSpan>(
  op: Exclude<SpansetOp, '&&' | '||'>,
  left: readonly S[],
  right: readonly S[],
  trace: FilteredTrace<S>,
): readonly S[] {
  const relation = op.replace(/^[!&]/, '') as keyof typeof RELATED;
  const isRight = RELATED[relation](left, trace);
  if (op.startsWith('!')) return right.filter((span) => !isRight(span));
  const matched = right.filter(isRight);
  if (!op.startsWith('&')) return matched;
  return union([left.filter(RELATED[INVERSE[relation]](right, trace)), matched]);
}

type Related = <S extends TraceSpan>(of: readonly S[], trace: FilteredTrace<S>) => (span: S) => boolean;

/** Whether a span is a child (`>`), descendant, parent, ancestor or sibling of one of these. */
const RELATED: Record<'>' | '>>' | '<' | '<<' | '~', Related> = {
  '>': (of) => {
    const ids = new Set(of.map(({ spanId }) => spanId));
    return ({ parentSpanId }) => parentSpanId !== null && ids.has(parentSpanId);
  },
  '<': (of) => {
    const parents = new Set(of.map(({ parentSpanId }) => parentSpanId));
    return ({ spanId }) => parents.has(spanId);
  },
  '>>': (of, trace) => {
    const ids = new Set(of.map(({ spanId }) => spanId));
    const known = new Map<bigint, boolean>();
    return ({ parentSpanId }) => isWithin(parentSpanId, ids, known, trace);
  },
  '<<': (of, trace) => {
    const ancestors = new Set<bigint>();
    for (const { parentSpanId } of of) {
      for (let id = parentSpanId; id !== null && !ancestors.has(id); id = trace.parentOf(id)) ancestors.add(id);
    }
    return ({ spanId }) => ancestors.has(spanId);
  },
  '~': (of) => {
    const children = new Map<bigint, Set<bigint>>();
    for (const { spanId, parentSpanId } of of) {
      if (parentSpanId === null) continue;
      const siblings = children.get(parentSpanId);
      if (siblings) siblings.add(spanId);
      else children.set(parentSpanId, new Set([spanId]));
    }
    return ({ spanId, parentSpanId }) => {
      const siblings = parentSpanId === null ? undefined : children.get(parentSpanId);
      return siblings !== undefined && siblings.size > (siblings.has(spanId) ? 1 : 0);
    };
  },
};

const INVERSE = { '>': '<', '<': '>', '>>': '<<', '<<': '>>', '~': '~' } as const;

/** Whether `from` or one above it is among `ids`; what was walked is remembered, and a circle of parents ends. */
function isWithin<S extends TraceSpan>(
  from: bigint | null,
  ids: ReadonlySet<bigint>,
  known: Map<bigint, boolean>,
  trace: FilteredTrace<S>,
): boolean {
  const walked: bigint[] = [];
  let found = false;
  for (let id = from; id !== null; id = trace.parentOf(id)) {
    const before = known.get(id);
    found = before ?? ids.has(id);
    if (before !== undefined) break;
    known.set(id, found);
    walked.push(id);
    if (found) break;
  }
  for (const id of walked) known.set(id, found);
  return found;
}

async function grouped<S extends TraceSpan>(
  { spans, by }: Spans<S>,
  fields: readonly FieldExpression[],
  turns: Turns,
): Promise<Iterable<Spans<S>>> {
  const evaluated = fields.map((field) => valuesOf(field, turns));
  const groups = new Map<string, { spans: S[]; by: readonly string[] }>();
  for (const span of spans) {
    if (turns.isDue) await turns.end();
    const values = evaluated.map((of) => of(span));
    // With their types: 1 and "1" are two groups.
    const key = values.map((all) => all.map(literalOf).join()).join('\n');
    const group = groups.get(key);
    if (group) group.spans.push(span);
    else groups.set(key, { spans: [span], by: [...by, ...values.map(nameOf)] });
  }
  return groups.values();
}

/** What stands for values in a group or a series. */
export function nameOf(values: readonly unknown[]): string {
  return values.length === 0 ? 'nil' : values.map(String).join(', ');
}

async function scalar<S extends TraceSpan>(of: Scalar, spans: readonly S[], turns: Turns): Promise<Numeric> {
  if (of.kind === 'aggregate') return aggregate(of, spans, turns);
  if (of.kind === 'scalars') {
    return calculate(of.op, await scalar(of.left, spans, turns), await scalar(of.right, spans, turns));
  }
  const value = staticValue(of);
  return isNumeric(value) ? value : Number.NaN;
}

/** NaN, which compares with nothing, where no span has a number. */
async function aggregate<S extends TraceSpan>(
  { name, of }: Aggregate,
  spans: readonly S[],
  turns: Turns,
): Promise<Numeric> {
  if (name === 'count' || of === null) return spans.length;
  const values = valuesOf(of, turns);
  let count = 0;
  let sum: Numeric = 0;
  let least: Numeric = Number.POSITIVE_INFINITY;
  let most: Numeric = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    if (turns.isDue) await turns.end();
    for (const value of values(span)) {
      if (!isNumeric(value)) continue;
      count++;
      sum = calculate('+', sum, value);
      // NaN is neither, and makes the sum one.
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (count === 0) return Number.NaN;
  if (name === 'min') return least;
  if (name === 'max') return most;
  return name === 'sum' ? sum : calculate('/', sum, count);
}

function union<S extends TraceSpan>(sets: readonly (readonly S[])[]): readonly S[] {
  const [first, ...rest] = sets;
  return rest.length === 0 ? (first ?? []) : [...new Set(sets.flat())];
}
