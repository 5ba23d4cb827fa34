/**
 * Stores batches of spans: spans, the interned rows they point to, and the read models, in one transaction. It is the only
 * writer of its workspace, so it may look before it copies.
 */
import { hexFromBytes, isZero, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../model/ids';
import type { SpanBatch } from '../model/span-batch';
import { STATUS_ERROR } from '../model/span-kind';
import { CopyWriter } from './copy-binary';
import { type InternedBatch, InternedIds } from './interned';
import { decodeRows, INT4 } from './row-spec';
import type { SqlClient } from './sql-client';
import { TraceDeltas } from './trace-deltas';

export interface AppendResult {
  /** Spans that this batch added. */
  readonly stored: number;
  /** Spans that were there already, or twice in the batch. */
  readonly duplicates: number;
}

const SPAN_COLUMNS = [
  'workspace_id',
  'trace_id',
  'span_id',
  'parent_span_id',
  'start_ns',
  'duration_ns',
  'resource_id',
  'scope_id',
  'operation_id',
  'status',
  'body',
];

export class SpanWriter {
  private readonly interned: InternedIds;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.interned = new InternedIds(workspaceId);
  }

  /** All batches or none: resolves once they are committed. */
  async append(batches: readonly SpanBatch[]): Promise<AppendResult[]> {
    try {
      const results = await this.sql.transaction(async (tx) => {
        const stored: AppendResult[] = [];
        for (const batch of batches) stored.push(await this.appendOne(tx, batch));
        return stored;
      });
      this.interned.committed();
      return results;
    } catch (error) {
      this.interned.rolledBack();
      throw error;
    }
  }

  private async appendOne(tx: SqlClient, batch: SpanBatch): Promise<AppendResult> {
    if (batch.length === 0) return { stored: 0, duplicates: 0 };
    const ids = new BatchIds(batch);
    const knownTraces = await this.knownTraces(tx, ids);
    const rows = await this.newRows(tx, ids, knownTraces);
    if (rows.length > 0) {
      const interned = await this.interned.resolve(tx, batch);
      await tx.copyIn('span', SPAN_COLUMNS, this.encode(batch, rows, interned));
      const deltas = new TraceDeltas(this.workspaceId);
      for (const row of rows) deltas.addSpan(batch, row, ids.trace(row), interned);
      deltas.addAgentFacts(batch, rows, (row) => ids.trace(row));
      await this.countMissingParents(tx, ids, rows, knownTraces, deltas);
      const newTraces = await deltas.write(tx);
      await this.count(tx, batch, rows, interned, newTraces);
    }
    return { stored: rows.length, duplicates: batch.length - rows.length };
  }

  /** Which of the batch's traces are stored already, and how many parents each of them misses. */
  private async knownTraces(tx: SqlClient, ids: BatchIds): Promise<ReadonlyMap<string, number>> {
    const traces = [...ids.distinctTraces];
    const rows = await tx.query(
      `select i.at::int4 as at, t.missing_parents from unnest($2::uuid[]) with ordinality as i (trace_id, at)
       join trace t on t.workspace_id = $1 and t.trace_id = i.trace_id`,
      [this.workspaceId, traces],
    );
    const decoded = decodeRows({ at: INT4, missing_parents: INT4 }, rows);
    return new Map(decoded.map((row) => [traces[row.at - 1] as string, row.missing_parents]));
  }

  /** Rows of the batch without duplicates; only traces that are stored already can hold one. */
  private async newRows(tx: SqlClient, ids: BatchIds, knownTraces: ReadonlyMap<string, number>): Promise<number[]> {
    const seen = new Set<string>();
    const rows: number[] = [];
    const suspects: number[] = [];
    for (let row = 0; row < ids.length; row++) {
      const key = ids.trace(row) + ids.span(row);
      if (seen.has(key)) continue;
      seen.add(key);
      rows.push(row);
      if (knownTraces.has(ids.trace(row))) suspects.push(row);
    }
    if (suspects.length === 0) return rows;
    const stored = await this.storedSpans(
      tx,
      suspects.map((row) => [ids.trace(row), ids.spanInt8(row)]),
    );
    const duplicates = new Set([...stored].map((i) => suspects[i]));
    return rows.filter((row) => !duplicates.has(row));
  }

  /** Indexes of those spans that are stored. */
  private async storedSpans(tx: SqlClient, spans: readonly (readonly [string, bigint])[]): Promise<Set<number>> {
    const rows = await tx.query(
      `select i.at::int4 as at from unnest($2::uuid[], $3::int8[]) with ordinality as i (trace_id, span_id, at)
       join span s on s.workspace_id = $1 and s.trace_id = i.trace_id and s.span_id = i.span_id`,
      [this.workspaceId, spans.map(([trace]) => trace), spans.map(([, span]) => span)],
    );
    return new Set(decodeRows({ at: INT4 }, rows).map(({ at }) => at - 1));
  }

  private encode(batch: SpanBatch, rows: readonly number[], interned: InternedBatch): Uint8Array {
    const writer = new CopyWriter(rows.length * 160 + batch.body.length);
    for (const row of rows) {
      writer.row(SPAN_COLUMNS.length);
      writer.int4(this.workspaceId);
      writer.data(batch.traceId, row * TRACE_ID_BYTES, (row + 1) * TRACE_ID_BYTES);
      writer.data(batch.spanId, row * SPAN_ID_BYTES, (row + 1) * SPAN_ID_BYTES);
      if (isZero(batch.parentSpanId, row * SPAN_ID_BYTES, SPAN_ID_BYTES)) writer.null();
      else writer.data(batch.parentSpanId, row * SPAN_ID_BYTES, (row + 1) * SPAN_ID_BYTES);
      const startNs = batch.startNs[row] as bigint;
      writer.int8(startNs);
      writer.int8((batch.endNs[row] as bigint) - startNs);
      writer.int4(interned.resourceIds[batch.resource[row] as number] as number);
      writer.int4(interned.scopeIds[batch.scope[row] as number] as number);
      writer.int4(interned.operationIds[batch.operation[row] as number] as number);
      writer.int2(batch.status[row] as number);
      writer.data(batch.body, row === 0 ? 0 : (batch.bodyEnd[row - 1] as number), batch.bodyEnd[row] as number);
    }
    return writer.finish();
  }

  /** Parents that these rows name and nobody stored, and earlier gaps that these rows fill. */
  private async countMissingParents(
    tx: SqlClient,
    ids: BatchIds,
    rows: readonly number[],
    knownTraces: ReadonlyMap<string, number>,
    deltas: TraceDeltas,
  ): Promise<void> {
    const arrived = new Set(rows.map((row) => ids.trace(row) + ids.span(row)));
    const wanted = new Map<string, readonly [string, bigint]>();
    for (const row of rows) {
      const parent = ids.parentInt8(row);
      if (parent === null) continue;
      const key = ids.trace(row) + ids.parent(row);
      if (!arrived.has(key)) wanted.set(key, [ids.trace(row), parent]);
    }
    let missing = [...wanted.values()];
    const suspects = missing.filter(([trace]) => knownTraces.has(trace));
    if (suspects.length > 0) {
      const stored = await this.storedSpans(tx, suspects);
      const found = new Set([...stored].map((i) => suspects[i]));
      missing = missing.filter((parent) => !found.has(parent));
    }
    if (missing.length > 0) {
      const inserted = await tx.query(
        `insert into missing_parent (workspace_id, trace_id, span_id)
         select $1, trace_id, span_id from unnest($2::uuid[], $3::int8[]) as input (trace_id, span_id)
         on conflict do nothing returning replace(trace_id::text, '-', '') as trace_id`,
        [this.workspaceId, missing.map(([trace]) => trace), missing.map(([, span]) => span)],
      );
      for (const { trace_id } of inserted) deltas.addMissingParents(trace_id as string, 1);
    }
    const fillers = rows.filter((row) => (knownTraces.get(ids.trace(row)) ?? 0) > 0);
    if (fillers.length > 0) {
      const filled = await tx.query(
        `delete from missing_parent m using unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id)
         where m.workspace_id = $1 and m.trace_id = i.trace_id and m.span_id = i.span_id
         returning replace(m.trace_id::text, '-', '') as trace_id`,
        [this.workspaceId, fillers.map((row) => ids.trace(row)), fillers.map((row) => ids.spanInt8(row))],
      );
      for (const { trace_id } of filled) deltas.addMissingParents(trace_id as string, -1);
    }
  }

  private async count(
    tx: SqlClient,
    batch: SpanBatch,
    rows: readonly number[],
    interned: InternedBatch,
    newTraces: number,
  ): Promise<void> {
    const services = new Map<number, { spans: number; errors: number; firstNs: bigint; lastNs: bigint }>();
    for (const row of rows) {
      const id = interned.serviceIds[batch.operation[row] as number] as number;
      const startNs = batch.startNs[row] as bigint;
      const service = services.get(id) ?? { spans: 0, errors: 0, firstNs: startNs, lastNs: startNs };
      service.spans++;
      if (batch.status[row] === STATUS_ERROR) service.errors++;
      if (startNs < service.firstNs) service.firstNs = startNs;
      if (startNs > service.lastNs) service.lastNs = startNs;
      services.set(id, service);
    }
    const values = [...services.values()];
    await tx.query(
      `update service s set span_count = s.span_count + i.spans, error_count = s.error_count + i.errors,
         first_seen_ns = least(s.first_seen_ns, i.first_ns), last_seen_ns = greatest(s.last_seen_ns, i.last_ns)
       from unnest($2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::int8[]) as i (id, spans, errors, first_ns, last_ns)
       where s.workspace_id = $1 and s.id = i.id`,
      [
        this.workspaceId,
        [...services.keys()],
        values.map(({ spans }) => spans),
        values.map(({ errors }) => errors),
        values.map(({ firstNs }) => firstNs),
        values.map(({ lastNs }) => lastNs),
      ],
    );
    await tx.query('update workspace set span_count = span_count + $2, trace_count = trace_count + $3 where id = $1', [
      this.workspaceId,
      rows.length,
      newTraces,
    ]);
  }
}

