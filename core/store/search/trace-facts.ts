/** What a query may ask of the trace that a span is in: its row, and its tree where that is needed. */
import type { IntrinsicName } from '../../query/traceql/ast';
import { integerOf } from '../../query/traceql/calculate';
import { NO_VALUES, type Values } from '../../query/traceql/values';
import { BOOL, INT4, INT8, type RowOf, TEXT } from '../sql/row-spec';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';

export const TRACE_FACTS_ROW = {
  trace_id: TEXT,
  start_ns: INT8,
  end_ns: INT8,
  span_count: INT4,
  error_count: INT4,
  failed_count: INT4,
  first_block: INT4,
  last_block: INT4,
  root_name: TEXT,
  root_service: TEXT,
  has_duration: BOOL,
};
export type TraceFactsRow = RowOf<typeof TRACE_FACTS_ROW>;

export const TRACE_FACTS_SQL = `select replace(t.trace_id::text, '-', '') as trace_id, t.start_ns, t.end_ns, t.span_count,
  t.error_count, t.failed_count, t.first_block, t.last_block, o.name as root_name, v.name as root_service,
  ${KNOWS_DURATION_SQL} as has_duration`;

/** Joined to `t`: its root's operation and service. */
export const TRACE_FACTS_JOIN = 'join operation o on o.id = t.root_operation_id join service v on v.id = o.service_id';

export class TraceFacts {
  /** By span; null where no query asked for it. */
  tree: TraceTree | null = null;

  constructor(readonly row: TraceFactsRow) {}

  values(name: IntrinsicName, spanId: bigint): Values {
    const { row } = this;
    switch (name) {
      case 'trace:duration':
        return row.has_duration ? [integerOf(row.end_ns - row.start_ns)] : NO_VALUES;
      case 'trace:rootName':
        return [row.root_name];
      case 'trace:rootService':
        return [row.root_service];
      case 'trace:id':
        return [row.trace_id];
      case 'span:childCount':
        return [this.known.childCount(spanId)];
      case 'nestedSetLeft':
        return [this.known.nested(spanId).left];
      case 'nestedSetRight':
        return [this.known.nested(spanId).right];
      case 'nestedSetParent':
        return [this.known.nested(spanId).parent];
      default:
        return NO_VALUES;
    }
  }

  private get known(): TraceTree {
    if (!this.tree) throw new Error('the tree of this trace was not read');
    return this.tree;
  }
}

interface Nested {
  readonly left: number;
  right: number;
  readonly parent: number;
}

/** No span below a root: Tempo's numbers for spans that hang in the air. */
const DISCONNECTED: Nested = { left: 0, right: 0, parent: 0 };

export class TraceTree {
  private readonly children = new Map<bigint, bigint[]>();
  private numbers: Map<bigint, Nested> | null = null;

  /** @param parents of every span of the trace, in order of start */
  constructor(private readonly parents: ReadonlyMap<bigint, bigint | null>) {
    for (const [spanId, parent] of parents) {
      if (parent === null) continue;
      const siblings = this.children.get(parent);
      if (siblings) siblings.push(spanId);
      else this.children.set(parent, [spanId]);
    }
  }

  parentOf(spanId: bigint): bigint | null {
    return this.parents.get(spanId) ?? null;
  }

  childCount(spanId: bigint): number {
    return this.children.get(spanId)?.length ?? 0;
  }

  /** As a walk through the tree numbers it, from 1; the parent of a root is -1. */
  nested(spanId: bigint): Nested {
    this.numbers ??= this.number();
    return this.numbers.get(spanId) ?? DISCONNECTED;
  }

  /** Without recursion: a chain of a hundred thousand spans is no deeper than another tree. */
  private number(): Map<bigint, Nested> {
    const numbers = new Map<bigint, Nested>();
    let next = 1;
    const open: { readonly spanId: bigint; readonly nested: Nested; child: number }[] = [];
    const enter = (spanId: bigint, parent: number): void => {
      const nested = { left: next++, right: 0, parent };
      numbers.set(spanId, nested);
      open.push({ spanId, nested, child: 0 });
    };
    for (const [root, parent] of this.parents) {
      if (parent !== null) continue;
      enter(root, -1);
      for (let top = open.at(-1); top; top = open.at(-1)) {
        const child = this.children.get(top.spanId)?.[top.child++];
        if (child !== undefined) enter(child, top.nested.left);
        else {
          top.nested.right = next++;
          open.pop();
        }
      }
    }
    return numbers;
  }
}
