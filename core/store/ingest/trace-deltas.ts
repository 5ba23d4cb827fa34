/** What a batch changes in the rows of `trace`: gathered per trace, then copied into the table, or merged by one statement. */

import { CALL_COUNTS } from '../../model/batch-calls';
import { isRequest } from '../../model/request';
import { shortName } from '../../model/short-name';
import type { BatchOperation, SpanBatch } from '../../model/span-batch';
import { STATUS_ERROR } from '../../model/span-kind';
import type { BlockRange } from '../blocks/deleted-counts';
import type { CallDecision } from '../calls/call-decision';
import type { InternedBatch } from '../dictionary/interned';
import { CopyWriter } from '../sql/copy-binary';
import { decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** What a span is to its trace. The lowest is the root, and among equals the earliest: a child can seem to start before its parent. */
export const RANK_ROOT = 0;
/** Its parent has not arrived. */
export const RANK_ORPHAN = 1;
/** Its parent is there: it is the root only where all go in a circle. */
export const RANK_CHILD = 2;

/** Spans of a trace without a root that are looked at again when a parent arrives: some milliseconds. */
const MAX_LOOKED_AT = 20_000;

export interface TraceDelta {
  /** There is no row to merge with. */
  isNew: boolean;
  startNs: bigint;
  endNs: bigint;
  spans: number;
  errors: number;
  /** Requests that failed. */
  failed: number;
  readonly serviceIds: Set<number>;
  readonly deploymentIds: Set<number>;
  rootRank: number;
  rootStartNs: bigint;
  rootSpanId: bigint;
  rootOperationId: number;
  missingParents: number;
  /** A parent has arrived whose children came before: one of them may have been taken for the root. */
  foundParents: boolean;
  inputTokens: number | null;
  outputTokens: number | null;
  agentName: string | null;
  agentStartNs: bigint | null;
  sessionId: string | null;
  userId: string | null;
  /** Whether the tokens are of all calls, not of those that came now. */
  tokensAreAll: boolean;
  agentSpans: number;
  firstBlock: number;
  lastBlock: number;
}

export class TraceDeltas {
  private readonly byTrace = new Map<string, TraceDelta>();

  constructor(private readonly workspaceId: number) {}

  /** The delta of a trace, or null before its first span. */
  get(traceId: string): TraceDelta | null {
    return this.byTrace.get(traceId) ?? null;
  }

  /** @param span the span's id as SQL stores it @returns the trace's delta, to be handed in with its next span */
  addSpan(
    known: TraceDelta | null,
    traceId: string,
    batch: SpanBatch,
    row: number,
    span: { readonly id: bigint; readonly rank: number; readonly blockId: number },
    interned: InternedBatch,
  ): TraceDelta {
    const startNs = batch.startNs[row] as bigint;
    const endNs = batch.endNs[row] as bigint;
    const { rank } = span;
    const operation = batch.operation[row] as number;
    let delta = known;
    if (!delta) {
      delta = {
        isNew: false,
        startNs,
        endNs: startNs,
        spans: 0,
        errors: 0,
        failed: 0,
        serviceIds: new Set(),
        deploymentIds: new Set(),
        rootRank: rank,
        rootStartNs: startNs,
        rootSpanId: span.id,
        rootOperationId: interned.operationIds[operation] as number,
        missingParents: 0,
        foundParents: false,
        inputTokens: null,
        outputTokens: null,
        agentName: null,
        agentStartNs: null,
        sessionId: null,
        userId: null,
        tokensAreAll: false,
        agentSpans: 0,
        firstBlock: span.blockId,
        lastBlock: span.blockId,
      };
      this.byTrace.set(traceId, delta);
    }
    delta.spans++;
    if (span.blockId < delta.firstBlock) delta.firstBlock = span.blockId;
    if (span.blockId > delta.lastBlock) delta.lastBlock = span.blockId;
    if (batch.status[row] === STATUS_ERROR) {
      delta.errors++;
      if (isRequest((batch.operations[operation] as BatchOperation).kind, rank === RANK_ROOT)) delta.failed++;
    }
    if (startNs < delta.startNs) delta.startNs = startNs;
    // A span that ends before it starts, or that has no end, does not shorten its trace.
    const lastNs = endNs > startNs ? endNs : startNs;
    if (lastNs > delta.endNs) delta.endNs = lastNs;
    delta.serviceIds.add(interned.serviceIds[operation] as number);
    const deploymentId = interned.deploymentIds[batch.resource[row] as number] as number;
    if (deploymentId > 0) delta.deploymentIds.add(deploymentId);
    if (
      rank < delta.rootRank ||
      (rank === delta.rootRank &&
        (startNs < delta.rootStartNs || (startNs === delta.rootStartNs && span.id < delta.rootSpanId)))
    ) {
      delta.rootRank = rank;
      delta.rootStartNs = startNs;
      delta.rootSpanId = span.id;
      delta.rootOperationId = interned.operationIds[operation] as number;
    }
    return delta;
  }

  /** @param isStored whether a row of the batch is stored now */
  addAgentFacts(
    batch: SpanBatch,
    isStored: (row: number) => boolean,
    traceIds: readonly string[],
    decision: CallDecision,
  ): void {
    const { row: rows, counts } = batch.calls;
    const deltas = traceIds.map((id) => this.byTrace.get(id));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const delta = deltas[batch.trace[row] as number];
      if (!delta || !isStored(row) || decision.isRepeat(batch, row)) continue;
      const input = counts[i * CALL_COUNTS.length] as number;
      const output = counts[i * CALL_COUNTS.length + 1] as number;
      if (!Number.isNaN(input)) delta.inputTokens = (delta.inputTokens ?? 0) + input;
      if (!Number.isNaN(output)) delta.outputTokens = (delta.outputTokens ?? 0) + output;
    }
    for (let row = 0; row < batch.agentKind.length; row++) {
      if (batch.agentKind[row] === 0 || !isStored(row)) continue;
      const delta = deltas[batch.trace[row] as number];
      if (delta) delta.agentSpans++;
    }
    for (const [at, traceId] of traceIds.entries()) {
      const [delta, total] = [deltas[at], decision.totals.get(traceId)];
      if (!delta || !total) continue;
      delta.inputTokens = total.input;
      delta.outputTokens = total.output;
      delta.tokensAreAll = true;
    }
    for (const { trace, agentName, agentStartNs, sessionId, userId } of batch.traceFacts) {
      const delta = deltas[trace];
      // What spans say that are stored already is known.
      if (!delta) continue;
      if (agentStartNs !== null && (delta.agentStartNs === null || agentStartNs < delta.agentStartNs)) {
        delta.agentName = agentName === null ? null : shortName(agentName);
        delta.agentStartNs = agentStartNs;
      }
      delta.sessionId ??= sessionId === null ? null : shortName(sessionId);
      delta.userId ??= userId === null ? null : shortName(userId);
    }
  }

  addMissingParents(traceId: string, count: number): void {
    const delta = this.byTrace.get(traceId);
    if (delta) delta.missingParents += count;
  }

  /** @returns how many traces were not there before, and what came for those that are deleted */
  async write(tx: SqlClient): Promise<{ readonly fresh: number; readonly deleted: readonly LateSpans[] }> {
    const all = [...this.byTrace];
    const fresh = all.filter(([, { isNew }]) => isNew);
    if (fresh.length > 0) await tx.copyIn('trace', TRACE_COLUMNS, this.encode(fresh));
    const known = all.filter(([, { isNew }]) => !isNew);
    const deleted = known.length > 0 ? await this.merge(tx, known) : [];
    const uncertain = all.filter(([, { foundParents, rootRank }]) => foundParents && rootRank !== RANK_ROOT);
    if (uncertain.length > 0) {
      await tx.execute(FIND_ROOTS, [this.workspaceId, uncertain.map(([traceId]) => traceId)]);
    }
    return { fresh: fresh.length, deleted };
  }

  private encode(traces: readonly (readonly [string, TraceDelta])[]): Uint8Array {
    const copy = new CopyWriter(traces.length * 280);
    for (const [traceId, delta] of traces) {
      copy.row(TRACE_COLUMNS.length);
      copy.int4(this.workspaceId);
      copy.uuid(traceId);
      copy.int8(delta.startNs);
      copy.int8(delta.endNs);
      copy.int4(delta.spans);
      copy.int4(delta.errors);
      copy.int4(delta.failed);
      copy.int4Array(delta.serviceIds.size);
      for (const id of delta.serviceIds) copy.int4(id);
      copy.int2(delta.rootRank);
      copy.int8(delta.rootStartNs);
      copy.int8(delta.rootSpanId);
      copy.int4(delta.rootOperationId);
      copy.int4(delta.missingParents);
      copy.orNull(delta.inputTokens, (tokens) => copy.int8(BigInt(tokens)));
      copy.orNull(delta.outputTokens, (tokens) => copy.int8(BigInt(tokens)));
      copy.orNull(delta.agentName, (name) => copy.text(name));
      copy.orNull(delta.agentStartNs, (ns) => copy.int8(ns));
      copy.orNull(delta.sessionId, (id) => copy.text(id));
      copy.orNull(delta.userId, (id) => copy.text(id));
      copy.int4(delta.agentSpans);
      copy.int4(delta.firstBlock);
      copy.int4(delta.lastBlock);
      copy.int4Array(delta.deploymentIds.size);
      for (const id of delta.deploymentIds) copy.int4(id);
    }
    return copy.finish();
  }

  private async merge(tx: SqlClient, traces: readonly (readonly [string, TraceDelta])[]): Promise<LateSpans[]> {
    const deltas = traces.map(([, delta]) => delta);
    const rows = await tx.query(MERGE_TRACES, [
      this.workspaceId,
      traces.map(([traceId]) => traceId),
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
      deltas.map(({ firstBlock }) => firstBlock),
      deltas.map(({ lastBlock }) => lastBlock),
      deltas.map(({ deploymentIds }) => `{${[...deploymentIds].join(',')}}`),
      deltas.map(({ tokensAreAll }) => tokensAreAll),
      deltas.map(({ agentSpans }) => agentSpans),
      deltas.map(({ failed }) => failed),
      deltas.map(({ userId }) => userId),
    ]);
    const late = { trace_id: TEXT, span_count: INT4, first_block: INT4, last_block: INT4 };
    return decodeRows(late, rows).map(({ trace_id, span_count, first_block, last_block }) => {
      return { traceId: trace_id, spans: span_count, blocks: { first: first_block, last: last_block } };
    });
  }
}

