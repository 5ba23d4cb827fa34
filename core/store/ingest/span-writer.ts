/**
 * Stores batches of spans: spans, the interned rows they point to, and the read models. It is the only writer of its workspace,
 * so it may know what is stored instead of asking (stored-spans.ts).
 */

import { hexFromBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../../model/ids';
import type { SpanBatch } from '../../model/span-batch';
import { STATUS_ERROR } from '../../model/span-kind';
import { countDeletedTrace } from '../blocks/deleted-counts';
import { type SpanKey, spanKey, traceKey } from '../blocks/edge-finder';
import { partitionOf } from '../blocks/span-partitions';
import { decideCalls } from '../calls/call-decision';
import { ModelCallRows, saidCounts } from '../calls/model-calls';
import type { InternedBatch } from '../dictionary/interned';
import { startOf } from '../dictionary/part-ids';
import { type PayloadRef, PayloadWriter } from '../payloads/payloads';
import { type PlacedMark, writeMarks } from '../people/guardrails';
import { CopyWriter } from '../sql/copy-binary';
import type { SqlClient } from '../sql/sql-client';
import { MissingParents } from './missing-parents';
import { type SenderScore, writeSenderScores } from './sender-scores';
import { settle } from './settle';
import { PLAIN_SPAN_COLUMNS, SPAN_COLUMNS, SPAN_ROW_BYTES, writeSpanRow } from './span-rows';
import type { ArrivedRow } from './span-versions';
import type { StoredTrace } from './stored-spans';
import { RANK_CHILD, RANK_ORPHAN, RANK_ROOT, type TraceDelta, TraceDeltas } from './trace-deltas';
import type { AppendResult, WriterState } from './writer-state';

/** A batch and what became of it. */
interface Prepared {
  readonly batch: SpanBatch;
  readonly rows: readonly number[];
  readonly traceIds: readonly string[];
  readonly isStored: (row: number) => boolean;
  readonly interned: InternedBatch;
  readonly partIds: Int32Array;
  readonly payloads: readonly PayloadRef[];
  /** By row of `rows`. */
  readonly blocks: Int32Array;
}

interface ServiceCount {
  spans: number;
  errors: number;
  firstNs: bigint;
  lastNs: bigint;
}

/** The work of one transaction. */
class Append {
  readonly deltas: TraceDeltas;
  readonly missing = new MissingParents();
  readonly payloads: PayloadWriter;
  readonly calls: ModelCallRows;
  readonly scores: SenderScore[] = [];
  readonly marks: PlacedMark[] = [];
  readonly services = new Map<number, ServiceCount>();
  /** By id in hex: those that get spans. */
  readonly traces = new Map<string, StoredTrace>();
  readonly prepared: Prepared[] = [];

  constructor({ workspaceId, codec, interned }: WriterState, batches: readonly SpanBatch[]) {
    this.deltas = new TraceDeltas(workspaceId);
    this.payloads = new PayloadWriter(codec);
    this.calls = new ModelCallRows(workspaceId, interned, saidCounts(batches));
  }
}

export class SpanWriter {
  constructor(private readonly shared: WriterState) {}

  async append(tx: SqlClient, batches: readonly SpanBatch[]): Promise<AppendResult[]> {
    const append = new Append(this.shared, batches);
    const results: AppendResult[] = [];
    const traceIds = batches.map(traceIdsOf);
    // One question for all batches: what it costs is asking.
    await this.shared.stored.of(tx, [...new Set(traceIds.flat())]);
    const again: ArrivedRow[] = [];
    for (const [i, batch] of batches.entries()) {
      const stored = await this.prepare(tx, append, batch, traceIds[i] as string[], again);
      results.push({ stored, duplicates: batch.length - stored });
    }
    if (append.prepared.length > 0) await this.write(tx, append);
    if (again.length === 0) return results;
    const settled = await settle(tx, this.shared, again, (inTx, batch) => this.appendSettled(inTx, batch));
    const late = new Map<SpanBatch, number>();
    for (const { batch } of settled) late.set(batch, (late.get(batch) ?? 0) + 1);
    return results.map(({ stored, duplicates }, i) => {
      const more = late.get(batches[i] as SpanBatch) ?? 0;
      return { stored: stored + more, duplicates: duplicates - more };
    });
  }

  /** Spans that are not stored, by ids that may be. */
  private async appendSettled(tx: SqlClient, batch: SpanBatch): Promise<void> {
    const append = new Append(this.shared, [batch]);
    await this.prepare(tx, append, batch, traceIdsOf(batch), null);
    await this.write(tx, append);
  }

  /**
   * Gathers what the spans change that are new by their ids.
   * @param again takes the others; null: all are to be stored @returns how many there are to store
   */
  private async prepare(
    tx: SqlClient,
    append: Append,
    batch: SpanBatch,
    traceIds: readonly string[],
    again: ArrivedRow[] | null,
  ): Promise<number> {
    if (batch.length === 0) return 0;
    const traces = await this.shared.stored.of(tx, traceIds);
    const rows = newRows(batch, traces, again);
    if (rows.length === 0) return 0;
    const interned = await this.shared.interned.resolve(tx, batch);
    const partIds = await this.shared.partIds.resolve(tx, batch.parts);
    const blocks = await this.placeInBlocks(tx, batch, rows, interned, partIds, again !== null);
    const fresh = rows.length === batch.length ? null : new Set(rows);
    const isStored = (row: number): boolean => fresh === null || fresh.has(row);
    this.addToModels(append, batch, rows, isStored, traceIds, traces, interned, blocks);
    const payloads = rows.map((row, i) => {
      append.payloads.moveTo(blocks[i] as number);
      return append.payloads.add(batch.parts, row, partIds);
    });
    append.prepared.push({ batch, rows, traceIds, isStored, interned, partIds, payloads, blocks });
    return rows.length;
  }

  /** @returns the block of each row, whose summary now counts it */
  private async placeInBlocks(
    tx: SqlClient,
    batch: SpanBatch,
    rows: readonly number[],
    interned: InternedBatch,
    partIds: Int32Array,
    /** Else who wrote them counts the calls. */
    countsCalls: boolean,
  ): Promise<Int32Array> {
    const { blocks, edges } = this.shared;
    const keys = new SpanKeys(batch);
    await blocks.prepare(tx, rows.length);
    const { parts } = batch;
    const placed = new Int32Array(rows.length);
    // Parts are held once a batch: the block that indexed one last.
    const indexedIn = new Int32Array(parts.kind.length);
    for (const [i, row] of rows.entries()) {
      const block = blocks.place();
      placed[i] = block.id;
      const startNs = batch.startNs[row] as bigint;
      // As the row holds it: times at both ends of the range lie further apart than an int8 can say.
      const durationNs = BigInt.asIntN(64, (batch.endNs[row] as bigint) - startNs);
      const error = batch.status[row] === STATUS_ERROR;
      const { span, parent } = keys.of(row);
      const deploymentId = interned.deploymentIds[batch.resource[row] as number] as number;
      const minute = block.addSpan({
        startNs,
        durationNs,
        error,
        isRoot: parent === null,
        operationId: interned.operationIds[batch.operation[row] as number] as number,
        resourceId: interned.resourceIds[batch.resource[row] as number] as number,
        deploymentId,
        scopeId: interned.scopeIds[batch.scope[row] as number] as number,
      });
      const serviceId = interned.serviceIds[batch.operation[row] as number] as number;
      const callee = { serviceId, minute, deploymentId, error, durationNs };
      edges.add(span, parent, callee, countsCalls ? block.addCall : () => {});
      const first = row === 0 ? 0 : (parts.partEnd[row - 1] as number);
      const last = parts.partEnd[row] as number;
      for (let at = first; at < last; at++) {
        const part = parts.part[at] as number;
        const element = partIds[part] as number;
        block.attributes.add(element);
        if (element > 0 || indexedIn[part] === block.id) continue;
        indexedIn[part] = block.id;
        block.addMessage(element, parts.bytes, startOf(parts, part), parts.end[part] as number);
      }
    }
    return placed;
  }

  private addToModels(
    append: Append,
    batch: SpanBatch,
    rows: readonly number[],
    isStored: (row: number) => boolean,
    traceIds: readonly string[],
    traces: readonly StoredTrace[],
    interned: InternedBatch,
    blocks: Int32Array,
  ): void {
    const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
    const parents = new DataView(batch.parentSpanId.buffer, batch.parentSpanId.byteOffset);
    const deltas: (TraceDelta | null)[] = traceIds.map((id) => append.deltas.get(id));
    for (const [i, id] of traceIds.entries()) append.traces.set(id, traces[i] as StoredTrace);
    for (const [i, row] of rows.entries()) {
      const at = row * SPAN_ID_BYTES;
      const index = batch.trace[row] as number;
      const traceId = traceIds[index] as string;
      const id = spanIds.getBigInt64(at);
      const high = parents.getInt32(at);
      const low = parents.getInt32(at + 4);
      const trace = traces[index] as StoredTrace;
      const isRoot = high === 0 && low === 0;
      const rank = isRoot ? RANK_ROOT : trace.spans.has(high, low) ? RANK_CHILD : RANK_ORPHAN;
      const delta = append.deltas.addSpan(
        deltas[index] ?? null,
        traceId,
        batch,
        row,
        { id, rank, blockId: blocks[i] as number },
        interned,
      );
      deltas[index] = delta;
      delta.isNew = trace.isNew;
      if (rank === RANK_ORPHAN) {
        delta.missingParents += append.missing.want(traceId, trace, parents.getBigInt64(at));
      }
      if (trace.missing?.has(id)) {
        delta.missingParents -= append.missing.fill(traceId, trace, id);
        delta.foundParents = true;
      }
      this.countService(append.services, batch, row, interned);
    }
    if (batch.evaluations.length > 0 || batch.marks.length > 0) {
      const placed = <T extends { readonly row: number }>(items: readonly T[]) =>
        items
          .filter(({ row }) => isStored(row))
          .map((item) => {
            const spanId = spanIds.getBigInt64(item.row * SPAN_ID_BYTES);
            return { ...item, traceId: traceIds[batch.trace[item.row] as number] as string, spanId };
          });
      append.scores.push(...placed(batch.evaluations));
      append.marks.push(...placed(batch.marks));
    }
  }

  private countService(
    services: Map<number, ServiceCount>,
    batch: SpanBatch,
    row: number,
    interned: InternedBatch,
  ): void {
    const id = interned.serviceIds[batch.operation[row] as number] as number;
    const startNs = batch.startNs[row] as bigint;
    let service = services.get(id);
    if (!service) {
      service = { spans: 0, errors: 0, firstNs: startNs, lastNs: startNs };
      services.set(id, service);
    }
    service.spans++;
    if (batch.status[row] === STATUS_ERROR) service.errors++;
    if (startNs < service.firstNs) service.firstNs = startNs;
    if (startNs > service.lastNs) service.lastNs = startNs;
  }

  private async write(tx: SqlClient, append: Append): Promise<void> {
    await this.shared.blocks.makePartitions(tx);
    const { workspaceId, payloadNumbers, answers } = this.shared;
    const decision = await decideCalls(tx, workspaceId, answers, append.prepared, append.traces);
    append.calls.keepRepeats(decision.anyRepeats);
    for (const { batch, isStored, interned, traceIds } of append.prepared) {
      await append.calls.addBatch(tx, batch, isStored, interned, decision);
      append.deltas.addAgentFacts(batch, isStored, traceIds, decision);
    }
    for (const [id, trace] of append.traces) trace.hasAgents ||= (append.deltas.get(id)?.agentSpans ?? 0) > 0;
    const payloadIds = await append.payloads.write(tx, workspaceId, payloadNumbers, 'span_payload');
    const spans = append.prepared.reduce((sum, { rows }) => sum + rows.length, 0);
    const isOfAgents = append.prepared.some(({ batch }) => batch.agentKind.length > 0);
    const columns = isOfAgents ? SPAN_COLUMNS : PLAIN_SPAN_COLUMNS;
    // Into the partition itself: routing every row costs.
    const copies = new Map<number, CopyWriter>();
    for (const { batch, rows, interned, partIds, payloads, blocks } of append.prepared) {
      for (const [i, row] of rows.entries()) {
        const { payload, index } = payloads[i] as PayloadRef;
        const payloadId = payloadIds[payload] as number;
        const blockId = blocks[i] as number;
        const partition = partitionOf(blockId);
        let copy = copies.get(partition);
        if (!copy) {
          copy = new CopyWriter(spans * SPAN_ROW_BYTES);
          copies.set(partition, copy);
        }
        const ids = { interned, partIds, blockId, payloadId, payloadIndex: index };
        writeSpanRow(copy, this.shared.workspaceId, batch, row, ids, isOfAgents);
      }
    }
    for (const [partition, copy] of copies) await tx.copyIn(`span_${partition}`, columns, copy.finish());
    await this.shared.blocks.write(tx);
    await append.missing.write(tx, this.shared.workspaceId);
    await append.calls.store(tx);
    await writeSenderScores(tx, workspaceId, append.scores);
    const { fresh, deleted } = await append.deltas.write(tx);
    const hidden = deleted.reduce((sum, late) => sum + late.spans, 0);
    await this.count(tx, append.services, spans - hidden, fresh);
    for (const { traceId, blocks } of deleted) await countDeletedTrace(tx, workspaceId, traceId, blocks);
    // Last: on a server it takes the place in the order of events, which who deletes a trace takes after the trace.
    await writeMarks(tx, workspaceId, append.marks);
  }

  private async count(
    tx: SqlClient,
    services: ReadonlyMap<number, ServiceCount>,
    spans: number,
    traces: number,
  ): Promise<void> {
    const values = [...services.values()];
    await tx.execute(
      `with counted as (
         update workspace set span_count = span_count + $7, trace_count = trace_count + $8 where id = $1)
       update service s set span_count = s.span_count + i.spans, error_count = s.error_count + i.errors,
         first_seen_ns = least(s.first_seen_ns, i.first_ns), last_seen_ns = greatest(s.last_seen_ns, i.last_ns)
       from unnest($2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::int8[]) as i (id, spans, errors, first_ns, last_ns)
       where s.workspace_id = $1 and s.id = i.id`,
      [
        this.shared.workspaceId,
        [...services.keys()],
        values.map((service) => service.spans),
        values.map(({ errors }) => errors),
        values.map(({ firstNs }) => firstNs),
        values.map(({ lastNs }) => lastNs),
        spans,
        traces,
      ],
      // Services are few, and statistics of their table are new as often as batches come: so is the plan.
      'count spans',
    );
  }
}

/** Keys of the spans of a batch, by row. */
class SpanKeys {
  private readonly spans: DataView;
  private readonly parents: DataView;
  private readonly traces: SpanKey[] = [];

  constructor(private readonly batch: SpanBatch) {
    const { spanId, parentSpanId, traceId } = batch;
    this.spans = new DataView(spanId.buffer, spanId.byteOffset);
    this.parents = new DataView(parentSpanId.buffer, parentSpanId.byteOffset);
    const ids = new DataView(traceId.buffer, traceId.byteOffset);
    for (let at = 0; at < traceId.length; at += TRACE_ID_BYTES) {
      this.traces.push(traceKey(ids.getInt32(at), ids.getInt32(at + 4), ids.getInt32(at + 8), ids.getInt32(at + 12)));
    }
  }

  /** Of the span, and of its parent where it has one. */
  of(row: number): { readonly span: SpanKey; readonly parent: SpanKey | null } {
    const at = row * SPAN_ID_BYTES;
    const trace = this.traces[this.batch.trace[row] as number] as SpanKey;
    const [high, low] = [this.parents.getInt32(at), this.parents.getInt32(at + 4)];
    return {
      span: spanKey(trace, this.spans.getInt32(at), this.spans.getInt32(at + 4)),
      parent: high === 0 && low === 0 ? null : spanKey(trace, high, low),
    };
  }
}

/** Rows whose ids no span has yet. @param again takes the others; null: they are rows to write, too */
function newRows(batch: SpanBatch, traces: readonly StoredTrace[], again: ArrivedRow[] | null): number[] {
  const spanIds = new DataView(batch.spanId.buffer, batch.spanId.byteOffset);
  const parents = new DataView(batch.parentSpanId.buffer, batch.parentSpanId.byteOffset);
  const rows: number[] = [];
  for (let row = 0; row < batch.length; row++) {
    const { spans, sides } = traces[batch.trace[row] as number] as StoredTrace;
    const at = row * SPAN_ID_BYTES;
    const belongsUnderOne = again !== null && sides?.areCompared(parents.getBigInt64(at));
    const isNew = !belongsUnderOne && spans.add(spanIds.getInt32(at), spanIds.getInt32(at + 4));
    if (isNew || again === null) rows.push(row);
    else again.push({ batch, row });
  }
  return rows;
}

/** The distinct trace ids of a batch, in hex. */
function traceIdsOf(batch: SpanBatch): string[] {
  const ids: string[] = [];
  for (let at = 0; at < batch.traceId.length; at += TRACE_ID_BYTES) {
    ids.push(hexFromBytes(batch.traceId, at, TRACE_ID_BYTES));
  }
  return ids;
}
