/** Reads calls of models, and what traces say of tokens, agent and session, from the spans that are stored, once more. */

import { agentKindCode, isApart } from '../../dialects/agent-span';
import { FACT_KEYS } from '../../dialects/fact-keys';
import { factsOfSpan, type SpanFacts } from '../../dialects/span-facts';
import { repeatedCalls, type TracedCall, type TraceSpan } from '../../model/counted-calls';
import { bytesFromHex } from '../../model/ids';
import { shortName } from '../../model/short-name';
import { decodeScope, decodeSpanBody } from '../../otlp/proto-to-json';
import { ModelCallRows } from '../calls/model-calls';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import type { WriterState } from '../ingest/writer-state';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { wholeSum } from '../sql/whole-sum';

const ROW = {
  trace_id: TEXT,
  span_id: INT8,
  start_ns: INT8,
  status: INT4,
  operation_id: INT4,
  scope_id: INT4,
  deployment_id: INT4,
  attributes: INT4_ARRAY,
  block_id: INT4,
  payload_id: INT4,
  payload_index: INT4,
  name: TEXT,
  scope: BYTEA,
};

/** Spans whose messages are put together at once. */
const PAGE = 200;

/** Trace ids, both ends included. */
export interface IdRange {
  readonly from: string;
  readonly to: string;
}

interface TraceFacts {
  input: bigint | null;
  output: bigint | null;
  agentName: string | null;
  agentStartNs: bigint | null;
  sessionId: string | null;
  userId: string | null;
  agentSpans: number;
}

/** Elements of `span.attributes` that hold a fact: read again when the dictionary has grown meanwhile. */
export class FactElements {
  private newest = -1;
  private list = '';

  async read(tx: SqlClient, workspaceId: number): Promise<string> {
    const rows = await tx.query('select coalesce(max(id), 0) as id from attribute');
    const newest = decodeRows({ id: INT4 }, rows)[0]?.id ?? 0;
    if (newest !== this.newest) this.list = await readElements(tx, workspaceId);
    this.newest = newest;
    return this.list;
  }
}

async function readElements(tx: SqlClient, workspaceId: number): Promise<string> {
  const keys = decodeRows(
    { id: INT4 },
    await tx.query('select id from attribute_key where workspace_id = $1 and key = any($2::text[])', [
      workspaceId,
      [...FACT_KEYS],
    ]),
  ).map(({ id }) => id);
  const values = decodeRows(
    { id: INT4 },
    await tx.query('select id from attribute where workspace_id = $1 and key_id = any($2::int4[])', [
      workspaceId,
      keys,
    ]),
  ).map(({ id }) => id);
  // 0: an attribute that is packed whole.
  return [...keys.map((id) => -id), ...values, 0].join(',');
}

export async function rebuildCalls(
  tx: SqlClient,
  { workspaceId, codec, interned }: Pick<WriterState, 'workspaceId' | 'codec' | 'interned'>,
  { from, to }: IdRange,
  elements: string,
): Promise<void> {
  const parameters = [workspaceId, from, to];
  await tx.execute(
    'delete from model_call where workspace_id = $1 and trace_id between $2::uuid and $3::uuid',
    parameters,
  );
  await tx.execute(
    `update trace set input_tokens = null, output_tokens = null, agent_name = null, agent_start_ns = null, session_id = null,
       user_id = null, agent_spans = 0
     where workspace_id = $1 and trace_id between $2::uuid and $3::uuid
       and (input_tokens is not null or output_tokens is not null or agent_name is not null or session_id is not null
         or user_id is not null or agent_spans > 0)`,
    parameters,
  );
  const rows = decodeRows(
    ROW,
    await tx.query(
      `select replace(s.trace_id::text, '-', '') as trace_id, s.span_id, s.start_ns, s.status::int4 as status,
         s.operation_id, s.scope_id, ${DEPLOYMENT_OF_SPAN} as deployment_id, s.attributes, s.block_id, s.payload_id,
         s.payload_index::int4 as payload_index, o.name, c.message as scope
       from span s join operation o on o.id = s.operation_id join scope c on c.id = s.scope_id
       where s.workspace_id = $1 and s.trace_id between $2::uuid and $3::uuid
         and exists (select 1 from unnest(s.attributes) as e where e = any('{${elements}}'::int4[]))`,
      parameters,
    ),
  );
  const found: FoundSpan[] = [];
  const traces = new Map<string, TraceFacts>();
  const reader = new PartReader(tx, workspaceId, codec);
  for (let i = 0; i < rows.length; i += PAGE) {
    const page = rows.slice(i, i + PAGE);
    const parts = page.map(({ attributes, block_id, payload_id, payload_index }) => {
      return { attributes, payloadId: payload_id, payloadIndex: payload_index, blockId: block_id };
    });
    const messages = await reader.messages(parts, SPAN_ATTRIBUTES);
    for (const [at, { attributes: _, ...row }] of page.entries()) {
      const body = decodeSpanBody(messages[at] as Uint8Array);
      const facts = factsOfSpan(body.name ?? row.name, decodeScope(row.scope).name, body.attributes);
      if (facts) found.push({ row, facts });
    }
  }
  const repeated = await repeatsAmong(tx, workspaceId, found);
  const calls = new ModelCallRows(workspaceId, interned);
  for (const { row, facts } of found) {
    const isRepeat = repeated.has(`${row.trace_id} ${row.span_id}`);
    addFacts(traces, row.trace_id, row.start_ns, facts, isRepeat);
    if (!facts.call) continue;
    const traceId = bytesFromHex(row.trace_id) as Uint8Array;
    const by = { traceId, spanId: row.span_id, startNs: row.start_ns };
    const of = { operationId: row.operation_id, deploymentId: row.deployment_id, status: row.status };
    const decided = { response: facts.response, isRepeat };
    await calls.add(tx, { ...facts.call, agentName: facts.agentName }, by, of, decided);
  }
  await calls.store(tx);
  await writeFacts(tx, workspaceId, traces);
  await markAgentSpans(tx, workspaceId, { from, to }, found);
}

