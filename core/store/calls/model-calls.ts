/** Calls of models as they are stored (migrations 009 and 016). */

import { CALL_COUNTS, type CallCounts, type CallKind, writeCounts } from '../../model/batch-calls';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import { shortName } from '../../model/short-name';
import type { SpanBatch } from '../../model/span-batch';
import type { InternedBatch, InternedIds } from '../dictionary/interned';
import { CopyWriter } from '../sql/copy-binary';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { CallDecision } from './call-decision';

/** SQL that stands for a table: the calls that count, with what their kind says. */
export const MODEL_CALLS = `(select c.*, k.operation_id, k.deployment_id, k.status, k.provider, k.model, k.service_tier, k.agent_name
  from model_call c join model_call_kind k on k.workspace_id = c.workspace_id and k.id = c.kind_id where not c.is_repeat)`;

/** With those that tell what another tells. */
export const ALL_MODEL_CALLS = MODEL_CALLS.replace(' where not c.is_repeat', '');

const COLUMNS = ['workspace_id', 'trace_id', 'span_id', 'start_ns', 'kind_id'];
/** In order of `CALL_COUNTS`. */
const COUNT_COLUMNS = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
  'cache_write_hour_tokens',
  'reported_cost',
];
const FIRST_BYTES = 64 * 1024;
/** Of the counts, the one that is no number of tokens. */
const COST = CALL_COUNTS.length - 1;

interface CalledBy {
  /** 16 bytes. */
  readonly traceId: Uint8Array;
  /** As SQL stores it. */
  readonly spanId: bigint;
  readonly startNs: bigint;
}

/** A kind of calls as they are stored: with the operation, the deployment and the status of their spans. */
interface StoredKind extends CallKind, KindOfSpan {
  /** Under which its id is remembered. */
  readonly key: string;
}

interface KindOfSpan {
  readonly operationId: number;
  readonly deploymentId: number;
  readonly status: number;
}

/** Rows as binary COPY. */
export class ModelCallRows {
  private copy: CopyWriter | null = null;
  private decided: readonly string[] = ['response', 'is_repeat'];

  /** @param said indices in `CALL_COUNTS` of what any call says: a column that is null in every row costs, too */
  constructor(
    private readonly workspaceId: number,
    private readonly interned: InternedIds,
    private readonly said: readonly number[] = CALL_COUNTS.map((_, at) => at),
  ) {}

