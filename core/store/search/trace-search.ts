/**
 * One search for traces, newest first. It works in short steps between which others use the database, gives what it found so
 * far whenever it is asked, and goes on from there when it is asked again.
 */
import type { Turns } from '../../query/traceql/turns';
import { compareBigints, spanRange, type TimeRange } from './block-plan';
import {
  type CandidateSource,
  CrossingTracesSource,
  LongTracesSource,
  markOf,
  type Place,
  SpanBlocksSource,
  TraceTableSource,
} from './candidates';
import { planSearch, type SearchParts } from './search-plan';
import { countOfRow, type MatchesOfRow } from './trace-condition';
import { evaluateTraces, type TraceMatch } from './trace-evaluation';
import type { TraceFactsRow } from './trace-facts';

/** Traces looked at whole at once, where that takes no longer than there is time. */
const BATCH = 50;

export interface SearchStep {
  readonly matches: readonly TraceMatch[];
  /** Nothing more will come. */
  readonly done: boolean;
  /** How much was looked through, from 0 to 1. */
  readonly progress: number;
}

export class TraceSearch {
  private readonly sources: CandidateSource[];
  /** Whether it has planned which blocks of spans to look into. */
  readonly readsBlocks: boolean;
  /** Waiting until nothing newer can come, newest last. */
  private waiting: TraceFactsRow[] = [];
  private readonly given = new Set<string>();
  private readonly ready: TraceMatch[] = [];
  private batch = BATCH;
  /** The last that was given. */
  last: Place | null;
  /** The row of a trace decides: its spans need not be looked at. */
  private readonly matchesOfRow: MatchesOfRow = 'unknown';

  /** @param after the last trace that was given before; null: from the beginning */
  constructor(
    private readonly search: SearchParts,
    range: TimeRange,
    private readonly after: Place | null,
    /** Whether the spans of each trace are wanted, also where its row decides. */
    wantsSpans = false,
  ) {
    this.last = after;
    const { loader } = search;
    // Traces end where the page before ended, but their spans may start later.
    const until = { from: range.from, to: after ? after.at + 1n : range.to };
    const isPast = range.from !== null && until.to !== null && until.to <= range.from;
    const plan = planSearch(search, spanRange(until));
    this.readsBlocks = plan.kind === 'spans';
    if (plan.kind === 'traces') {
      if (!wantsSpans) this.matchesOfRow = plan.matches;
      this.sources = isPast ? [] : [new TraceTableSource(loader, plan.sql, plan.ids, range, after)];
    } else if (isPast) this.sources = [];
    else {
      const inBlocks = new SpanBlocksSource(loader, plan.blocks, plan.filter, until);
      this.sources = until.to === null ? [inBlocks] : [inBlocks, new LongTracesSource(loader, until)];
    }
    if (range.from !== null) {
      const ofTraces = plan.kind === 'traces' ? plan.sql : 'true';
      this.sources.push(new CrossingTracesSource(loader, range.from, ofTraces, after));
    }
  }

  get turns(): Turns {
    return this.search.compiled.turns;
  }

  /** Whether the next page begins after this trace. */
  isAt(place: Place | null): boolean {
    const { last } = this;
    return last === null || place === null ? last === place : last.traceId === place.traceId && last.at === place.at;
  }

  /** Works until so many matched, or time is up. */
  async next(limit: number): Promise<SearchStep> {
    const { turns } = this;
    const done = (): boolean => this.waiting.length === 0 && this.sources.every((source) => source.done);
    while (this.ready.length < limit && !done()) {
      const batch = this.complete(Math.min(this.batch, Math.max(limit - this.ready.length, 8)));
      if (batch.length === 0) await this.gather();
      else if (!(await this.take(batch))) break;
      if (turns.isDue) await turns.end();
      if (turns.isOver) break;
    }
    // What was found and is decided by its row takes no more time: a plain list that had to wait for the database is not empty.
    if (this.matchesOfRow !== 'unknown') await this.take(this.complete(limit - this.ready.length));
    const matches = this.ready.splice(0, limit);
    const last = matches.at(-1)?.trace;
    if (last) this.last = { at: last.start_ns, traceId: last.trace_id };
    return { matches, done: done() && this.ready.length === 0, progress: this.progress() };
  }

  private progress(): number {
    return this.sources.reduce((least, source) => Math.min(least, source.done ? 1 : source.progress), 1);
  }

  /** The newest of what waits, as far as nothing newer can come. */
  private complete(most: number): TraceFactsRow[] {
    const { all, mark } = markOf(this.sources);
    if (!all && mark === null) return [];
    const batch: TraceFactsRow[] = [];
    for (let next = this.waiting.at(-1); next && batch.length < most; next = this.waiting.at(-1)) {
      if (mark !== null && next.start_ns <= mark) break;
      batch.push(next);
      this.waiting.pop();
    }
    return batch;
  }

  /** More candidates, from the source that is the least far back. */
  private async gather(): Promise<void> {
    const open = this.sources.filter(({ done }) => !done);
    const [source] = open.sort((a, b) => {
      if (a.mark === null || b.mark === null) return a.mark === b.mark ? 0 : a.mark === null ? -1 : 1;
      return compareBigints(b.mark, a.mark);
    });
    if (!source) return;
    let added = false;
    for (const row of await source.next()) {
      if (this.given.has(row.trace_id) || !this.isAfter(row)) continue;
      this.given.add(row.trace_id);
      this.waiting.push(row);
      added = true;
    }
    if (added)
      this.waiting.sort((a, b) => compareBigints(a.start_ns, b.start_ns) || (a.trace_id < b.trace_id ? -1 : 1));
  }

  private isAfter(row: TraceFactsRow): boolean {
    const { after } = this;
    if (!after) return true;
    return row.start_ns < after.at || (row.start_ns === after.at && row.trace_id < after.traceId);
  }

  /** @returns false where time was up first: then fewer are looked at the next time */
  private async take(batch: readonly TraceFactsRow[]): Promise<boolean> {
    const found = await this.evaluate(batch);
    if (found) {
      this.ready.push(...found);
      this.batch = Math.min(BATCH, this.batch * 2);
      return true;
    }
    this.waiting.push(...batch.toReversed());
    this.batch = Math.ceil(batch.length / 4);
    return false;
  }

  private async evaluate(rows: readonly TraceFactsRow[]): Promise<readonly TraceMatch[] | null> {
    const { compiled, loader } = this.search;
    // One alone is looked at to its end, or it would be begun again for ever.
    if (this.matchesOfRow === 'unknown') return evaluateTraces(compiled, rows, loader, rows.length > 1);
    return rows.map((trace) => ({ trace, sets: null, count: countOfRow(trace, this.matchesOfRow) }));
  }
}