interface FoundSpan {
  readonly row: Omit<RowOf<typeof ROW>, 'attributes'>;
  readonly facts: SpanFacts;
}

/** Calls that tell what another of their trace tells, as trace and span. */
async function repeatsAmong(tx: SqlClient, workspaceId: number, found: readonly FoundSpan[]): Promise<Set<string>> {
  const calls = new Map<string, FoundSpan[]>();
  for (const span of found) {
    const { trace_id } = span.row;
    if (!span.facts.call) continue;
    const list = calls.get(trace_id);
    if (list) list.push(span);
    else calls.set(trace_id, [span]);
  }
  const several = [...calls].flatMap(([traceId, { length }]) => (length > 1 ? [traceId] : []));
  const repeated = new Set<string>();
  if (several.length === 0) return repeated;
  const rows = await tx.query(
    `select replace(i.trace_id::text, '-', '') as trace_id, s.span_id, coalesce(s.parent_span_id, 0) as parent,
       s.start_ns + greatest(s.duration_ns, 0) as end_ns
     from unnest($2::uuid[]) as i (trace_id),
       lateral (select * from span where workspace_id = $1 and trace_id = i.trace_id offset 0) s`,
    [workspaceId, several],
  );
  const byId = new Map(found.map((span) => [`${span.row.trace_id} ${span.row.span_id}`, span]));
  const traces = new Map<string, TraceSpan[]>();
  for (const { trace_id, span_id, parent, end_ns } of decodeRows(LINK_ROW, rows)) {
    const span = byId.get(`${trace_id} ${span_id}`);
    const list = traces.get(trace_id) ?? [];
    traces.set(trace_id, list);
    list.push({
      id: span_id,
      parentId: parent,
      call: span ? tracedCall(span, end_ns) : null,
      isApart: isApart(span?.facts.kind ?? null),
      isAgent: span?.facts.kind === 'agent',
    });
  }
  for (const [traceId, spans] of traces) for (const id of repeatedCalls(spans)) repeated.add(`${traceId} ${id}`);
  return repeated;
}

const LINK_ROW = { trace_id: TEXT, span_id: INT8, parent: INT8, end_ns: INT8 };

function tracedCall({ row, facts: { call, kind, response } }: FoundSpan, endNs: bigint): TracedCall | null {
  if (!call) return null;
  const { model, input, output } = call;
  const source = `${row.scope_id} ${row.operation_id}`;
  const isEmbedding = kind === 'embedding';
  return { isEmbedding, startNs: row.start_ns, endNs, model, input, output, response, source };
}

