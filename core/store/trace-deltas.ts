/** What a batch changes in the rows of `trace`: gathered per trace, then merged into the table by one statement. */
import { isZero, SPAN_ID_BYTES } from '../model/ids';
import type { SpanBatch } from '../model/span-batch';
import { STATUS_ERROR } from '../model/span-kind';
import type { InternedBatch } from './interned';
import { BOOL, decodeRows } from './row-spec';
import type { SqlClient } from './sql-client';

/** A span without a parent beats any other candidate for the root; among equals the earliest wins. */
const RANK_ROOT = 0;
const RANK_ORPHAN = 1;

interface TraceDelta {
  startNs: bigint;
  endNs: bigint;
  spans: number;
  errors: number;
  readonly serviceIds: Set<number>;
  rootRank: number;
  rootStartNs: bigint;
  rootSpanId: bigint;
  rootOperationId: number;
  missingParents: number;
  inputTokens: number | null;
  outputTokens: number | null;
  agentName: string | null;
  agentStartNs: bigint | null;
  sessionId: string | null;
}

export class TraceDeltas {
  private readonly byTrace = new Map<string, TraceDelta>();

  constructor(private readonly workspaceId: number) {}

  addSpan(batch: SpanBatch, row: number, traceId: string, interned: InternedBatch): void {
    const startNs = batch.startNs[row] as bigint;
    const endNs = batch.endNs[row] as bigint;
    const spanId = new DataView(batch.spanId.buffer, batch.spanId.byteOffset).getBigInt64(row * SPAN_ID_BYTES);
    const rank = isZero(batch.parentSpanId, row * SPAN_ID_BYTES, SPAN_ID_BYTES) ? RANK_ROOT : RANK_ORPHAN;
    const operation = batch.operation[row] as number;
    let delta = this.byTrace.get(traceId);
    if (!delta) {
      delta = {
        startNs,
        endNs: startNs,
        spans: 0,
        errors: 0,
        serviceIds: new Set(),
        rootRank: rank,
        rootStartNs: startNs,
        rootSpanId: spanId,
        rootOperationId: interned.operationIds[operation] as number,
        missingParents: 0,
        inputTokens: null,
        outputTokens: null,
        agentName: null,
        agentStartNs: null,
        sessionId: null,
      };
      this.byTrace.set(traceId, delta);
    }
    delta.spans++;
    if (batch.status[row] === STATUS_ERROR) delta.errors++;
    if (startNs < delta.startNs) delta.startNs = startNs;
    // A span that ends before it starts, or that has no end, does not shorten its trace.
    const lastNs = endNs > startNs ? endNs : startNs;
    if (lastNs > delta.endNs) delta.endNs = lastNs;
    delta.serviceIds.add(interned.serviceIds[operation] as number);
    if (
      rank < delta.rootRank ||
      (rank === delta.rootRank &&
        (startNs < delta.rootStartNs || (startNs === delta.rootStartNs && spanId < delta.rootSpanId)))
    ) {
      delta.rootRank = rank;
      delta.rootStartNs = startNs;
      delta.rootSpanId = spanId;
      delta.rootOperationId = interned.operationIds[operation] as number;
    }
  }

  addAgentFacts(batch: SpanBatch, rows: readonly number[], traceOf: (row: number) => string): void {
    if (batch.agentFacts.length === 0) return;
    const stored = new Set(rows);
    for (const facts of batch.agentFacts) {
      const delta = stored.has(facts.row) && this.byTrace.get(traceOf(facts.row));
      if (!delta) continue;
      if (facts.inputTokens !== null) delta.inputTokens = (delta.inputTokens ?? 0) + facts.inputTokens;
      if (facts.outputTokens !== null) delta.outputTokens = (delta.outputTokens ?? 0) + facts.outputTokens;
      const startNs = batch.startNs[facts.row] as bigint;
      if (facts.agentName !== null && (delta.agentStartNs === null || startNs < delta.agentStartNs)) {
        delta.agentName = facts.agentName.replaceAll('\0', '\u2400');
        delta.agentStartNs = startNs;
      }
      delta.sessionId ??= facts.sessionId?.replaceAll('\0', '\u2400') ?? null;
    }
  }