  /** The calls of a batch. @param isStored whether a row of it is stored now */
  async addBatch(
    tx: SqlClient,
    batch: SpanBatch,
    isStored: (row: number) => boolean,
    interned: InternedBatch,
    decision: Pick<CallDecision, 'isRepeat'>,
  ): Promise<void> {
    const { row: rows, kind, counts, kinds, response } = batch.calls;
    if (rows.length === 0) return;
    const stored: StoredKind[] = [];
    const known = new Map<number, number>();
    const kindOf = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const operation = batch.operation[row] as number;
      const status = batch.status[row] as number;
      const resource = batch.resource[row] as number;
      const shape =
        ((resource * batch.operations.length + operation) * kinds.length + (kind[i] as number)) * 256 + status;
      let at = known.get(shape);
      if (at === undefined) {
        const operationId = interned.operationIds[operation] as number;
        const deploymentId = interned.deploymentIds[resource] as number;
        at = stored.push(storedKind(kinds[kind[i] as number] as CallKind, { operationId, deploymentId, status })) - 1;
        known.set(shape, at);
      }
      kindOf[i] = at;
    }
    const ids = await this.kindIds(tx, stored);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (!isStored(row)) continue;
      const copy = this.begin();
      const traceAt = (batch.trace[row] as number) * TRACE_ID_BYTES;
      copy.data(batch.traceId, traceAt, traceAt + TRACE_ID_BYTES);
      copy.data(batch.spanId, row * SPAN_ID_BYTES, (row + 1) * SPAN_ID_BYTES);
      copy.int8(batch.startNs[row] as bigint);
      copy.int4(ids[kindOf[i] as number] as number);
      this.writeCounts(copy, counts, i * CALL_COUNTS.length);
      this.writeDecided(copy, response[i] as bigint, decision.isRepeat(batch, row));
    }
  }

  async add(
    tx: SqlClient,
    call: CallCounts & CallKind,
    by: CalledBy,
    of: KindOfSpan,
    decided: { readonly response: bigint | null; readonly isRepeat: boolean },
  ): Promise<void> {
    const [id] = await this.kindIds(tx, [storedKind(call, of)]);
    const counts = new Float64Array(CALL_COUNTS.length);
    writeCounts(counts, 0, call);
    const copy = this.begin();
    copy.data(by.traceId, 0, TRACE_ID_BYTES);
    copy.int8(by.spanId);
    copy.int8(by.startNs);
    copy.int4(id as number);
    this.writeCounts(copy, counts, 0);
    this.writeDecided(copy, decided.response ?? 0n, decided.isRepeat);
  }

  /** @param any whether a call that is added tells what another tells */
  keepRepeats(any: boolean): void {
    this.decided = any ? ['response', 'is_repeat'] : ['response'];
  }

  private writeDecided(copy: CopyWriter, response: bigint, isRepeat: boolean): void {
    copy.orNull(response === 0n ? null : response, (digest) => copy.int8(digest));
    if (this.decided.length > 1) copy.bool(isRepeat);
  }

  async store(tx: SqlClient): Promise<void> {
    if (!this.copy) return;
    const columns = [...COLUMNS, ...this.said.map((at) => COUNT_COLUMNS[at] as string), ...this.decided];
    await tx.copyIn('model_call', columns, this.copy.finish());
  }

  /** A row as far as its workspace. */
  private begin(): CopyWriter {
    this.copy ??= new CopyWriter(FIRST_BYTES);
    this.copy.row(COLUMNS.length + this.said.length + this.decided.length);
    this.copy.int4(this.workspaceId);
    return this.copy;
  }

  /** @param from of the first of a call's `CALL_COUNTS` */
  private writeCounts(copy: CopyWriter, counts: Float64Array, from: number): void {
    for (let i = 0; i < this.said.length; i++) {
      const which = this.said[i] as number;
      const count = counts[from + which] as number;
      if (which !== COST) copy.countOrNull(count);
      else if (Number.isNaN(count)) copy.null();
      else copy.float8(count);
    }
  }

  private async kindIds(tx: SqlClient, kinds: readonly StoredKind[]): Promise<number[]> {
    const missing = kinds.filter(({ key }) => this.interned.recall('model_call_kind', key) === undefined);
    if (missing.length > 0) {
      const parameters = [this.workspaceId, ...KIND_FIELDS.map((field) => missing.map((kind) => kind[field]))];
      await tx.execute(
        `insert into model_call_kind
           (workspace_id, digest, operation_id, deployment_id, status, provider, model, service_tier, agent_name)
         select $1, ${DIGEST}, i.* from ${GIVEN}
           as i (operation_id, deployment_id, status, provider, model, service_tier, agent_name)
         on conflict (workspace_id, digest) do nothing`,
        parameters,
      );
      const found = await tx.query(
        `select k.id, i.at::int4 as at
         from ${GIVEN} with ordinality
           as i (operation_id, deployment_id, status, provider, model, service_tier, agent_name, at), lateral (
           select id from model_call_kind where workspace_id = $1 and digest = ${DIGEST} limit 1) as k`,
        parameters,
      );
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, found)) {
        this.interned.remember('model_call_kind', (missing[at - 1] as StoredKind).key, id);
      }
    }
    return kinds.map(({ key }) => this.interned.recall('model_call_kind', key) as number);
  }
}

/** Which counts any call of the batches says: indices in `CALL_COUNTS`. */
export function saidCounts(batches: readonly SpanBatch[]): number[] {
  const said = CALL_COUNTS.map(() => false);
  for (const { counts } of batches.map(({ calls }) => calls)) {
    for (let i = 0; i < counts.length; i++) if (!Number.isNaN(counts[i])) said[i % CALL_COUNTS.length] = true;
  }
  return CALL_COUNTS.flatMap((_, at) => (said[at] ? [at] : []));
}

function storedKind(kind: CallKind, { operationId, deploymentId, status }: KindOfSpan): StoredKind {
  const text = (value: string | null): string | null => (value ? shortName(value) : null);
  const [provider, model] = [text(kind.provider), text(kind.model)];
  const [serviceTier, agentName] = [text(kind.serviceTier), text(kind.agentName)];
  const key = [operationId, deploymentId, status, provider, model, serviceTier, agentName].join('\0');
  return { key, operationId, deploymentId, status, provider, model, serviceTier, agentName };
}

const GIVEN = 'unnest($2::int4[], $3::int4[], $4::int2[], $5::text[], $6::text[], $7::text[], $8::text[])';
/** As in migration 016; since 020 with the deployment, where one is known. */
const DIGEST = `sha256(convert_to((
  jsonb_build_array(i.operation_id, i.status, i.provider, i.model, i.service_tier, i.agent_name)
    || case when i.deployment_id = 0 then '[]'::jsonb else jsonb_build_array(i.deployment_id) end)::text, 'UTF8'))`;

const KIND_FIELDS = ['operationId', 'deploymentId', 'status', 'provider', 'model', 'serviceTier', 'agentName'] as const;
