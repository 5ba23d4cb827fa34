/**
 * A search whose traces come in another order than newest first: all that match are ranked before the first is given. Where rows
 * of traces decide, the database ranks them, a run of rows a statement.
 */
import type { TraceSort } from '../../api/trace-list-query';
import type { Turns } from '../../query/traceql/turns';
import { crossingSql } from '../sql/crossing-traces';
import { Pace } from '../sql/pace';
import { decodeRows, INT8, TEXT } from '../sql/row-spec';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';
import type { TimeRange } from './block-plan';
import type { Place } from './candidates';
import { planSearch, type SearchParts } from './search-plan';
import { countOfRow, type MatchesOfRow } from './trace-condition';
import { evaluateTraces, type TraceMatch } from './trace-evaluation';
import type { TraceFactsRow } from './trace-facts';
import { type SearchStep, TraceSearch } from './trace-search';

/** What a trace is ranked by: SQL over `t`, within an int8. */
const VALUES = {
  startTime: 't.start_ns',
  durationNs: 'least(t.end_ns::numeric - t.start_ns, 9223372036854775807)::int8',
  spanCount: 't.span_count::int8',
  errorCount: 't.error_count::int8',
} as const;
type Ranking = keyof typeof VALUES;
/** Traces of unknown duration come last, whichever comes first. */
const UNKNOWN = -(2n ** 63n);

/** Ranked by rows at once; further pages rank again. */
const KEPT = 500;
/** Traces evaluated before time is looked at. */
const BATCH = 200;

export class SortedSearch {
  private ranked: Place[] = [];
  /** What is known not to be ranked yet. */
  private isRanked = false;
  /** Ranked, but there are more than were kept. */
  private isCut = false;
  private place: Place | null;
  private readonly ranking: Ranking;
  /** 1: the greatest first. */
  private readonly sign: bigint;
  private readonly rows: RowRanking | null;
  private readonly matchesOfRow: MatchesOfRow | null;
  private readonly search: TraceSearch | null;
  private progress = 0;

  /** @param after the last trace that was given before; null: from the beginning */
  constructor(
    private readonly parts: SearchParts,
    private readonly range: TimeRange,
    sort: TraceSort,
    after: Place | null,
  ) {
    this.place = after;
    this.sign = sort.startsWith('-') ? 1n : -1n;
    this.ranking = sort.replace('-', '') as Ranking;
    const plan = planSearch(parts, range);
    const known = `${this.sign}::int8 * ${VALUES[this.ranking]}`;
    const value =
      this.ranking === 'durationNs'
        ? `case when ${KNOWS_DURATION_SQL} then ${known} else '${UNKNOWN}'::int8 end`
        : known;
    const byRow = plan.kind === 'traces' && plan.matches !== 'unknown';
    this.matchesOfRow = byRow ? plan.matches : null;
    this.rows = byRow ? new RowRanking(parts, plan.sql, value, range) : null;
    this.search = byRow ? null : new TraceSearch(parts, range, null);
  }

  /** Whether it has planned which blocks of spans to look into; of what is ranked, nothing is left to be looked into. */
  get readsBlocks(): boolean {
    return !this.isRanked && (this.search?.readsBlocks ?? false);
  }

  get last(): Place | null {
    return this.place;
  }

  get turns(): Turns {
    return this.parts.compiled.turns;
  }

  /** Whether the next page begins after this trace. */
  isAt(place: Place | null): boolean {
    return this.place?.traceId === place?.traceId && this.place?.at === place?.at;
  }

  /** Gives nothing until all are ranked. */
  async next(limit: number): Promise<SearchStep> {
    const { turns } = this;
    while (!this.isRanked) {
      await (this.rows ? this.rankRows(this.rows) : this.rankMatches());
      if (turns.isDue) await turns.end();
      if (!this.isRanked && turns.isOver) return { matches: [], done: false, progress: this.progress };
    }
    const page = this.ranked.splice(0, limit);
    this.place = page.at(-1) ?? this.place;
    if (this.ranked.length === 0 && this.isCut) this.isRanked = false;
    return { matches: await this.matches(page), done: this.isRanked && this.ranked.length === 0, progress: 1 };
  }

  private async rankRows(rows: RowRanking): Promise<void> {
    if (!(await rows.step(this.place))) return;
    this.ranked = rows.take();
    this.isCut = this.ranked.length === KEPT;
    this.isRanked = true;
  }