  addMissingParents(traceId: string, count: number): void {
    const delta = this.byTrace.get(traceId);
    if (delta) delta.missingParents += count;
  }

  /** @returns how many traces were not there before. */
  async write(tx: SqlClient): Promise<number> {
    const deltas = [...this.byTrace.values()];
    const rows = await tx.query(MERGE_TRACES, [
      this.workspaceId,
      [...this.byTrace.keys()],
      deltas.map(({ startNs }) => startNs),
      deltas.map(({ endNs }) => endNs),
      deltas.map(({ spans }) => spans),
      deltas.map(({ errors }) => errors),
      deltas.map(({ serviceIds }) => `{${[...serviceIds].join(',')}}`),
      deltas.map(({ rootRank }) => rootRank),
      deltas.map(({ rootStartNs }) => rootStartNs),
      deltas.map(({ rootSpanId }) => rootSpanId),
      deltas.map(({ rootOperationId }) => rootOperationId),
      deltas.map(({ missingParents }) => missingParents),
      deltas.map(({ inputTokens }) => inputTokens),
      deltas.map(({ outputTokens }) => outputTokens),
      deltas.map(({ agentName }) => agentName),
      deltas.map(({ agentStartNs }) => agentStartNs),
      deltas.map(({ sessionId }) => sessionId),
    ]);
    return decodeRows({ inserted: BOOL }, rows).filter(({ inserted }) => inserted).length;
  }
}

const BETTER_ROOT = `(excluded.root_rank, excluded.root_start_ns, excluded.root_span_id)
    < (trace.root_rank, trace.root_start_ns, trace.root_span_id)`;

const MERGE_TRACES = `
insert into trace (workspace_id, trace_id, start_ns, end_ns, span_count, error_count, service_ids, root_rank,
  root_start_ns, root_span_id, root_operation_id, missing_parents, input_tokens, output_tokens, agent_name,
  agent_start_ns, session_id)
select $1, trace_id, start_ns, end_ns, span_count, error_count, service_ids::int4[], root_rank, root_start_ns,
  root_span_id, root_operation_id, missing_parents, input_tokens, output_tokens, agent_name, agent_start_ns, session_id
from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int4[], $6::int4[], $7::text[], $8::int2[], $9::int8[],
  $10::int8[], $11::int4[], $12::int4[], $13::int8[], $14::int8[], $15::text[], $16::int8[], $17::text[])
  as input (trace_id, start_ns, end_ns, span_count, error_count, service_ids, root_rank, root_start_ns, root_span_id,
  root_operation_id, missing_parents, input_tokens, output_tokens, agent_name, agent_start_ns, session_id)
on conflict (workspace_id, trace_id) do update set
  start_ns = least(trace.start_ns, excluded.start_ns),
  end_ns = greatest(trace.end_ns, excluded.end_ns),
  span_count = trace.span_count + excluded.span_count,
  error_count = trace.error_count + excluded.error_count,
  service_ids = case when trace.service_ids @> excluded.service_ids then trace.service_ids
    else array(select distinct unnest(trace.service_ids || excluded.service_ids)) end,
  root_rank = case when ${BETTER_ROOT} then excluded.root_rank else trace.root_rank end,
  root_start_ns = case when ${BETTER_ROOT} then excluded.root_start_ns else trace.root_start_ns end,
  root_span_id = case when ${BETTER_ROOT} then excluded.root_span_id else trace.root_span_id end,
  root_operation_id = case when ${BETTER_ROOT} then excluded.root_operation_id else trace.root_operation_id end,
  missing_parents = trace.missing_parents + excluded.missing_parents,
  input_tokens = case when excluded.input_tokens is null then trace.input_tokens
    else coalesce(trace.input_tokens, 0) + excluded.input_tokens end,
  output_tokens = case when excluded.output_tokens is null then trace.output_tokens
    else coalesce(trace.output_tokens, 0) + excluded.output_tokens end,
  agent_name = case when excluded.agent_start_ns < coalesce(trace.agent_start_ns, 9223372036854775807)
    then excluded.agent_name else trace.agent_name end,
  agent_start_ns = least(trace.agent_start_ns, excluded.agent_start_ns),
  session_id = coalesce(trace.session_id, excluded.session_id)
returning (xmax = 0) as inserted`;
