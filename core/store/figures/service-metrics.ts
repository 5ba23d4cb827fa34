/** Reads what blocks say of operations by minute and of calls between services; of blocks that are open, their rows. */
import type { CountedPage } from '../../api/page';
import type {
  RedMetrics,
  RedQuery,
  ServiceEdgeQuery,
  ServiceEdgeSummary,
  ServiceMetricsQuery,
} from '../../api/service-metrics';
import { STATUS_ERROR } from '../../model/span-kind';
import { NS_PER_MINUTE, rfc3339FromNs } from '../../model/time';
import { findEdges, SPAN_OF_EDGE, SPAN_OF_EDGE_SQL, servicesOf } from '../blocks/block-edges';
import { inBlockOrder } from '../blocks/block-order';
import { isStanding } from '../blocks/deleted-counts';
import { EdgeFinder } from '../blocks/edge-finder';
import { DEPLOYMENT_OF_SPAN, deploymentsIn } from '../dictionary/deployments';
import { countedPage } from '../sql/offset-page';
import { Pace } from '../sql/pace';
import { decodeRows, INT4, INT8, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { countedMinutes, type OperationMinutes, readOperationMinutes } from './operation-minutes';
import { type KnownOperation, RedTallies, type Tally } from './red-tallies';

const STEPS = 60;
const MAX_STEPS = 2_000;

interface Minutes {
  /** Since the epoch; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Operations that are counted each for itself; of more, the busiest. */
const MAX_TRACKED = 2_000;
/** Rows of one statement, about: a hundred bytes each. */
const MAX_ROWS = 200_000;
/** Pairs of services that are told apart. */
const MAX_EDGES = 10_000;

/** Operations that are counted each for itself, and how many there are in all. */
interface Tracked {
  readonly ids: ReadonlySet<number>;
  readonly count: number;
  /** Minutes with more rows than one statement should read, and how many they have. */
  readonly heavy: ReadonlyMap<number, number>;
}

type OnMinute = (operation: KnownOperation, minute: Pick<OperationMinutes, 'operationId' | 'minute'>) => Tally;

export class ServiceMetrics {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  /** @throws SpoorError VALIDATION_ERROR */
  async red(query: RedQuery): Promise<RedMetrics> {
    const range = await this.minutes(query);
    const length = range.to - range.from;
    const asked = query.stepSeconds === undefined ? Math.ceil(length / STEPS) : Math.round(query.stepSeconds / 60);
    const step = Math.max(1, asked, Math.ceil(length / MAX_STEPS));
    const steps = Math.max(1, Math.ceil(length / step));
    const tallies = new RedTallies(steps);
    const deployments = await deploymentsIn(this.sql, this.workspaceId, query);
    const condition = (minutes: Minutes): string => {
      const inTime = `minute >= ${minutes.from} and minute < ${minutes.to}`;
      return deployments ? `${inTime} and deployment_id = any(${deployments})` : inTime;
    };
    const tracked = (await this.areMany()) ? await this.track(condition(range)) : null;
    const tallyOf: OnMinute = (operation, { operationId, minute }) =>
      tallies.of(
        operationId,
        operation,
        tracked !== null && !tracked.ids.has(operationId),
        Math.floor((minute - range.from) / step),
      );
    await this.addClosed(range, condition, tracked?.heavy ?? new Map(), tallyOf);
    await this.addOpen(range, deployments, tallyOf);
    return {
      from: rfc3339FromNs(BigInt(range.from) * NS_PER_MINUTE),
      to: rfc3339FromNs(BigInt(range.to) * NS_PER_MINUTE),
      stepSeconds: step * 60,
      ...tallies.metrics(query.groupBy ?? 'service', tracked?.count ?? null),
    };
  }

  /** The most frequent first. @throws SpoorError VALIDATION_ERROR */
  async edges(query: ServiceEdgeQuery): Promise<CountedPage<ServiceEdgeSummary>> {
    const { from, to } = await this.minutes(query);
    const edges = new Map<string, { callerId: number; calleeId: number; calls: number; errors: number; ns: number }>();
    const add = (callerId: number, calleeId: number, calls: number, errors: number, ns: number): void => {
      const key = `${callerId}.${calleeId}`;
      const edge = edges.get(key) ?? { callerId, calleeId, calls: 0, errors: 0, ns: 0 };
      edge.calls += calls;
      edge.errors += errors;
      edge.ns += ns;
      edges.set(key, edge);
    };
    const rows = await this.sql.query(
      `select caller_id, callee_id, sum(calls)::int8 as calls, sum(errors)::int8 as errors, sum(duration_ns)::text as ns,
         count(*) over () as pairs from (
         select caller_id, callee_id, calls, errors, duration_ns from service_edge
         where workspace_id = $1 and minute >= $2 and minute < $3
         union all select caller_id, callee_id, -calls, -errors, -duration_ns from deleted_edge d
         where workspace_id = $1 and minute >= $2 and minute < $3 and exists (
           select 1 from span_block b where b.workspace_id = $1 and b.id = d.block_id and b.closed)) e
       group by caller_id, callee_id having sum(calls) > 0 order by sum(calls) desc, 1, 2 limit ${MAX_EDGES}`,
      [this.workspaceId, from, to],
    );
    const spec = { caller_id: INT4, callee_id: INT4, calls: INT8, errors: INT8, ns: TEXT, pairs: INT8 };
    let pairs = 0;
    for (const row of decodeRows(spec, rows)) {
      pairs = Number(row.pairs);
      add(row.caller_id, row.callee_id, Number(row.calls), Number(row.errors), Number(row.ns));
    }
    const finder = new EdgeFinder();
    const open = await this.openSpans(null);
    const services = await servicesOf(
      this.sql,
      open.map(({ operation_id }) => operation_id),
    );
    for (const span of open) {
      const serviceId = services.get(span.operation_id);
      if (serviceId === undefined) continue;
      findEdges(span, serviceId, finder, (callerId, { serviceId: calleeId, minute, error, durationNs }) => {
        if (minute >= from && minute < to) add(callerId, calleeId, 1, error ? 1 : 0, Number(durationNs));
      });
    }
    const names = await this.serviceNames(
      [...edges.values()].flatMap(({ callerId, calleeId }) => [callerId, calleeId]),
    );
    const all = [...edges.values()]
      .map(({ callerId, calleeId, calls, errors, ns }) => ({
        caller: names.get(callerId) ?? '',
        callee: names.get(calleeId) ?? '',
        calls,
        errors,
        meanDurationNs: ns / calls,
      }))
      .sort((a, b) => b.calls - a.calls || (a.caller + a.callee < b.caller + b.callee ? -1 : 1));
    return countedPage(all, query, pairs);
  }

  private async serviceNames(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const rows = await this.sql.query('select id, name from service where workspace_id = $1 and id = any($2::int4[])', [
      this.workspaceId,
      [...new Set(ids)],
    ]);
    return new Map(decodeRows({ id: INT4, name: TEXT }, rows).map(({ id, name }) => [id, name]));
  }

  /** Some minutes a statement, or a part of one that has many rows. */
  private async addClosed(
    { from, to }: Minutes,
    condition: (minutes: Minutes) => string,
    heavy: ReadonlyMap<number, number>,
    tallyOf: OnMinute,
  ): Promise<void> {
    const pace = new Pace(heavy.size > 0 ? 1 : 10, 1_000_000);
    const operations = new KnownOperations(this.sql, this.workspaceId);
    for (let minute = from; minute < to; ) {
      const most = Math.min(to, minute + pace.next);
      const next = nextOf(heavy, minute, most);
      const end = next === minute ? minute + 1 : next;
      const parts = Math.ceil((next === minute ? (heavy.get(minute) ?? 0) : 1) / MAX_ROWS);
      for (let part = 0; part < parts; part++) {
        const within = condition({ from: minute, to: end });
        const some = parts === 1 ? within : `${within} and block_id % ${parts} = ${part}`;
        const rows = await pace.timed(() => readOperationMinutes(this.sql, this.workspaceId, some));
        await operations.read(rows.map(({ operationId }) => operationId));
        for (const row of rows) {
          const operation = operations.get(row.operationId);
          if (!operation) continue;
          const tally = tallyOf(operation, row);
          tally.spans += row.spans;
          tally.errors += row.errors;
          tally.sketch.mergeEncoded(row.sketch, row.sign);
        }
      }
      minute = end;
    }
  }

  private async addOpen({ from, to }: Minutes, deployments: string | null, tallyOf: OnMinute): Promise<void> {
    const spans = await this.openSpans(deployments);
    const operations = new KnownOperations(this.sql, this.workspaceId);
    await operations.read(spans.map(({ operation_id }) => operation_id));
    for (const { operation_id: operationId, start_ns, duration_ns, status } of spans) {
      const minute = Number(start_ns / NS_PER_MINUTE);
      const operation = operations.get(operationId);
      if (!operation || minute < from || minute >= to) continue;
      const tally = tallyOf(operation, { operationId, minute });
      tally.spans++;
      if (status === STATUS_ERROR) tally.errors++;
      tally.sketch.add(Number(duration_ns));
    }
  }

  private async areMany(): Promise<boolean> {
    const rows = await this.sql.query('select id from operation where workspace_id = $1 limit 1 offset $2', [
      this.workspaceId,
      MAX_TRACKED,
    ]);
    return rows.length > 0;
  }

  private async track(condition: string): Promise<Tracked> {
    const minutes = `from (${countedMinutes(this.workspaceId, condition)}) m`;
    const busiest = await this.sql.query(
      `select operation_id, count(*) over () as operations ${minutes}
       group by operation_id having sum(spans) > 0 order by sum(spans) desc, 1 limit ${MAX_TRACKED}`,
    );
    const rows = decodeRows({ operation_id: INT4, operations: INT8 }, busiest);
    const large = await this.sql.query(
      `select minute, count(*) as rows ${minutes} group by minute having count(*) > ${MAX_ROWS / 10}`,
    );
    return {
      ids: new Set(rows.map((row) => row.operation_id)),
      count: Number(rows[0]?.operations ?? 0n),
      heavy: new Map(decodeRows({ minute: INT4, rows: INT8 }, large).map((row) => [row.minute, Number(row.rows)])),
    };
  }

  /** Spans of blocks that have no summary yet: a few thousand. */
  private async openSpans(deployments: string | null): Promise<RowOf<typeof SPAN_OF_EDGE>[]> {
    return this.sql.transaction(async (tx) => {
      const open = await tx.query('select id from span_block where workspace_id = $1 and not closed', [
        this.workspaceId,
      ]);
      await inBlockOrder(tx, true);
      const rows = await tx.query(
        `select ${SPAN_OF_EDGE_SQL} from span s where workspace_id + 0 = $1 and block_id = any($2::int4[])
           and ${isStanding(this.workspaceId)}
           ${deployments ? `and ${DEPLOYMENT_OF_SPAN} = any(${deployments})` : ''}`,
        [this.workspaceId, decodeRows({ id: INT4 }, open).map(({ id }) => id)],
      );
      return decodeRows(SPAN_OF_EDGE, rows);
    });
  }

  /** Without bounds, from the first trace's minute to the last one's. */
  private async minutes(query: ServiceMetricsQuery): Promise<Minutes> {
    const from = timeBound('from', query.from);
    const to = timeBound('to', query.to);
    const rows = await this.sql.query(
      `select coalesce((select start_ns from trace where workspace_id = $1 order by start_ns, trace_id limit 1), 0) as first,
         coalesce((select start_ns from trace where workspace_id = $1 order by start_ns desc, trace_id desc limit 1), 0) as last`,
      [this.workspaceId],
    );
    const { first, last } = decodeRows({ first: INT8, last: INT8 }, rows)[0] ?? { first: 0n, last: 0n };
    const minuteOf = (ns: bigint): number => Math.max(-MAX_MINUTE, Math.min(MAX_MINUTE, Number(ns / NS_PER_MINUTE)));
    const begin = minuteOf(from ?? first);
    // Spans of the last trace may start after it.
    const end = to === null ? minuteOf(last) + LAST_TRACE_MINUTES : minuteOf(to - 1n) + 1;
    return { from: begin, to: Math.max(end, begin + 1) };
  }
}

const MAX_MINUTE = 2 ** 31 - 100;
const LAST_TRACE_MINUTES = 11;

/** The first of the heavy minutes from one on, or the end of the range. */
function nextOf(heavy: ReadonlyMap<number, number>, from: number, to: number): number {
  if (heavy.size === 0) return to;
  let first = to;
  for (const minute of heavy.keys()) if (minute >= from && minute < first) first = minute;
  return first;
}

/** Operations by number; those that rows name are read with them. */
class KnownOperations {
  private readonly known = new Map<number, KnownOperation>();

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  get(id: number): KnownOperation | undefined {
    return this.known.get(id);
  }

  async read(ids: readonly number[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.known.has(id));
    if (missing.length === 0) return;
    if (this.known.size > MAX_ROWS / 10) this.known.clear();
    const wanted = this.known.size === 0 ? [...new Set(ids)] : missing;
    const rows = await this.sql.query(
      `select o.id, o.name, o.kind::int4 as kind, o.service_id, s.name as service
       from unnest($2::int4[]) as i (id), lateral (select * from operation where workspace_id = $1 and id = i.id limit 1) o
         join service s on s.id = o.service_id`,
      [this.workspaceId, wanted],
    );
    const spec = { id: INT4, name: TEXT, kind: INT4, service_id: INT4, service: TEXT };
    for (const { id, service_id, ...rest } of decodeRows(spec, rows))
      this.known.set(id, { serviceId: service_id, ...rest });
  }
}