/** SQL of what a row of `span` is to its trace. @param alias of the row */
export function rankSql(alias: string): string {
  return `(case when ${alias}.parent_span_id is null then ${RANK_ROOT} when exists (
    select 1 from missing_parent m where m.workspace_id = ${alias}.workspace_id and m.trace_id = ${alias}.trace_id
      and m.span_id = ${alias}.parent_span_id) then ${RANK_ORPHAN} else ${RANK_CHILD} end)::int2`;
}

/** Spans that came for a deleted trace. */
export interface LateSpans {
  readonly traceId: string;
  readonly spans: number;
  readonly blocks: BlockRange;
}

const TRACE_COLUMNS = [
  'workspace_id',
  'trace_id',
  'start_ns',
  'end_ns',
  'span_count',
  'error_count',
  'failed_count',
  'service_ids',
  'root_rank',
  'root_start_ns',
  'root_span_id',
  'root_operation_id',
  'missing_parents',
  'input_tokens',
  'output_tokens',
  'agent_name',
  'agent_start_ns',
  'session_id',
  'user_id',
  'agent_spans',
  'first_block',
  'last_block',
  'deployment_ids',
];

const BETTER_ROOT = `(i.root_rank, i.root_start_ns, i.root_span_id) < (t.root_rank, t.root_start_ns, t.root_span_id)`;

