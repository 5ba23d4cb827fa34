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
import { DEPLOYMENT_OF_SPAN, deploymentIdsIn, deploymentsIn } from '../dictionary/deployments';
import { countedPage } from '../sql/offset-page';
import { decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { timeBound } from '../sql/where';
import { ClosedEdges, EdgeTally, pairOf } from './closed-edges';
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
    const range = await this.minutes(query);
    const deployments = await deploymentIdsIn(this.sql, this.workspaceId, query);
    const open = await this.openSpans(null);
    const closed = new ClosedEdges(this.sql, this.workspaceId, { ...range, deployments, openBlocks: open.blocks });
    const { pairs, edges } = await closed.busiest(MAX_EDGES);
    const tallies = new Map(edges.map((edge) => [pairOf(edge.callerId, edge.calleeId), edge]));
    const services = await servicesOf(
      this.sql,
      open.spans.map(({ operation_id }) => operation_id),
    );
    const finder = new EdgeFinder();
    for (const span of open.spans) {
      const serviceId = services.get(span.operation_id);
      if (serviceId === undefined) continue;
      findEdges(span, serviceId, finder, (callerId, callee) => {
        if (callee.minute < range.from || callee.minute >= range.to) return;
        if (deployments && !deployments.includes(callee.deploymentId)) return;
        const key = pairOf(callerId, callee.serviceId);
        const tally = tallies.get(key) ?? new EdgeTally(callerId, callee.serviceId);
        tallies.set(key, tally);
        tally.calls++;
        if (callee.error) tally.errors++;
        tally.addDuration(Number(callee.durationNs));
      });
    }
    const all = [...tallies.values()];
    const names = await this.serviceNames(all.flatMap(({ callerId, calleeId }) => [callerId, calleeId]));
    const named = all
      .map((tally) => ({ tally, caller: names.get(tally.callerId) ?? '', callee: names.get(tally.calleeId) ?? '' }))
      .sort((a, b) => b.tally.calls - a.tally.calls || (a.caller + a.callee < b.caller + b.callee ? -1 : 1));
    const page = countedPage(named, query, pairs);
    await closed.addDurations(
      page.data.map(({ tally }) => tally),
      tallies,
    );
    return {
      ...page,
      data: page.data.map(({ tally, caller, callee }) => ({
        caller,
        callee,
        calls: tally.calls,
        errors: tally.errors,
        ...tally.durations(),
      })),
    };
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
