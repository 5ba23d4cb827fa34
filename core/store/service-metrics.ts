/** Reads what blocks say of operations by minute and of calls between services; of blocks that are open, their rows. */
import type {
  RedGroup,
  RedMetrics,
  RedQuery,
  RedSeries,
  RedValues,
  ServiceEdgeSummary,
  ServiceMetricsQuery,
} from '../api/service-metrics';
import { LatencySketch } from '../model/latency-sketch';
import { SPAN_KIND_CONSUMER, SPAN_KIND_SERVER, STATUS_ERROR, spanKindName } from '../model/span-kind';
import { NS_PER_MINUTE, rfc3339FromNs } from '../model/time';
import { findEdges, SPAN_OF_EDGE, SPAN_OF_EDGE_SQL } from './block-edges';
import { inBlockOrder } from './block-order';
import { isStanding } from './deleted-counts';
import { DEPLOYMENT_OF_SPAN, deploymentsIn } from './deployments';
import { EdgeFinder } from './edge-finder';
import { readOperationMinutes } from './operation-minutes';
import { decodeRows, INT4, INT8, type RowOf, TEXT } from './row-spec';
import { Pace } from './search/pace';
import type { SqlClient } from './sql-client';
import { timeBound } from './where';

const STEPS = 60;
const MAX_STEPS = 2_000;

