/** Calls of models as they are stored (migrations 009 and 016). */
import { CALL_COUNTS, type CallCounts, type CallKind, writeCounts } from '../model/batch-calls';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import type { SpanBatch } from '../model/span-batch';
import { CopyWriter } from './copy-binary';
import type { InternedBatch, InternedIds } from './interned';
import { decodeRows, INT4 } from './row-spec';
import type { SqlClient } from './sql-client';

/** SQL that stands for a table: calls with what their kind says. */
export const MODEL_CALLS = `(select c.*, k.operation_id, k.status, k.provider, k.model, k.service_tier, k.agent_name
  from model_call c join model_call_kind k on k.workspace_id = c.workspace_id and k.id = c.kind_id)`;

const COLUMNS = [
  'workspace_id',
  'trace_id',
  'span_id',
  'start_ns',
  'kind_id',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
  'reported_cost',
];
const FIRST_BYTES = 64 * 1024;
/** Of the counts, the one that is no number of tokens. */
const COST = CALL_COUNTS.length - 1;

interface CalledBy {
  /** The trace's 16 bytes are at `traceAt`. */
  readonly ids: Uint8Array;
  readonly traceAt: number;
  /** As SQL stores it. */
  readonly spanId: bigint;
  readonly startNs: bigint;
}

/** A kind of calls as they are stored: with the operation and the status of their spans. */
interface StoredKind extends CallKind {
  /** Under which its id is remembered. */
  readonly key: string;
  readonly operationId: number;
  readonly status: number;
}

/** Rows as binary COPY. */
export class ModelCallRows {
  private copy: CopyWriter | null = null;

  constructor(
    private readonly workspaceId: number,
    private readonly interned: InternedIds,
  ) {}

  /** The calls of a batch. @param isStored whether a row of it is stored now */
  async addBatch(
    tx: SqlClient,
    batch: SpanBatch,
    isStored: (row: number) => boolean,
    interned: InternedBatch,
  ): Promise<void> {
    const { row: rows, kind, counts, kinds } = batch.calls;
    if (rows.length === 0) return;
    const stored: StoredKind[] = [];
    const known = new Map<number, number>();
    const kindOf = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const operation = batch.operation[row] as number;
      const status = batch.status[row] as number;
      const shape = (operation * kinds.length + (kind[i] as number)) * 256 + status;
      let at = known.get(shape);
      if (at === undefined) {
        const operationId = interned.operationIds[operation] as number;
        at = stored.push(storedKind(kinds[kind[i] as number] as CallKind, operationId, status)) - 1;
        known.set(shape, at);
      }
      kindOf[i] = at;
    }
    const ids = await this.kindIds(tx, stored);
    const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (!isStored(row)) continue;
      const traceAt = (batch.trace[row] as number) * TRACE_ID_BYTES;
      const spanId = spanIds.getBigInt64(row * SPAN_ID_BYTES);
      const by = { ids: batch.traceId, traceAt, spanId, startNs: batch.startNs[row] as bigint };
      this.write(by, ids[kindOf[i] as number] as number, counts, i * CALL_COUNTS.length);
    }
  }

  async add(
    tx: SqlClient,
    call: CallCounts & CallKind,
    by: CalledBy,
    operationId: number,
    status: number,
  ): Promise<void> {
    const [id] = await this.kindIds(tx, [storedKind(call, operationId, status)]);
    const counts = new Float64Array(CALL_COUNTS.length);
    writeCounts(counts, 0, call);
    this.write(by, id as number, counts, 0);
  }

  async store(tx: SqlClient): Promise<void> {
    if (this.copy) await tx.copyIn('model_call', COLUMNS, this.copy.finish());
  }

  /** @param countsAt of the call's `CALL_COUNTS` */
  private write(by: CalledBy, kindId: number, counts: Float64Array, countsAt: number): void {
    this.copy ??= new CopyWriter(FIRST_BYTES);
    const { copy } = this;
    copy.row(COLUMNS.length);
    copy.int4(this.workspaceId);
    copy.data(by.ids, by.traceAt, by.traceAt + TRACE_ID_BYTES);
    copy.int8(by.spanId);
    copy.int8(by.startNs);
    copy.int4(kindId);
    for (let i = 0; i < COST; i++) copy.countOrNull(counts[countsAt + i] as number);
    const cost = counts[countsAt + COST] as number;
    if (Number.isNaN(cost)) copy.null();
    else copy.float8(cost);
  }

  private async kindIds(tx: SqlClient, kinds: readonly StoredKind[]): Promise<number[]> {
    const missing = kinds.filter(({ key }) => this.interned.recall(key) === undefined);
    if (missing.length > 0) {
      const parameters = [this.workspaceId, ...KIND_FIELDS.map((field) => missing.map((kind) => kind[field]))];
      await tx.query(
        `insert into model_call_kind (workspace_id, digest, operation_id, status, provider, model, service_tier, agent_name)
         select $1, ${DIGEST}, i.* from ${GIVEN} as i (operation_id, status, provider, model, service_tier, agent_name)
         on conflict (workspace_id, digest) do nothing`,
        parameters,
      );
      const found = await tx.query(
        `select k.id, i.at::int4 as at
         from ${GIVEN} with ordinality as i (operation_id, status, provider, model, service_tier, agent_name, at), lateral (
           select id from model_call_kind where workspace_id = $1 and digest = ${DIGEST} limit 1) as k`,
        parameters,
      );
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, found)) {
        this.interned.remember((missing[at - 1] as StoredKind).key, id);
      }
    }
    return kinds.map(({ key }) => this.interned.recall(key) as number);
  }
}

function storedKind(kind: CallKind, operationId: number, status: number): StoredKind {
  const text = (value: string | null): string | null => value?.replaceAll('\0', '\u2400') || null;
  const [provider, model] = [text(kind.provider), text(kind.model)];
  const [serviceTier, agentName] = [text(kind.serviceTier), text(kind.agentName)];
  const key = `model call\0${operationId}\0${status}\0${provider ?? ''}\0${model ?? ''}\0${serviceTier ?? ''}\0${agentName ?? ''}`;
  return { key, operationId, status, provider, model, serviceTier, agentName };
}

const GIVEN = 'unnest($2::int4[], $3::int2[], $4::text[], $5::text[], $6::text[], $7::text[])';
/** As in migration 016. */
const DIGEST = `sha256(convert_to(
  jsonb_build_array(i.operation_id, i.status, i.provider, i.model, i.service_tier, i.agent_name)::text, 'UTF8'))`;

const KIND_FIELDS = ['operationId', 'status', 'provider', 'model', 'serviceTier', 'agentName'] as const;
