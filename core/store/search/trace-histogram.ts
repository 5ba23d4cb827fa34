/** What a query asks for over time: traces where their rows decide, else the spans that it looks for. */
import type { Heatmap, HeatmapCell, Histogram, HistogramQuery } from '../../api/contract';
import { STATUS_ERROR } from '../../model/span-kind';
import { rfc3339FromNs } from '../../model/time';
import { inDeployments } from '../../query/in-deployments';
import { parseTraceql } from '../../query/traceql/parse';
import { Turns } from '../../query/traceql/turns';
import { crossingSql } from '../sql/crossing-traces';
import { Pace } from '../sql/pace';
import { decodeRows, INT4, INT8 } from '../sql/row-spec';
import type { SqlClient, SqlRow } from '../sql/sql-client';
import { KNOWS_DURATION_SQL } from '../sql/trace-duration';
import type { TimeRange } from './block-plan';
import type { Searcher } from './searcher';
import { eachSpan, type SpanSlice } from './span-slices';
import { rangeOf } from './trace-list';
import type { TraceSearch } from './trace-search';

const DEFAULT_BUCKETS = 60;
const DEFAULT_WAIT_MS = 2_000;

/** Where the buckets lie, and what was counted in them. */
interface Buckets {
  readonly fromNs: bigint;
  readonly bucketNs: bigint;
  readonly length: number;
  /** Whether durations are told apart. */
  readonly byDuration: boolean;
  /** By bucket and band; one band where durations are not told apart. */
  readonly cells: Map<string, HeatmapCell>;
}

interface Counted {
  readonly buckets: Buckets;
  readonly from: string;
  readonly to: string;
  readonly of: 'traces' | 'spans';
  readonly complete: boolean;
}

const ROW = { bucket: INT8, band: INT4, spans: INT8, errors: INT8 };
/** Traces looked at before time is. */
const MATCHES = 100;
/** Bands of durations: two a doubling. */
const BANDS_PER_DOUBLING = 2;

/** In place of a band: nobody knows how long it took. */
const UNKNOWN = -1;

/** @param duration SQL, nanoseconds @param isKnown SQL */
function bandSql(duration: string, isKnown: string): string {
  const band = `floor(${BANDS_PER_DOUBLING} / ln(2::float8) * ln(greatest((${duration})::float8, 1)))::int4`;
  return `case when ${isKnown} then ${band} else ${UNKNOWN} end`;
}

const TRACE_BAND_SQL = bandSql('t.end_ns::float8 - t.start_ns::float8', KNOWS_DURATION_SQL);

function bandOf(durationNs: bigint): number {
  return Math.floor((BANDS_PER_DOUBLING / Math.LN2) * Math.log(Math.max(Number(durationNs), 1)));
}