interface Minutes {
  /** Since the epoch; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

interface Tally {
  spans: number;
  errors: number;
  readonly sketch: LatencySketch;
}

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
    const tallies = new Map<number, (Tally | undefined)[]>();
    const tallyOf = (operationId: number, minute: number): Tally => {
      const at = Math.floor((minute - range.from) / step);
      let row = tallies.get(operationId);
      if (!row) {
        row = new Array<Tally | undefined>(steps);
        tallies.set(operationId, row);
      }
      row[at] ??= { spans: 0, errors: 0, sketch: new LatencySketch() };
      return row[at];
    };
    const deployments = await deploymentsIn(this.sql, this.workspaceId, query);
    await this.addClosed(range, deployments, tallyOf);
    await this.addOpen(range, deployments, tallyOf);
    leaveOutEmpty(tallies);
    return {
      from: rfc3339FromNs(BigInt(range.from) * NS_PER_MINUTE),
      to: rfc3339FromNs(BigInt(range.to) * NS_PER_MINUTE),
      stepSeconds: step * 60,
      ...groupsOf(tallies, steps, await this.operations(), query.groupBy ?? 'service'),
    };
  }

  /** The most frequent first. @throws SpoorError VALIDATION_ERROR */
  async edges(query: ServiceMetricsQuery): Promise<ServiceEdgeSummary[]> {
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
      `select caller_id, callee_id, sum(calls)::int8 as calls, sum(errors)::int8 as errors, sum(duration_ns)::text as ns from (
         select caller_id, callee_id, calls, errors, duration_ns from service_edge
         where workspace_id = $1 and minute >= $2 and minute < $3
         union all select caller_id, callee_id, -calls, -errors, -duration_ns from deleted_edge d
         where workspace_id = $1 and minute >= $2 and minute < $3 and exists (
           select 1 from span_block b where b.workspace_id = $1 and b.id = d.block_id and b.closed)) e
       group by caller_id, callee_id having sum(calls) > 0`,
      [this.workspaceId, from, to],
    );
    const spec = { caller_id: INT4, callee_id: INT4, calls: INT8, errors: INT8, ns: TEXT };
    for (const row of decodeRows(spec, rows)) {
      add(row.caller_id, row.callee_id, Number(row.calls), Number(row.errors), Number(row.ns));
    }
    const finder = new EdgeFinder();
    const operations = await this.operations();
    for (const span of await this.openSpans(null)) {
      const serviceId = operations.get(span.operation_id)?.serviceId;
      if (serviceId === undefined) continue;
      findEdges(span, serviceId, finder, (callerId, { serviceId: calleeId, minute, error, durationNs }) => {
        if (minute >= from && minute < to) add(callerId, calleeId, 1, error ? 1 : 0, Number(durationNs));
      });
    }
    const names = new Map<number, string>();
    for (const { serviceId, service } of operations.values()) names.set(serviceId, service);
    return [...edges.values()]
      .map(({ callerId, calleeId, calls, errors, ns }) => ({
        caller: names.get(callerId) ?? '',
        callee: names.get(calleeId) ?? '',
        calls,
        errors,
        meanDurationNs: ns / calls,
      }))
      .sort((a, b) => b.calls - a.calls || (a.caller + a.callee < b.caller + b.callee ? -1 : 1));
  }

  /** Some minutes a statement. */
  private async addClosed(
    { from, to }: Minutes,
    deployments: string | null,
    tallyOf: (operationId: number, minute: number) => Tally,
  ): Promise<void> {
    const pace = new Pace(10, 1_000_000);
    for (let minute = from; minute < to; ) {
      const end = Math.min(to, minute + pace.next);
      const inTime = `minute >= ${minute} and minute < ${end}`;
      const condition = deployments ? `${inTime} and deployment_id = any(${deployments})` : inTime;
      for (const row of await pace.timed(() => readOperationMinutes(this.sql, this.workspaceId, condition))) {
        const tally = tallyOf(row.operationId, row.minute);
        tally.spans += row.spans;
        tally.errors += row.errors;
        tally.sketch.mergeEncoded(row.sketch, row.sign);
      }
      minute = end;
    }
  }

  private async addOpen(
    { from, to }: Minutes,
    deployments: string | null,
    tallyOf: (operationId: number, minute: number) => Tally,
  ): Promise<void> {
    for (const { operation_id, start_ns, duration_ns, status } of await this.openSpans(deployments)) {
      const minute = Number(start_ns / NS_PER_MINUTE);
      if (minute < from || minute >= to) continue;
      const tally = tallyOf(operation_id, minute);
      tally.spans++;
      if (status === STATUS_ERROR) tally.errors++;
      tally.sketch.add(Number(duration_ns));
    }
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

  private async operations(): Promise<ReadonlyMap<number, KnownOperation>> {
    const rows = await this.sql.query(
      `select o.id, o.name, o.kind::int4 as kind, o.service_id, s.name as service from operation o
       join service s on s.id = o.service_id where o.workspace_id = $1`,
      [this.workspaceId],
    );
    const spec = { id: INT4, name: TEXT, kind: INT4, service_id: INT4, service: TEXT };
    return new Map(
      decodeRows(spec, rows).map(({ id, service_id, ...rest }) => [id, { serviceId: service_id, ...rest }]),
    );
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

interface KnownOperation {
  readonly name: string;
  readonly kind: number;
  readonly serviceId: number;
  readonly service: string;
}

/** What is left of deleted traces: counted, and taken off again. */
function leaveOutEmpty(tallies: Map<number, (Tally | undefined)[]>): void {
  for (const [id, row] of tallies) {
    for (const [at, tally] of row.entries()) if (tally?.spans === 0) row[at] = undefined;
    if (row.every((tally) => tally === undefined)) tallies.delete(id);
  }
}

function groupsOf(
  tallies: ReadonlyMap<number, readonly (Tally | undefined)[]>,
  steps: number,
  operations: ReadonlyMap<number, KnownOperation>,
  groupBy: 'service' | 'operation',
): Pick<RedMetrics, 'total' | 'groups'> {
  const serving = new Set<number>();
  const serves = ({ kind }: KnownOperation): boolean => kind === SPAN_KIND_SERVER || kind === SPAN_KIND_CONSUMER;
  for (const id of tallies.keys()) {
    const operation = operations.get(id);
    if (operation && serves(operation)) serving.add(operation.serviceId);
  }
  const total = Array.from({ length: steps }, newTally);
  const groups = new Map<number, { readonly operation: KnownOperation; readonly steps: Tally[] }>();
  for (const [id, row] of tallies) {
    const operation = operations.get(id);
    if (!operation) continue;
    const byService = groupBy === 'service';
    const counts = serves(operation) || !serving.has(operation.serviceId);
    if (counts) for (const [at, tally] of row.entries()) if (tally) mergeInto(total[at] as Tally, tally);
    if (byService && !counts) continue;
    const key = byService ? operation.serviceId : id;
    let group = groups.get(key);
    if (!group) {
      group = { operation, steps: Array.from({ length: steps }, newTally) };
      groups.set(key, group);
    }
    for (const [at, tally] of row.entries()) if (tally) mergeInto(group.steps[at] as Tally, tally);
  }
  const named = (operation: KnownOperation) => ({
    service: operation.service,
    operation: groupBy === 'operation' ? operation.name : null,
    kind: groupBy === 'operation' ? spanKindName(operation.kind) : null,
  });
  return {
    total: seriesOf(total),
    groups: [...groups.values()]
      .map(({ operation, steps: some }): RedGroup => ({ ...named(operation), ...seriesOf(some) }))
      .sort((a, b) => b.spans - a.spans),
  };
}

function seriesOf(steps: readonly Tally[]): RedSeries {
  const all = newTally();
  for (const tally of steps) mergeInto(all, tally);
  return { ...valuesOf(all), steps: steps.map(valuesOf) };
}

function newTally(): Tally {
  return { spans: 0, errors: 0, sketch: new LatencySketch() };
}

function mergeInto(into: Tally, { spans, errors, sketch }: Tally): void {
  into.spans += spans;
  into.errors += errors;
  into.sketch.merge(sketch);
}

function valuesOf({ spans, errors, sketch }: Tally): RedValues {
  return { spans, errors, p50Ns: sketch.quantile(0.5), p95Ns: sketch.quantile(0.95), p99Ns: sketch.quantile(0.99) };
}
