/** Calls between services that closed blocks count, less those of deleted traces; durations only of the pairs that an answer names. */
import type { ServiceEdgeSummary } from '../../api/service-metrics';
import { LatencySketch } from '../../model/latency-sketch';
import { CopyReader } from '../sql/copy-binary';
import { decodeRows, INT4, INT8 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { Minutes } from './red-reader';

interface EdgeRange extends Minutes {
  /** Of who was called; null: all. */
  readonly deployments: readonly number[] | null;
  /** Read before: one that is closed meanwhile is counted by its spans. */
  readonly openBlocks: readonly number[];
}

/** What is known of one pair while it is added up. */
export class EdgeTally {
  calls = 0;
  errors = 0;
  private ns = 0;
  private readonly sketch = new LatencySketch();
  private isUnknown = false;

  constructor(
    readonly callerId: number,
    readonly calleeId: number,
  ) {}

  /** @param ns below 0: unknown */
  addDuration(ns: number): void {
    this.sketch.add(ns);
    if (ns > 0) this.ns += ns;
  }

  /** @param sketch null: an older version counted these */
  addDurations(ns: number, sketch: Uint8Array | null, sign: 1 | -1): void {
    this.ns += sign * ns;
    if (sketch) this.sketch.mergeEncoded(sketch, sign);
    else this.isUnknown = true;
  }

  durations(): Pick<ServiceEdgeSummary, 'timedCalls' | 'meanDurationNs' | 'p95Ns'> {
    if (this.isUnknown) return { timedCalls: null, meanDurationNs: null, p95Ns: null };
    const { count } = this.sketch;
    return {
      timedCalls: Math.max(0, count),
      meanDurationNs: count > 0 ? this.ns / count : null,
      p95Ns: count > 0 ? this.sketch.quantile(0.95) : null,
    };
  }
}

export function pairOf(callerId: number, calleeId: number): string {
  return `${callerId}.${calleeId}`;
}

export class ClosedEdges {
  /** SQL over both tables, of numbers of our own. */
  private readonly within: string;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    { from, to, deployments, openBlocks }: EdgeRange,
  ) {
    const conditions = [`workspace_id = ${workspaceId} and minute >= ${from} and minute < ${to}`];
    if (openBlocks.length > 0) conditions.push(`block_id <> all(${arrayOf(openBlocks)})`);
    if (deployments) conditions.push(`deployment_id = any(${arrayOf(deployments)})`);
    this.within = conditions.join(' and ');
  }

  /** @returns how many pairs there are, and the most frequent, without their durations */
  async busiest(most: number): Promise<{ readonly pairs: number; readonly edges: readonly EdgeTally[] }> {
    const rows = decodeRows(
      { caller_id: INT4, callee_id: INT4, calls: INT8, errors: INT8, pairs: INT8 },
      await this.sql.query(
        `select caller_id, callee_id, sum(calls)::int8 as calls, sum(errors)::int8 as errors, count(*) over () as pairs
         from (select caller_id, callee_id, calls, errors from service_edge where ${this.within}
           union all select caller_id, callee_id, -calls, -errors from deleted_edge d where ${this.within} and ${this.isClosed}) e
         group by caller_id, callee_id having sum(calls) > 0 order by sum(calls) desc, 1, 2 limit ${most}`,
      ),
    );
    const edges = rows.map(({ caller_id, callee_id, calls, errors }) => {
      const tally = new EdgeTally(caller_id, callee_id);
      tally.calls = Number(calls);
      tally.errors = Number(errors);
      return tally;
    });
    return { pairs: Number(rows[0]?.pairs ?? 0), edges };
  }

  /** @param asked pairs of `tallies` */
  async addDurations(asked: readonly EdgeTally[], tallies: ReadonlyMap<string, EdgeTally>): Promise<void> {
    if (asked.length === 0) return;
    const pairs = `(caller_id, callee_id) in (select * from unnest(${arrayOf(asked.map(({ callerId }) => callerId))},
      ${arrayOf(asked.map(({ calleeId }) => calleeId))}))`;
    const columns = "caller_id, callee_id, duration_ns, (sketch is not null)::int4, coalesce(sketch, '')";
    const reader = new CopyReader(
      await this.sql.copyOut(
        `select ${columns}, 1 from service_edge where ${this.within} and ${pairs}
         union all select ${columns}, -1 from deleted_edge d where ${this.within} and ${this.isClosed} and ${pairs}`,
      ),
    );
    while (reader.next()) {
      const tally = tallies.get(pairOf(reader.int4(), reader.int4()));
      const ns = Number(reader.int8());
      const isKnown = reader.int4() === 1;
      const sketch = reader.data();
      tally?.addDurations(ns, isKnown ? sketch : null, reader.int4() < 0 ? -1 : 1);
    }
  }

  /** SQL over `deleted_edge d`: blocks that are open are read from their rows. */
  private get isClosed(): string {
    return `exists (select 1 from span_block b where b.workspace_id = ${this.workspaceId} and b.id = d.block_id and b.closed)`;
  }
}

function arrayOf(ids: readonly number[]): string {
  return `'{${ids.join(',')}}'::int4[]`;
}
