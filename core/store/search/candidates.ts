/**
 * Where traces that may match come from: each source gives them in runs, and says below which start there may be more. What is
 * above the marks of all sources is complete.
 */

import { crossingSql, IS_LONG_SQL, LONG_TRACE_NS } from '../sql/crossing-traces';
import { Pace } from '../sql/pace';
import { decodeRows, INT8, TEXT } from '../sql/row-spec';
import { compareBigints, type PlannedBlock, spanRange, type TimeRange } from './block-plan';
import type { SpanLoader } from './span-loader';
import { type SpanFilter, type SpanSlice, spanSlices } from './span-slices';
import type { StoredSpan } from './stored-span';
import { TRACE_FACTS_JOIN, TRACE_FACTS_ROW, TRACE_FACTS_SQL, type TraceFactsRow } from './trace-facts';

/** Place in a list. */
export interface Place {
  /** What the list is sorted by, the greatest first: the start, where nothing else is said. */
  readonly at: bigint;
  readonly traceId: string;
}

export interface CandidateSource {
  /** Traces that start later have all been given; null: none has. */
  readonly mark: bigint | null;
  readonly done: boolean;
  /** From 0 to 1. */
  readonly progress: number;
  next(): Promise<readonly TraceFactsRow[]>;
}

/** Traces with a span that may match, found block by block. */
export class SpanBlocksSource implements CandidateSource {
  mark: bigint | null = null;
  done = false;
  progress = 0;
  private readonly slices: AsyncGenerator<SpanSlice>;
  /** The slice whose spans are being looked at. */
  private open: { readonly slice: SpanSlice; readonly spans: AsyncGenerator<StoredSpan | null> } | null = null;
  private readonly seen = new Set<string>();

  /**
   * @param blocks as planned
   * @param range of traces
   */
  constructor(
    private readonly loader: SpanLoader,
    blocks: readonly PlannedBlock[],
    filter: SpanFilter,
    private readonly range: TimeRange,
  ) {
    this.slices = spanSlices(loader, blocks, filter, spanRange(range));
  }

  async next(): Promise<readonly TraceFactsRow[]> {
    const found = new Set<string>();
    if (!this.open) {
      const { value: slice } = await this.slices.next();
      if (!slice) this.done = true;
      else if (slice.exact) {
        const rows = await slice.select("distinct replace(s.trace_id::text, '-', '') as trace_id", '');
        for (const { trace_id } of decodeRows({ trace_id: TEXT }, rows)) found.add(trace_id);
        this.passed(slice);
      } else this.open = { slice, spans: slice.spans(false) };
    }
    if (this.open) {
      const { slice, spans } = this.open;
      let next = await spans.next();
      for (; next.value; next = await spans.next()) found.add(next.value.row.trace_id);
      // Else time is up: it goes on there.
      if (next.done) this.passed(slice);
    }
    const fresh = [...found].filter((id) => !this.seen.has(id));
    for (const id of fresh) this.seen.add(id);
    return this.loader.traces(fresh, this.range);
  }

  private passed({ rest, progress }: SpanSlice): void {
    this.open = null;
    this.mark = rest.lastStartNs;
    this.done = rest.isNone;
    this.progress = progress;
  }
}

/** Traces of the list, in its order. */
export class TraceTableSource implements CandidateSource {
  mark: bigint | null = null;
  done = false;
  progress = 0;
  private last: Place | null = null;
  private readonly pace = new Pace(100, 5_000);
  /** Starts of the first trace that was read and of the oldest there is; null: one run was all. */
  private edges: { readonly newest: bigint; readonly oldest: bigint } | null = null;

  /**
   * @param condition SQL over `t`
   * @param ids SQL over `t` that few traces fulfil; null: none
   */
  constructor(
    private readonly loader: SpanLoader,
    private readonly condition: string,
    private readonly ids: string | null,
    private readonly range: TimeRange,
    private readonly after: Place | null,
  ) {}

  async next(): Promise<readonly TraceFactsRow[]> {
    const size = this.pace.next;
    const last = this.last ?? this.after;
    const bounds = [`t.workspace_id = ${this.loader.workspaceId}`];
    if (this.ids !== null) bounds.push(this.ids);
    if (this.range.from !== null) bounds.push(`t.start_ns >= ${this.range.from}`);
    if (this.range.to !== null) bounds.push(`t.start_ns < ${this.range.to}`);
    if (last) bounds.push(`(t.start_ns, t.trace_id) < (${last.at}, '${last.traceId}'::uuid)`);
    // All rows of the run are counted, also those that do not match: where it ended says where to go on.
    const rows = await this.pace.timed(() =>
      this.loader.sql.query(
        `${TRACE_FACTS_SQL}, (t.deleted_at is null and (${this.condition})) as matches
         from (select * from trace t where ${bounds.join(' and ')} order by t.start_ns desc, t.trace_id desc limit ${size}) t
         ${TRACE_FACTS_JOIN} order by t.start_ns desc, t.trace_id desc`,
      ),
    );
    const end = decodeRows(TRACE_FACTS_ROW, rows.slice(-1))[0];
    if (end) {
      this.last = { at: end.start_ns, traceId: end.trace_id };
      this.mark = end.start_ns;
    }
    this.done = rows.length < size;
    this.progress = this.done || !end ? 1 : await this.progressAt(end.start_ns);
    return decodeRows(
      TRACE_FACTS_ROW,
      rows.filter(({ matches }) => matches === true),
    );
  }