  private async rankMatches(): Promise<void> {
    const { matches, done, progress } = await (this.search as TraceSearch).next(BATCH);
    for (const { trace } of matches) {
      const isKnown = this.ranking !== 'durationNs' || trace.has_duration;
      const place = { at: isKnown ? this.sign * rankOf(trace, this.ranking) : UNKNOWN, traceId: trace.trace_id };
      if (!this.place || comparePlaces(place, this.place) > 0) this.ranked.push(place);
    }
    this.progress = progress;
    if (!done) return;
    this.ranked.sort(comparePlaces);
    this.isRanked = true;
  }

  /** In the order of the places, without what was deleted meanwhile. */
  private async matches(places: readonly Place[]): Promise<TraceMatch[]> {
    const { loader, compiled } = this.parts;
    const rows = await loader.traces(
      places.map(({ traceId }) => traceId),
      this.range,
    );
    const { matchesOfRow } = this;
    const matches =
      matchesOfRow === null
        ? ((await evaluateTraces(compiled, rows, loader, false)) ?? [])
        : rows.map((trace) => {
            return { trace, sets: null, count: countOfRow(trace, matchesOfRow) };
          });
    const byId = new Map(matches.map((match) => [match.trace.trace_id, match]));
    return places.flatMap(({ traceId }) => byId.get(traceId) ?? []);
  }
}

/** The traces with the greatest value, found in runs of rows from the newest to the oldest. */
class RowRanking {
  private best: Place[] = [];
  private below: bigint | null;
  /** What is looked for after the traces that begin in the range. */
  private crossing: string[] = [];
  private readonly pace = new Pace(2_000, 50_000);

  constructor(
    private readonly parts: SearchParts,
    /** SQL over `t`. */
    private readonly condition: string,
    private readonly value: string,
    private readonly range: TimeRange,
  ) {
    this.below = range.to;
  }

  /** Looks at one run. @param after what was given already @returns whether it was the last */
  async step(after: Place | null): Promise<boolean> {
    const { sql, workspaceId } = this.parts.loader;
    const bounds = [`t.workspace_id = ${workspaceId}`];
    const crossing = this.crossing.shift();
    if (crossing !== undefined) {
      await this.rank([...bounds, crossing], after);
      return this.crossing.length === 0;
    }
    if (this.range.from !== null) bounds.push(`t.start_ns >= ${this.range.from}`);
    if (this.below !== null) bounds.push(`t.start_ns < ${this.below}`);
    const edge = await sql.query(
      `select start_ns from trace t where ${bounds.join(' and ')}
       order by t.start_ns desc, t.trace_id desc offset ${this.pace.next} limit 1`,
    );
    const [end] = decodeRows({ start_ns: INT8 }, edge);
    if (end) bounds.push(`t.start_ns >= ${end.start_ns}`);
    await this.rank(bounds, after);
    this.below = end?.start_ns ?? this.below;
    if (end || this.range.from === null) return !end;
    this.crossing = [...crossingSql(this.range.from)];
    return false;
  }

  private async rank(bounds: string[], after: Place | null): Promise<void> {
    const { sql } = this.parts.loader;
    bounds.push('t.deleted_at is null', `(${this.condition})`);
    const worst = this.best.length === KEPT ? this.best.at(-1) : undefined;
    for (const [place, op] of [
      [after, '<'],
      [worst, '>'],
    ] as const) {
      if (place) bounds.push(`(${this.value}, t.trace_id) ${op} (${place.at}, '${place.traceId}'::uuid)`);
    }
    const rows = await this.pace.timed(() =>
      sql.query(
        `select ${this.value} as at, replace(t.trace_id::text, '-', '') as trace_id from trace t
         where ${bounds.join(' and ')} order by 1 desc, t.trace_id desc limit ${KEPT}`,
      ),
    );
    const found = decodeRows({ at: INT8, trace_id: TEXT }, rows).map(({ at, trace_id }) => ({ at, traceId: trace_id }));
    this.best = [...this.best, ...found].sort(comparePlaces).slice(0, KEPT);
  }

  /** What was found; begins anew. */
  take(): Place[] {
    const { best } = this;
    this.best = [];
    this.below = this.range.to;
    return best;
  }
}

function rankOf({ start_ns, end_ns, span_count, error_count }: TraceFactsRow, ranking: Ranking): bigint {
  if (ranking === 'startTime') return start_ns;
  if (ranking === 'spanCount') return BigInt(span_count);
  if (ranking === 'errorCount') return BigInt(error_count);
  const duration = end_ns - start_ns;
  return duration > MAX_INT8 ? MAX_INT8 : duration;
}

const MAX_INT8 = 2n ** 63n - 1n;

/** The greatest first; among equals the greater id. */
function comparePlaces(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  return a.traceId === b.traceId ? 0 : a.traceId > b.traceId ? -1 : 1;
}
