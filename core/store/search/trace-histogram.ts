/** What a query asks for over time: traces where their rows decide, else the spans that it looks for. */
import type { Histogram, HistogramQuery } from '../../api/contract';
import { STATUS_ERROR } from '../../model/span-kind';
import { rfc3339FromNs } from '../../model/time';
import { traceqlOf } from '../../query/plain-search';
import { parseTraceql } from '../../query/traceql/parse';
import { decodeRows, INT8 } from '../row-spec';
import type { SqlClient } from '../sql-client';
import type { TimeRange } from './block-plan';
import { Pace } from './pace';
import type { Searcher } from './searcher';
import type { SpanSlice } from './span-slices';
import { rangeOf } from './trace-list';

const DEFAULT_BUCKETS = 60;
const DEFAULT_WAIT_MS = 2_000;

/** Where the buckets lie. */
interface Buckets {
  readonly fromNs: bigint;
  readonly bucketNs: bigint;
  readonly counts: number[];
  readonly errors: number[];
}

const ROW = { bucket: INT8, spans: INT8, errors: INT8 };

export class TraceHistogram {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly searcher: Searcher,
  ) {}

  /** Without bounds, from the first trace to the last. @throws SpoorError VALIDATION_ERROR */
  async count(query: HistogramQuery): Promise<Histogram> {
    const untilMs = performance.now() + (query.waitMs ?? DEFAULT_WAIT_MS);
    const parsed = parseTraceql(traceqlOf(query.query ?? ''));
    const range = await this.bounds(rangeOf(query));
    const length = query.buckets ?? DEFAULT_BUCKETS;
    const width = range.to > range.from ? range.to - range.from : 1n;
    const buckets: Buckets = {
      fromNs: range.from,
      bucketNs: (width + BigInt(length) - 1n) / BigInt(length),
      counts: new Array<number>(length).fill(0),
      errors: new Array<number>(length).fill(0),
    };
    const plan = await this.searcher.slices(parsed, range);
    const complete =
      plan.of === 'traces'
        ? await this.countTraces(plan.condition, buckets, range.to, untilMs)
        : await this.countSpans(plan.slices, buckets, untilMs);
    return {
      from: rfc3339FromNs(range.from),
      to: rfc3339FromNs(range.to),
      bucketNs: Number(buckets.bucketNs),
      of: plan.of,
      counts: buckets.counts,
      errors: buckets.errors,
      complete,
    };
  }

  /** Some buckets a statement, the newest first. @returns whether all were counted */
  private async countTraces(condition: string, buckets: Buckets, toNs: bigint, untilMs: number): Promise<boolean> {
    const pace = new Pace(8, buckets.counts.length);
    let end = buckets.counts.length;
    while (end > 0) {
      if (performance.now() >= untilMs) return false;
      const first = Math.max(0, end - pace.next);
      const from = buckets.fromNs + BigInt(first) * buckets.bucketNs;
      const to = end === buckets.counts.length ? toNs : buckets.fromNs + BigInt(end) * buckets.bucketNs;
      const rows = await pace.timed(() =>
        this.sql.query(
          `select (t.start_ns - ${buckets.fromNs}) / ${buckets.bucketNs} as bucket, count(*) as spans,
             count(*) filter (where t.error_count > 0) as errors
           from trace t where t.workspace_id = ${this.workspaceId} and t.start_ns >= ${from} and t.start_ns < ${to}
             and t.deleted_at is null and (${condition}) group by 1`,
        ),
      );
      for (const { bucket, spans, errors } of decodeRows(ROW, rows)) {
        add(buckets, Number(bucket), Number(spans), Number(errors));
      }
      end = first;
    }
    return true;
  }

  private async countSpans(slices: AsyncIterable<SpanSlice>, buckets: Buckets, untilMs: number): Promise<boolean> {
    for await (const slice of slices) {
      if (slice.exact) {
        const rows = await slice.select(
          `(s.start_ns - ${buckets.fromNs}) / ${buckets.bucketNs} as bucket, count(*) as spans,
           count(*) filter (where s.status = ${STATUS_ERROR}) as errors`,
          'group by 1',
        );
        for (const { bucket, spans, errors } of decodeRows(ROW, rows)) {
          add(buckets, Number(bucket), Number(spans), Number(errors));
        }
      } else {
        for await (const { row } of slice.spans(false)) {
          const bucket = Number((row.start_ns - buckets.fromNs) / buckets.bucketNs);
          add(buckets, bucket, 1, row.status === STATUS_ERROR ? 1 : 0);
        }
      }
      if (performance.now() >= untilMs) return slice.rest.isNone;
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

function add({ counts, errors }: Buckets, bucket: number, count: number, failed: number): void {
  if (bucket < 0 || bucket >= counts.length) return;
  counts[bucket] = (counts[bucket] ?? 0) + count;
  errors[bucket] = (errors[bucket] ?? 0) + failed;
}