export class TraceHistogram {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly searcher: Searcher,
  ) {}

  /** Without bounds, from the first trace to the last. @throws SpoorError VALIDATION_ERROR */
  async count(query: HistogramQuery, signal?: AbortSignal): Promise<Histogram> {
    const { buckets, ...counted } = await this.counted(query, false, signal);
    const counts = new Array<number>(buckets.length).fill(0);
    const errors = new Array<number>(buckets.length).fill(0);
    for (const cell of buckets.cells.values()) {
      counts[cell.bucket] = cell.count;
      errors[cell.bucket] = cell.errors;
    }
    return { ...counted, bucketNs: Number(buckets.bucketNs), counts, errors };
  }

  /** As `count`, by duration as well. @throws SpoorError VALIDATION_ERROR */
  async heatmap(query: HistogramQuery, signal?: AbortSignal): Promise<Heatmap> {
    const { buckets, ...counted } = await this.counted(query, true, signal);
    const all = [...buckets.cells.values()];
    const cells = all.filter(({ band }) => band !== UNKNOWN);
    const unknown = all.reduce((sum, { band, count }) => (band === UNKNOWN ? sum + count : sum), 0);
    return { ...counted, bucketNs: Number(buckets.bucketNs), cells, ofUnknownDuration: unknown };
  }

  private async counted(query: HistogramQuery, byDuration: boolean, signal: AbortSignal | undefined): Promise<Counted> {
    const turns = new Turns(signal, performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS));
    const parsed = inDeployments(parseTraceql(await this.searcher.traceqlOf(query.query ?? '')), query);
    const asked = rangeOf(query);
    const range = await this.bounds(asked);
    const length = query.buckets ?? DEFAULT_BUCKETS;
    const width = range.to > range.from ? range.to - range.from : 1n;
    const bucketNs = (width + BigInt(length) - 1n) / BigInt(length);
    const buckets: Buckets = { fromNs: range.from, bucketNs, length, byDuration, cells: new Map() };
    // Without a bound, spans that start later than the last trace count, too: in the last bucket.
    const plan = await this.searcher.slices(parsed, { from: range.from, to: asked.to }, turns);
    const complete =
      plan.of === 'traces'
        ? (await this.countTraces(plan.condition, buckets, range.to, turns)) &&
          (asked.from === null || (await this.countCrossing(plan.condition, buckets, turns)))
        : plan.of === 'spans'
          ? await this.countSpans(plan.slices, buckets, turns)
          : await this.countMatches(plan.search, buckets, turns);
    const of = plan.of === 'spans' ? 'spans' : 'traces';
    return { buckets, from: rfc3339FromNs(range.from), to: rfc3339FromNs(range.to), of, complete };
  }

  /** Some buckets a statement, the newest first. @returns whether all were counted */
  private async countTraces(condition: string, buckets: Buckets, toNs: bigint, turns: Turns): Promise<boolean> {
    const pace = new Pace(8, buckets.length);
    const band = buckets.byDuration ? TRACE_BAND_SQL : '0';
    let end = buckets.length;
    while (end > 0) {
      if (turns.isDue) await turns.end();
      if (turns.isOver) return false;
      const first = Math.max(0, end - pace.next);
      const from = buckets.fromNs + BigInt(first) * buckets.bucketNs;
      const to = end === buckets.length ? toNs : buckets.fromNs + BigInt(end) * buckets.bucketNs;
      const rows = await pace.timed(() =>
        this.sql.query(
          `select (t.start_ns - ${buckets.fromNs}) / ${buckets.bucketNs} as bucket, ${band} as band, count(*) as spans,
             count(*) filter (where t.failed_count > 0) as errors
           from trace t where t.workspace_id = ${this.workspaceId} and t.start_ns >= ${from} and t.start_ns < ${to}
             and t.deleted_at is null and (${condition}) group by 1, 2`,
        ),
      );
      addRows(buckets, rows);
      end = first;
    }
    return true;
  }

  /** Traces that have begun before and reach into the range: in its first bucket. @returns whether all were counted */
  private async countCrossing(condition: string, buckets: Buckets, turns: Turns): Promise<boolean> {
    const band = buckets.byDuration ? TRACE_BAND_SQL : '0';
    for (const crosses of crossingSql(buckets.fromNs)) {
      if (turns.isDue) await turns.end();
      if (turns.isOver) return false;
      const rows = await this.sql.query(
        `select 0::int8 as bucket, ${band} as band, count(*) as spans, count(*) filter (where t.failed_count > 0) as errors
         from trace t where t.workspace_id = ${this.workspaceId} and ${crosses} and t.deleted_at is null and (${condition})
         group by 1, 2`,
      );
      addRows(buckets, rows);
    }
    return true;
  }

  private async countMatches(search: TraceSearch, buckets: Buckets, turns: Turns): Promise<boolean> {
    for (;;) {
      const { matches, done } = await search.next(MATCHES);
      for (const { trace } of matches) {
        const bucket = Number((trace.start_ns - buckets.fromNs) / buckets.bucketNs);
        const known = trace.has_duration ? bandOf(trace.end_ns - trace.start_ns) : UNKNOWN;
        const band = buckets.byDuration ? known : 0;
        add(buckets, bucket, band, 1, trace.failed_count > 0 ? 1 : 0);
      }
      if (done || turns.isOver) return done;
    }
  }

  private async countSpans(slices: AsyncIterable<SpanSlice>, buckets: Buckets, turns: Turns): Promise<boolean> {
    const band = buckets.byDuration ? bandSql('s.duration_ns', 's.duration_ns >= 0') : '0';
    for await (const slice of slices) {
      if (slice.exact) {
        const rows = await slice.select(
          `(s.start_ns - ${buckets.fromNs}) / ${buckets.bucketNs} as bucket, ${band} as band, count(*) as spans,
           count(*) filter (where s.status = ${STATUS_ERROR}) as errors`,
          'group by 1, 2',
        );
        addRows(buckets, rows);
      } else {
        const isWhole = await eachSpan(slice, false, ({ row }) => {
          const bucket = Number((row.start_ns - buckets.fromNs) / buckets.bucketNs);
          const error = row.status === STATUS_ERROR ? 1 : 0;
          const known = row.duration_ns < 0n ? UNKNOWN : bandOf(row.duration_ns);
          add(buckets, bucket, buckets.byDuration ? known : 0, 1, error);
        });
        if (!isWhole) return false;
      }
      if (turns.isDue) await turns.end();
      if (turns.isOver) return slice.rest.isNone;
    }
    return true;
  }

  /** The bounds, else those of all traces. */
  async bounds({ from, to }: TimeRange): Promise<{ from: bigint; to: bigint }> {
    const edge = async (order: 'asc' | 'desc'): Promise<bigint> => {
      const rows = await this.sql.query(
        `select start_ns from trace where workspace_id = $1 and deleted_at is null
         order by start_ns ${order}, trace_id ${order} limit 1`,
        [this.workspaceId],
      );
      return decodeRows({ start_ns: INT8 }, rows)[0]?.start_ns ?? 0n;
    };
    const first = from ?? (await edge('asc'));
    return { from: first, to: to ?? (await edge('desc')) + 1n };
  }
}

function addRows(buckets: Buckets, rows: readonly SqlRow[]): void {
  for (const { bucket, band, spans, errors } of decodeRows(ROW, rows)) {
    add(buckets, Number(bucket), band, Number(spans), Number(errors));
  }
}

function add({ cells, length }: Buckets, bucket: number, band: number, count: number, failed: number): void {
  // What has begun before the range is in its first bucket.
  const within = Math.max(0, Math.min(bucket, length - 1));
  const key = `${within}.${band}`;
  const known = cells.get(key);
  cells.set(key, { bucket: within, band, count: (known?.count ?? 0) + count, errors: (known?.errors ?? 0) + failed });
}
