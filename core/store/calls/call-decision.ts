/**
 * Decides, while spans are stored, which calls of models count: of each trace that spans come for, with what is stored of it already. A span
 * that comes late may hold calls that counted, or join two of them, in any order.
 */
import { type AgentSpanKind, agentKindOf, isApart } from '../../dialects/agent-span';
import { CALL_COUNTS } from '../../model/batch-calls';
import { repeatedCalls, type TracedCall, type TraceSpan } from '../../model/counted-calls';
import { SPAN_ID_BYTES } from '../../model/ids';
import type { SpanBatch } from '../../model/span-batch';
import type { InternedBatch } from '../dictionary/interned';
import { BOOL, decodeRows, INT4, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { Answers } from './answers';

/** Of a trace with more, only what comes together is compared: it would be read again with every batch. */
const MAX_STORED_SPANS = 20_000;

/** Rows of a batch that are stored now. */
export interface NewRows {
  readonly batch: SpanBatch;
  readonly rows: readonly number[];
  readonly interned: InternedBatch;
  /** By index of the batch's traces. */
  readonly traceIds: readonly string[];
}

/** What the writer knows of a trace. */
export interface KnownTrace {
  readonly isNew: boolean;
  /** Whether stored spans of it are of an agent run. */
  hasAgents: boolean;
  readonly spans: { readonly size: number };
}

export interface CallDecision {
  /** Whether the call of a row tells what another tells, by batch. */
  isRepeat(batch: SpanBatch, row: number): boolean;
  readonly anyRepeats: boolean;
  /** What all calls of a trace count together, with those that were stored before. */
  readonly totals: ReadonlyMap<string, TokenTotals>;
}

interface TokenTotals {
  readonly input: number | null;
  readonly output: number | null;
}

/** A span with where it comes from. */
interface Placed extends TraceSpan {
  readonly at: { readonly batch: SpanBatch; readonly row: number } | null;
  /** As stored. */
  readonly wasRepeat: boolean;
}

export async function decideCalls(
  tx: SqlClient,
  workspaceId: number,
  answers: Answers,
  all: readonly NewRows[],
  known: ReadonlyMap<string, KnownTrace>,
): Promise<CallDecision> {
  const { spans, late } = gather(all, known);
  if (late.size > 0) await readStored(tx, workspaceId, [...late], spans);
  // What lies within an agent was stored before, and is not looked at.
  const unseen = new Set([...spans.keys()].filter((id) => known.get(id)?.isNew === false && !late.has(id)));
  return decide(tx, workspaceId, answers, spans, late, unseen);
}

/** As above, of traces whose stored spans were taken out or moved: those that are left may count otherwise. */
export async function decideStoredCalls(
  tx: SqlClient,
  workspaceId: number,
  answers: Answers,
  traces: ReadonlyMap<string, Pick<KnownTrace, 'hasAgents' | 'spans'>>,
): Promise<void> {
  const compared = [...traces].filter(([, { hasAgents, spans }]) => hasAgents && spans.size <= MAX_STORED_SPANS);
  const late = new Set(compared.map(([traceId]) => traceId));
  if (late.size === 0) return;
  const spans = new Map<string, Placed[]>();
  await readStored(tx, workspaceId, [...late], spans);
  await decide(tx, workspaceId, answers, spans, late);
}

async function decide(
  tx: SqlClient,
  workspaceId: number,
  answers: Answers,
  spans: ReadonlyMap<string, Placed[]>,
  late: ReadonlySet<string>,
  unseen: ReadonlySet<string> = new Set(),
): Promise<CallDecision> {
  const repeats = new Map<SpanBatch, Set<number>>();
  const totals = new Map<string, TokenTotals>();
  const changed: { traceId: string; id: bigint; isRepeat: boolean }[] = [];
  await answers.prepare(tx, spans);
  for (const [traceId, placed] of spans) {
    const repeated = repeatedCalls(placed);
    const tokens: Record<'input' | 'output', number | null> = { input: null, output: null };
    for (const { id, call, isAgent, at, wasRepeat } of placed) {
      if (!call) continue;
      const isUnseen = isAgent === true && unseen.has(traceId);
      const isRepeat = isUnseen || repeated.has(id) || answers.isTold(traceId, call);
      if (!isRepeat) {
        for (const side of ['input', 'output'] as const) {
          const count = call[side];
          if (count !== null) tokens[side] = (tokens[side] ?? 0) + count;
        }
      }
      if (at && isRepeat) {
        const rows = repeats.get(at.batch) ?? new Set();
        repeats.set(at.batch, rows.add(at.row));
      }
      if (!at && isRepeat !== wasRepeat) changed.push({ traceId, id, isRepeat });
    }
    for (const { call } of placed) if (call) answers.add(traceId, call);
    if (late.has(traceId)) totals.set(traceId, tokens);
  }
  if (changed.length > 0) {
    await tx.execute(
      `update model_call c set is_repeat = i.is_repeat
       from unnest($2::uuid[], $3::int8[], $4::bool[]) as i (trace_id, span_id, is_repeat)
       where c.workspace_id = $1 and c.trace_id = i.trace_id and c.span_id = i.span_id`,
      [
        workspaceId,
        changed.map(({ traceId }) => traceId),
        changed.map(({ id }) => id),
        changed.map(({ isRepeat }) => isRepeat),
      ],
    );
  }
  return {
    isRepeat: (batch, row) => repeats.get(batch)?.has(row) ?? false,
    anyRepeats: repeats.size > 0,
    totals,
  };
}

/** New spans of traces in which calls are to be compared, and which of these have spans that are stored already. */
function gather(
  all: readonly NewRows[],
  known: ReadonlyMap<string, KnownTrace>,
): { spans: Map<string, Placed[]>; late: Set<string> } {
  const calls = new Map<string, number>();
  for (const { batch, rows, traceIds } of all) {
    if (batch.calls.row.length === 0) continue;
    const isStored = rows.length === batch.length ? null : new Set(rows);
    for (let i = 0; i < batch.calls.row.length; i++) {
      const row = batch.calls.row[i] as number;
      if (isStored && !isStored.has(row)) continue;
      const traceId = traceIds[batch.trace[row] as number] as string;
      // A call whose answer is named may be told in a trace of its own; calls within an agent may be stored already.
      const isAgent = agentKindOf(batch.agentKind[row] ?? 0) === 'agent';
      const weight = batch.calls.response[i] === 0n && !isAgent ? 1 : 2;
      calls.set(traceId, (calls.get(traceId) ?? 0) + weight);
    }
  }
  const spans = new Map<string, Placed[]>();
  const late = new Set<string>();
  for (const { batch, rows, interned, traceIds } of all) {
    const into = traceIds.map((traceId) => {
      const trace = known.get(traceId);
      const count = calls.get(traceId) ?? 0;
      const isLate = !trace?.isNew && (trace?.hasAgents || count > 0) && (trace?.spans.size ?? 0) <= MAX_STORED_SPANS;
      if (isLate) late.add(traceId);
      if (!isLate && count < 2) return null;
      const list = spans.get(traceId) ?? [];
      spans.set(traceId, list);
      return list;
    });
    if (into.every((list) => list === null)) continue;
    const ids = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
    const parents = new DataView(batch.parentSpanId.buffer, batch.parentSpanId.byteOffset);
    const callAt = new Map<number, number>();
    for (const [i, row] of batch.calls.row.entries()) callAt.set(row, i);
    for (const row of rows) {
      const list = into[batch.trace[row] as number];
      if (!list) continue;
      const i = callAt.get(row);
      const kind = agentKindOf(batch.agentKind[row] ?? 0);
      list.push({
        id: ids.getBigInt64(row * SPAN_ID_BYTES),
        parentId: parents.getBigInt64(row * SPAN_ID_BYTES),
        call: i === undefined ? null : callOf(batch, i, kind, interned),
        isApart: isApart(kind),
        isAgent: kind === 'agent',
        at: { batch, row },
        wasRepeat: false,
      });
    }
  }
  return { spans, late };
}

function callOf(batch: SpanBatch, i: number, kind: AgentSpanKind | null, interned: InternedBatch): TracedCall {
  const { calls } = batch;
  const row = calls.row[i] as number;
  const count = (at: number): number | null => {
    const tokens = calls.counts[i * CALL_COUNTS.length + at] as number;
    return Number.isNaN(tokens) ? null : tokens;
  };
  const response = calls.response[i] as bigint;
  const scope = interned.scopeIds[batch.scope[row] as number] as number;
  const operation = interned.operationIds[batch.operation[row] as number] as number;
  return {
    isEmbedding: kind === 'embedding',
    startNs: batch.startNs[row] as bigint,
    endNs: batch.endNs[row] as bigint,
    model: calls.kinds[calls.kind[i] as number]?.model ?? null,
    input: count(0),
    output: count(1),
    response: response === 0n ? null : response,
    source: `${scope} ${operation}`,
  };
}

const SPAN_ROW = {
  trace_id: TEXT,
  span_id: INT8,
  parent: INT8,
  start_ns: INT8,
  end_ns: INT8,
  kind: INT4,
  source: TEXT,
};
const CALL_ROW = {
  trace_id: TEXT,
  span_id: INT8,
  model: orNull(TEXT),
  input: orNull(INT8),
  output: orNull(INT8),
  response: orNull(INT8),
  is_repeat: BOOL,
};

/** Adds what is stored of these traces. */
async function readStored(
  tx: SqlClient,
  workspaceId: number,
  traceIds: readonly string[],
  into: Map<string, Placed[]>,
): Promise<void> {
  const parameters = [workspaceId, traceIds];
  const rows = await tx.query(
    `select replace(i.trace_id::text, '-', '') as trace_id, s.span_id, coalesce(s.parent_span_id, 0) as parent, s.start_ns,
       s.start_ns + greatest(s.duration_ns, 0) as end_ns, coalesce(s.agent_kind, 0)::int4 as kind,
       s.scope_id || ' ' || s.operation_id as source
     from unnest($2::uuid[]) as i (trace_id),
       lateral (select * from span where workspace_id = $1 and trace_id = i.trace_id offset 0) s`,
    parameters,
  );
  const stored = await tx.query(
    `select replace(i.trace_id::text, '-', '') as trace_id, c.span_id, k.model, c.input_tokens as input,
       c.output_tokens as output, c.response, c.is_repeat
     from unnest($2::uuid[]) as i (trace_id),
       lateral (select * from model_call where workspace_id = $1 and trace_id = i.trace_id offset 0) c
       join model_call_kind k on k.workspace_id = $1 and k.id = c.kind_id`,
    parameters,
  );
  const calls = new Map(decodeRows(CALL_ROW, stored).map((row) => [`${row.trace_id} ${row.span_id}`, row]));
  for (const row of decodeRows(SPAN_ROW, rows)) {
    const list = into.get(row.trace_id) ?? [];
    into.set(row.trace_id, list);
    const call = calls.get(`${row.trace_id} ${row.span_id}`);
    const kind = agentKindOf(row.kind);
    list.push({
      id: row.span_id,
      parentId: row.parent,
      call: call
        ? {
            isEmbedding: kind === 'embedding',
            startNs: row.start_ns,
            endNs: row.end_ns,
            model: call.model,
            input: call.input === null ? null : Number(call.input),
            output: call.output === null ? null : Number(call.output),
            response: call.response,
            source: row.source,
          }
        : null,
      isApart: isApart(kind),
      isAgent: kind === 'agent',
      at: null,
      wasRepeat: call?.is_repeat ?? false,
    });
  }
}
