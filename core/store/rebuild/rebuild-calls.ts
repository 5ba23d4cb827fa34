/** Reads calls of models, and what traces say of tokens, agent and session, from the spans that are stored, once more. */
import { FACT_KEYS } from '../../dialects/fact-keys';
import { agentAttribute, readSpanFacts, type SpanFacts } from '../../dialects/span-facts';
import { bytesFromHex } from '../../model/ids';
import { shortName } from '../../model/short-name';
import { decodeScope, decodeSpanBody } from '../../otlp/proto-to-json';
import { ModelCallRows } from '../calls/model-calls';
import { DEPLOYMENT_OF_SPAN } from '../dictionary/deployments';
import type { WriterState } from '../ingest/writer-state';
import { PartReader, SPAN_ATTRIBUTES } from '../payloads/part-reader';
import { BYTEA, decodeRows, INT4, INT4_ARRAY, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const ROW = {
  trace_id: TEXT,
  span_id: INT8,
  start_ns: INT8,
  status: INT4,
  operation_id: INT4,
  deployment_id: INT4,
  attributes: INT4_ARRAY,
  block_id: INT4,
  payload_id: INT4,
  payload_index: INT4,
  name: TEXT,
  scope: BYTEA,
};

const FACTS: ReadonlySet<string> = new Set(FACT_KEYS);
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
    `update trace set input_tokens = null, output_tokens = null, agent_name = null, agent_start_ns = null, session_id = null
     where workspace_id = $1 and trace_id between $2::uuid and $3::uuid
       and (input_tokens is not null or output_tokens is not null or agent_name is not null or session_id is not null)`,
    parameters,
  );
  const rows = decodeRows(
    ROW,
    await tx.query(
      `select replace(s.trace_id::text, '-', '') as trace_id, s.span_id, s.start_ns, s.status::int4 as status,
         s.operation_id, ${DEPLOYMENT_OF_SPAN} as deployment_id, s.attributes, s.block_id, s.payload_id,
         s.payload_index::int4 as payload_index, o.name, c.message as scope
       from span s join operation o on o.id = s.operation_id join scope c on c.id = s.scope_id
       where s.workspace_id = $1 and s.trace_id between $2::uuid and $3::uuid
         and exists (select 1 from unnest(s.attributes) as e where e = any('{${elements}}'::int4[]))`,
      parameters,
    ),
  );
  const calls = new ModelCallRows(workspaceId, interned);
  const traces = new Map<string, TraceFacts>();
  const reader = new PartReader(tx, workspaceId, codec);
  for (let i = 0; i < rows.length; i += PAGE) {
    const page = rows.slice(i, i + PAGE);
    const parts = page.map(({ attributes, block_id, payload_id, payload_index }) => {
      return { attributes, payloadId: payload_id, payloadIndex: payload_index, blockId: block_id };
    });
    const messages = await reader.messages(parts, SPAN_ATTRIBUTES);
    for (const [at, row] of page.entries()) {
      const body = decodeSpanBody(messages[at] as Uint8Array);
      const attributes = body.attributes.filter(({ key }) => FACTS.has(key));
      const facts = readSpanFacts(body.name ?? row.name, decodeScope(row.scope).name, attributes.map(agentAttribute));
      if (!facts) continue;
      addFacts(traces, row.trace_id, row.start_ns, facts);
      if (facts.call) {
        const traceId = bytesFromHex(row.trace_id) as Uint8Array;
        const by = { traceId, spanId: row.span_id, startNs: row.start_ns };
        await calls.add(tx, { ...facts.call, agentName: facts.agentName }, by, {
          operationId: row.operation_id,
          deploymentId: row.deployment_id,
          status: row.status,
        });
      }
    }
  }
  await calls.store(tx);
  await writeFacts(tx, workspaceId, traces);
}

function addFacts(
  traces: Map<string, TraceFacts>,
  traceId: string,
  startNs: bigint,
  { call, ...facts }: SpanFacts,
): void {
  const known = traces.get(traceId) ?? {
    input: null,
    output: null,
    agentName: null,
    agentStartNs: null,
    sessionId: null,
  };
  traces.set(traceId, known);
  if (call && call.input !== null) known.input = (known.input ?? 0n) + BigInt(call.input);
  if (call && call.output !== null) known.output = (known.output ?? 0n) + BigInt(call.output);
  if (facts.agentName !== null && (known.agentStartNs === null || startNs < known.agentStartNs)) {
    known.agentName = shortName(facts.agentName);
    known.agentStartNs = startNs;
  }
  known.sessionId ??= facts.sessionId === null ? null : shortName(facts.sessionId);
}

async function writeFacts(tx: SqlClient, workspaceId: number, traces: ReadonlyMap<string, TraceFacts>): Promise<void> {
  if (traces.size === 0) return;
  const facts = [...traces.values()];
  await tx.execute(
    `update trace t set input_tokens = i.input, output_tokens = i.output, agent_name = i.agent, agent_start_ns = i.agent_start,
       session_id = i.session
     from unnest($2::uuid[], $3::int8[], $4::int8[], $5::text[], $6::int8[], $7::text[])
       as i (trace_id, input, output, agent, agent_start, session)
     where t.workspace_id = $1 and t.trace_id = i.trace_id`,
    [
      workspaceId,
      [...traces.keys()],
      facts.map(({ input }) => input),
      facts.map(({ output }) => output),
      facts.map(({ agentName }) => agentName),
      facts.map(({ agentStartNs }) => agentStartNs),
      facts.map(({ sessionId }) => sessionId),
    ],
  );
}