/** Which spans are of an agent run. */
async function markAgentSpans(
  tx: SqlClient,
  workspaceId: number,
  { from, to }: IdRange,
  found: readonly FoundSpan[],
): Promise<void> {
  const ofAgents = found.flatMap(({ row, facts: { kind } }) => (kind === null ? [] : [{ row, kind }]));
  if (ofAgents.length === 0) return;
  await tx.execute(
    `update span s set agent_kind = i.kind from unnest($2::uuid[], $3::int8[], $4::int4[]) as i (trace_id, span_id, kind)
     where s.workspace_id = $1 and s.trace_id between $5::uuid and $6::uuid and s.trace_id = i.trace_id
       and s.span_id = i.span_id and s.agent_kind is distinct from i.kind`,
    [
      workspaceId,
      ofAgents.map(({ row }) => row.trace_id),
      ofAgents.map(({ row }) => row.span_id),
      ofAgents.map(({ kind }) => agentKindCode(kind)),
      from,
      to,
    ],
  );
}

/**
 * Calls whose answer another trace told before: of each, the trace that told it first is counted. After all traces are read.
 */
export async function markTold(tx: SqlClient, workspaceId: number): Promise<void> {
  await tx.execute(
    `with told as (
       select trace_id, span_id, start_ns, first_value(trace_id) over w as first_trace, first_value(start_ns) over w as first_ns
       from model_call where workspace_id = $1 and response is not null
       window w as (partition by response order by start_ns, trace_id)),
     repeats as (
       update model_call c set is_repeat = true from told t
       where c.workspace_id = $1 and c.trace_id = t.trace_id and c.span_id = t.span_id and not c.is_repeat
         and t.trace_id <> t.first_trace and t.start_ns - t.first_ns <= 600000000000
       returning c.trace_id, c.span_id)
     update trace t set input_tokens = s.input, output_tokens = s.output
     from (
       select r.trace_id, ${wholeSum('c.input_tokens')} as input, ${wholeSum('c.output_tokens')} as output
       from (select distinct trace_id from repeats) r left join model_call c on c.workspace_id = $1 and c.trace_id = r.trace_id
         and not c.is_repeat and not exists (select 1 from repeats x where x.trace_id = c.trace_id and x.span_id = c.span_id)
       group by 1) s
     where t.workspace_id = $1 and t.trace_id = s.trace_id`,
    [workspaceId],
  );
}

function addFacts(
  traces: Map<string, TraceFacts>,
  traceId: string,
  startNs: bigint,
  { call, kind, ...facts }: SpanFacts,
  isRepeat: boolean,
): void {
  const known = traces.get(traceId) ?? {
    input: null,
    output: null,
    agentName: null,
    agentStartNs: null,
    sessionId: null,
    userId: null,
    agentSpans: 0,
  };
  traces.set(traceId, known);
  if (kind !== null) known.agentSpans++;
  if (!isRepeat && call && call.input !== null) known.input = (known.input ?? 0n) + BigInt(call.input);
  if (!isRepeat && call && call.output !== null) known.output = (known.output ?? 0n) + BigInt(call.output);
  if (facts.agentName !== null && (known.agentStartNs === null || startNs < known.agentStartNs)) {
    known.agentName = shortName(facts.agentName);
    known.agentStartNs = startNs;
  }
  known.sessionId ??= facts.sessionId === null ? null : shortName(facts.sessionId);
  known.userId ??= facts.userId === null ? null : shortName(facts.userId);
}

async function writeFacts(tx: SqlClient, workspaceId: number, traces: ReadonlyMap<string, TraceFacts>): Promise<void> {
  if (traces.size === 0) return;
  const facts = [...traces.values()];
  await tx.execute(
    `update trace t set input_tokens = i.input, output_tokens = i.output, agent_name = i.agent, agent_start_ns = i.agent_start,
       session_id = i.session, agent_spans = i.agent_spans, user_id = i.user_id
     from unnest($2::uuid[], $3::int8[], $4::int8[], $5::text[], $6::int8[], $7::text[], $8::int4[], $9::text[])
       as i (trace_id, input, output, agent, agent_start, session, agent_spans, user_id)
     where t.workspace_id = $1 and t.trace_id = i.trace_id`,
    [
      workspaceId,
      [...traces.keys()],
      facts.map(({ input }) => input),
      facts.map(({ output }) => output),
      facts.map(({ agentName }) => agentName),
      facts.map(({ agentStartNs }) => agentStartNs),
      facts.map(({ sessionId }) => sessionId),
      facts.map(({ agentSpans }) => agentSpans),
      facts.map(({ userId }) => userId),
    ],
  );
}
