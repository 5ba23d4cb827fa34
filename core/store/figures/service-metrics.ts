/** Reads what blocks say of operations by minute and of calls between services; of blocks that are open, their rows. */
import type { CountedPage } from '../../api/page';
import type {
  RedMetrics,
  RedQuery,
  ServiceEdgeQuery,
  ServiceEdgeSummary,
  ServiceMetricsQuery,
} from '../../api/service-metrics';
import { NS_PER_MINUTE, rfc3339FromNs } from '../../model/time';
import { findEdges, SPAN_OF_EDGE, SPAN_OF_EDGE_SQL, servicesOf } from '../blocks/block-edges';
import { inBlockOrder } from '../blocks/block-order';
import { isStanding } from '../blocks/deleted-counts';
import { EdgeFinder } from '../blocks/edge-finder';
import { DEPLOYMENT_OF_SPAN, deploymentsIn } from '../dictionary/deployments';
import { countedPage } from '../sql/offset-page';
import { decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { type Minutes, type OpenSpans, RedReader } from './red-reader';

const STEPS = 60;
const MAX_STEPS = 2_000;

/** Pairs of services that are told apart. */
const MAX_EDGES = 10_000;

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
    const groupBy = query.groupBy ?? 'service';
    const deployments = await deploymentsIn(this.sql, this.workspaceId, query);
    const serviceId = query.service === undefined ? null : await this.serviceId(query.service);
    const open = await this.openSpans(deployments);
    const reader = new RedReader(this.sql, this.workspaceId, groupBy, { ...range, step, deployments, serviceId, open });
    return {
      from: rfc3339FromNs(BigInt(range.from) * NS_PER_MINUTE),
      to: rfc3339FromNs(BigInt(range.to) * NS_PER_MINUTE),
      stepSeconds: step * 60,
      ...(await reader.read()),
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
    const { spans: open } = await this.openSpans(null);
    const services = await servicesOf(
      this.sql,
      open.map(({ operation_id }) => operation_id),
    );
    for (const span of open) {
      const serviceId = services.get(span.operation_id);
      if (serviceId === undefined) continue;
      findEdges(span, serviceId, finder, (callerId, { serviceId: calleeId, minute, error, durationNs }) => {
        if (minute >= from && minute < to) add(callerId, calleeId, 1, error ? 1 : 0, Math.max(Number(durationNs), 0));
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
        // Calls of unknown duration add nothing.
        meanDurationNs: ns > 0 ? ns / calls : null,
      }))
      .sort((a, b) => b.calls - a.calls || (a.caller + a.callee < b.caller + b.callee ? -1 : 1));
    return countedPage(all, query, pairs);
  }

  /** Of a service that nobody has heard of: one that no operation has. */
  private async serviceId(name: string): Promise<number> {
    const rows = await this.sql.query('select id from service where workspace_id = $1 and name = $2', [
      this.workspaceId,
      name,
    ]);
    return decodeRows({ id: INT4 }, rows)[0]?.id ?? -1;
  }

  private async serviceNames(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const rows = await this.sql.query('select id, name from service where workspace_id = $1 and id = any($2::int4[])', [
      this.workspaceId,
      [...new Set(ids)],
    ]);
    return new Map(decodeRows({ id: INT4, name: TEXT }, rows).map(({ id, name }) => [id, name]));
  }

  /** Spans of blocks that have no summary yet: a few thousand. */
  private async openSpans(deployments: string | null): Promise<OpenSpans> {
    return this.sql.transaction(async (tx) => {
      const open = await tx.query('select id from span_block where workspace_id = $1 and not closed', [
        this.workspaceId,
      ]);
      const blocks = decodeRows({ id: INT4 }, open).map(({ id }) => id);
      await inBlockOrder(tx, true);
      const rows = await tx.query(
        `select ${SPAN_OF_EDGE_SQL} from span s where workspace_id + 0 = $1 and block_id = any($2::int4[])
           and ${isStanding(this.workspaceId)}
           ${deployments ? `and ${DEPLOYMENT_OF_SPAN} = any(${deployments})` : ''}`,
        [this.workspaceId, blocks],
      );
      // An answer's other statements may be in the same transaction.
      await inBlockOrder(tx, false);
      return { blocks, spans: decodeRows(SPAN_OF_EDGE, rows) };
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