/** Of traces without a span that has no parent. */
const FIND_ROOTS = `
update trace t set root_rank = r.rank, root_start_ns = r.start_ns, root_span_id = r.span_id, root_operation_id = r.operation_id
from unnest($2::uuid[]) as i (trace_id), lateral (
  select s.start_ns, s.span_id, s.operation_id, ${rankSql('s')} as rank
  from span s where s.workspace_id = $1 and s.trace_id = i.trace_id
  order by rank, s.start_ns, s.span_id limit 1) r
where t.workspace_id = $1 and t.trace_id = i.trace_id and t.root_rank > ${RANK_ROOT} and t.span_count <= ${MAX_LOOKED_AT}`;

const MERGE_TRACES = `
with merged as (
update trace t set
  start_ns = least(t.start_ns, i.start_ns),
  end_ns = greatest(t.end_ns, i.end_ns),
  span_count = t.span_count + i.span_count,
  error_count = t.error_count + i.error_count,
  failed_count = t.failed_count + i.failed_count,
  service_ids = case when t.service_ids @> i.service_ids::int4[] then t.service_ids
    else array(select distinct unnest(t.service_ids || i.service_ids::int4[])) end,
  root_rank = case when ${BETTER_ROOT} then i.root_rank else t.root_rank end,
  root_start_ns = case when ${BETTER_ROOT} then i.root_start_ns else t.root_start_ns end,
  root_span_id = case when ${BETTER_ROOT} then i.root_span_id else t.root_span_id end,
  root_operation_id = case when ${BETTER_ROOT} then i.root_operation_id else t.root_operation_id end,
  missing_parents = t.missing_parents + i.missing_parents,
  input_tokens = case when i.tokens_are_all then i.input_tokens when i.input_tokens is null then t.input_tokens
    else coalesce(t.input_tokens, 0) + i.input_tokens end,
  output_tokens = case when i.tokens_are_all then i.output_tokens when i.output_tokens is null then t.output_tokens
    else coalesce(t.output_tokens, 0) + i.output_tokens end,
  agent_name = case when i.agent_start_ns < coalesce(t.agent_start_ns, 9223372036854775807)
    then i.agent_name else t.agent_name end,
  agent_start_ns = least(t.agent_start_ns, i.agent_start_ns),
  session_id = coalesce(t.session_id, i.session_id),
  user_id = coalesce(t.user_id, i.user_id),
  agent_spans = t.agent_spans + i.agent_spans,
  first_block = least(t.first_block, i.first_block),
  last_block = greatest(t.last_block, i.last_block),
  deployment_ids = case when t.deployment_ids @> i.deployment_ids::int4[] then t.deployment_ids
    else array(select distinct unnest(t.deployment_ids || i.deployment_ids::int4[])) end
from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int4[], $6::int4[], $7::text[], $8::int2[], $9::int8[],
  $10::int8[], $11::int4[], $12::int4[], $13::int8[], $14::int8[], $15::text[], $16::int8[], $17::text[], $18::int4[], $19::int4[],
  $20::text[], $21::bool[], $22::int4[], $23::int4[], $24::text[])
  as i (trace_id, start_ns, end_ns, span_count, error_count, service_ids, root_rank, root_start_ns, root_span_id,
  root_operation_id, missing_parents, input_tokens, output_tokens, agent_name, agent_start_ns, session_id,
  first_block, last_block, deployment_ids, tokens_are_all, agent_spans, failed_count, user_id)
where t.workspace_id = $1 and t.trace_id = i.trace_id
returning t.deleted_at, t.trace_id, i.span_count, i.first_block, i.last_block)
select replace(trace_id::text, '-', '') as trace_id, span_count, first_block, last_block from merged where deleted_at is not null`;