  /** By time, as if traces came evenly. */
  private async progressAt(startNs: bigint): Promise<number> {
    if (!this.edges) {
      const rows = await this.loader.sql.query(
        'select start_ns from trace where workspace_id = $1 order by start_ns, trace_id limit 1',
        [this.loader.workspaceId],
      );
      const first = decodeRows({ start_ns: INT8 }, rows)[0]?.start_ns ?? startNs;
      const { from } = this.range;
      this.edges = { newest: startNs, oldest: from !== null && from > first ? from : first };
    }
    const { newest, oldest } = this.edges;
    return newest <= oldest ? 0 : Math.min(0.99, Number(newest - startNs) / Number(newest - oldest));
  }
}

/** Traces whose matching span may start long after them. */
export class LongTracesSource implements CandidateSource {
  mark: bigint | null = null;
  done = false;
  progress = 0;
  private last: bigint | null = null;

  constructor(
    private readonly loader: SpanLoader,
    private readonly range: TimeRange,
  ) {}

  async next(): Promise<readonly TraceFactsRow[]> {
    const { from, to } = this.range;
    const size = 200;
    const bounds = [`t.workspace_id = ${this.loader.workspaceId}`, 't.deleted_at is null', IS_LONG_SQL];
    if (from !== null) bounds.push(`t.start_ns >= ${from}`);
    if (this.last !== null) bounds.push(`t.start_ns <= ${this.last}`);
    else if (to !== null) bounds.push(`t.start_ns < ${to}`);
    const rows = decodeRows(
      TRACE_FACTS_ROW,
      await this.loader.sql.query(
        `${TRACE_FACTS_SQL} from trace t ${TRACE_FACTS_JOIN} where ${bounds.join(' and ')} order by t.start_ns desc limit ${size}`,
      ),
    );
    const end = rows.at(-1)?.start_ns ?? null;
    // Rows of equal starts may come twice, and are told apart by their ids; a run of them cannot make us stand still.
    this.done = rows.length < size || end === this.last;
    this.last = end;
    this.mark = end;
    return rows;
  }
}

/** Traces that have begun before the range and reach into it; they come after all that begin in it. */
export class CrossingTracesSource implements CandidateSource {
  mark: bigint;
  done = false;
  progress = 0;
  private readonly pace = new Pace(200, 5_000);
  /** What is still to be looked for. */
  private readonly left: string[];
  private last: Place | null = null;

  /**
   * @param from of the range
   * @param condition SQL over `t`
   */
  constructor(
    private readonly loader: SpanLoader,
    private readonly from: bigint,
    private readonly condition: string,
    private readonly after: Place | null,
  ) {
    this.mark = from - 1n;
    this.left = [...crossingSql(from)];
  }

  async next(): Promise<readonly TraceFactsRow[]> {
    const [crosses] = this.left;
    if (crosses === undefined) return [];
    const size = this.pace.next;
    const last = this.last ?? this.after;
    const bounds = [
      `t.workspace_id = ${this.loader.workspaceId}`,
      't.deleted_at is null',
      crosses,
      `(${this.condition})`,
    ];
    if (last) bounds.push(`(t.start_ns, t.trace_id) < (${last.at}, '${last.traceId}'::uuid)`);
    const rows = decodeRows(
      TRACE_FACTS_ROW,
      await this.pace.timed(() =>
        this.loader.sql.query(
          `${TRACE_FACTS_SQL} from trace t ${TRACE_FACTS_JOIN} where ${bounds.join(' and ')}
           order by t.start_ns desc, t.trace_id desc limit ${size}`,
        ),
      ),
    );
    const end = rows.at(-1);
    if (end) this.last = { at: end.start_ns, traceId: end.trace_id };
    if (rows.length === size && end) this.mark = end.start_ns;
    else {
      this.left.shift();
      // What is found next began before what was looked for.
      this.mark = this.from - LONG_TRACE_NS - 1n;
      this.done = this.left.length === 0;
    }
    return rows;
  }
}

/** Below which start there may be traces that no source has given; null: nowhere, all are done. */
export function markOf(sources: readonly CandidateSource[]): { readonly all: boolean; readonly mark: bigint | null } {
  const open = sources.filter(({ done }) => !done);
  if (open.some(({ mark }) => mark === null)) return { all: false, mark: null };
  const marks = open.map(({ mark }) => mark as bigint).sort(compareBigints);
  return { all: open.length === 0, mark: marks.at(-1) ?? null };
}