/** The ids of a batch as hex, made once. */
class BatchIds {
  readonly length: number;
  readonly distinctTraces: ReadonlySet<string>;
  private readonly traces: string[] = [];
  private readonly spans: string[] = [];
  private readonly spanView: DataView;
  private readonly parentView: DataView;

  constructor(private readonly batch: SpanBatch) {
    this.length = batch.length;
    for (let row = 0; row < batch.length; row++) {
      this.traces.push(hexFromBytes(batch.traceId, row * TRACE_ID_BYTES, TRACE_ID_BYTES));
      this.spans.push(hexFromBytes(batch.spanId, row * SPAN_ID_BYTES, SPAN_ID_BYTES));
    }
    this.distinctTraces = new Set(this.traces);
    this.spanView = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
    this.parentView = new DataView(batch.parentSpanId.buffer, batch.parentSpanId.byteOffset);
  }

  trace(row: number): string {
    return this.traces[row] as string;
  }

  span(row: number): string {
    return this.spans[row] as string;
  }

  spanInt8(row: number): bigint {
    return this.spanView.getBigInt64(row * SPAN_ID_BYTES);
  }

  parent(row: number): string {
    return hexFromBytes(this.batch.parentSpanId, row * SPAN_ID_BYTES, SPAN_ID_BYTES);
  }

  /** Null for a root. */
  parentInt8(row: number): bigint | null {
    const parent = this.parentView.getBigInt64(row * SPAN_ID_BYTES);
    return parent === 0n ? null : parent;
  }
}
