/**
 * Stores spans whose id another span of their trace has already: a copy of it, a later version, or the other side of a call. What
 * arrived is arranged with what is stored (arrange-sides.ts); spans that are stored otherwise than they should be are taken out, and
 * written anew with those that are new.
 */

import type { SpanBatch } from '../../model/span-batch';
import { STATUS_ERROR } from '../../model/span-kind';
import { NS_PER_MINUTE } from '../../model/time';
import { decodeTraces } from '../../otlp/decode-traces';
import { countDeletedTrace } from '../blocks/deleted-counts';
import { spanKeyOf, traceKeyOfHex } from '../blocks/edge-finder';
import { CROWDED, type StoredSide, TraceSides } from '../blocks/trace-sides';
import { decideStoredCalls } from '../calls/call-decision';
import { decodeRows, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { wholeSum } from '../sql/whole-sum';
import { arrange, arrangeBeside, type Side, type SpanVersion, sideAbove, sideId } from './arrange-sides';
import { type ArrivedRow, type ArrivedVersion, arrivedVersion, type PlacedVersion, requestOf } from './span-versions';
import type { StoredTrace } from './stored-spans';
import { type StoredVersion, VersionReader, type WantedSpans } from './stored-versions';
import { callsOf, type SpanIds, takeOut, writeCalls } from './take-out';
import { makeTraceRows } from './trace-rows';
import type { WriterState } from './writer-state';

type AnyVersion = StoredVersion | ArrivedVersion;

/** Spans that were sent with one id. */
interface Group {
  readonly traceId: string;
  readonly sentId: bigint;
  versions: AnyVersion[];
  sides: readonly Side<AnyVersion>[];
}

/** A span as it is to be stored. */
interface Wanted extends PlacedVersion {
  readonly version: AnyVersion;
}

/** Spans of one request, about, and bytes. */
const MAX_SPANS = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Writes a batch, whatever of it is stored. */
export type WriteBatch = (tx: SqlClient, batch: SpanBatch) => Promise<void>;

/** @returns which of the rows are stored now */
export async function settle(
  tx: SqlClient,
  state: WriterState,
  rows: readonly ArrivedRow[],
  write: WriteBatch,
): Promise<ReadonlySet<ArrivedRow>> {
  const settling = new Settling(tx, state);
  const arrivals = rows.map(arrivedVersion);
  await settling.gather(arrivals);
  const { wanted, obsolete } = await settling.decide();
  if (wanted.length > 0 || obsolete.length > 0) await settling.carryOut(wanted, obsolete, write);
  return new Set(wanted.flatMap(({ version }) => ('arrived' in version ? [version.arrived] : [])));
}

class Settling {
  private readonly groups = new Map<string, Group>();
  /** Those that something arrived for; the others only say where it belongs. */
  private arrivedGroups: readonly Group[] = [];
  private readonly traces = new Map<string, StoredTrace>();
  private readonly sides = new Map<string, TraceSides>();
  private readonly reader: VersionReader;

  constructor(
    private readonly tx: SqlClient,
    private readonly state: WriterState,
  ) {
    this.reader = new VersionReader(tx, state.workspaceId, state.codec);
  }

  /** Puts what arrived together with what is stored. */
  async gather(arrivals: readonly ArrivedVersion[]): Promise<void> {
    const ids = [...new Set(arrivals.map(({ traceId }) => traceId))];
    const traces = await this.state.stored.of(this.tx, ids);
    for (const [i, id] of ids.entries()) {
      const trace = traces[i] as StoredTrace;
      trace.sides ??= new TraceSides();
      this.traces.set(id, trace);
      this.sides.set(id, trace.sides);
    }
    for (const arrived of arrivals) {
      // Somebody sends what we have given an id of its own.
      const side = this.sides.get(arrived.traceId)?.ofStored(arrived.sentId);
      const version = side ? { ...arrived, ...side } : arrived;
      this.group(version.traceId, version.sentId).versions.push(version);
    }
    this.arrivedGroups = [...this.groups.values()];
    await this.readGroups(this.arrivedGroups);
    // Where a span belongs whose parent is one of several, these say.
    const above = this.arrivedGroups.flatMap(({ traceId, versions }) =>
      versions.flatMap(({ sentParentId }) => {
        if (sentParentId === null || this.groups.has(keyOf(traceId, sentParentId))) return [];
        return this.sides.get(traceId)?.areCompared(sentParentId) ? [this.group(traceId, sentParentId)] : [];
      }),
    );
    await this.readGroups([...new Set(above)]);
  }

  private group(traceId: string, sentId: bigint): Group {
    const key = keyOf(traceId, sentId);
    const known = this.groups.get(key);
    if (known) return known;
    const group: Group = { traceId, sentId, versions: [], sides: [] };
    this.groups.set(key, group);
    return group;
  }

  private async readGroups(groups: readonly Group[]): Promise<void> {
    const wanted = groups.map((group): WantedSpans => {
      const { traceId, sentId, versions } = group;
      const sides = this.sides.get(traceId);
      const besides = this.isCrowded(group)
        ? versions.map(sideId).filter((id) => sides?.ofStored(id))
        : sides?.besides(sentId);
      return { traceId, ids: [sentId, ...(besides ?? [])] };
    });
    const stored = new Map<Group, StoredVersion[]>();
    for (const version of await this.reader.read(wanted, 'span_id', this.sides)) {
      const group = this.group(version.traceId, version.sentId);
      const known = stored.get(group);
      if (known) known.push(version);
      else stored.set(group, [version]);
    }
    for (const group of groups) {
      const before = stored.get(group) ?? [];
      // Before what arrived: of copies the first stays.
      group.versions = [...before, ...group.versions];
      const { sentId, versions } = group;
      const keeper = this.isCrowded(group) ? before.find((version) => version.stored.span_id === sentId) : undefined;
      group.sides = keeper ? arrangeBeside<AnyVersion>(keeper, versions) : arrange(versions);
    }
  }

  private isCrowded({ traceId, sentId }: Group): boolean {
    return this.sides.get(traceId)?.isCrowded(sentId) ?? false;
  }

  /** @returns what is to be written, and what of what is stored is to be taken out */
  async decide(): Promise<{ readonly wanted: readonly Wanted[]; readonly obsolete: readonly StoredVersion[] }> {
    const wanted: Wanted[] = [];
    const obsolete: StoredVersion[] = [];
    const regrouped: Group[] = [];
    for (const group of this.arrivedGroups) {
      const staying = new Set<AnyVersion>();
      for (const side of group.sides) {
        const { version, spanId } = side;
        const parentId = side.isCalled ? group.sentId : this.parentOf(version);
        staying.add(version);
        if ('stored' in version) {
          if (version.stored.span_id === spanId && version.stored.parent_span_id === parentId) continue;
          obsolete.push(version);
        }
        wanted.push({ version, spanId, parentId });
      }
      for (const version of group.versions) if ('stored' in version && !staying.has(version)) obsolete.push(version);
      if (this.isRegrouped(group)) regrouped.push(group);
    }
    await this.moveChildren(regrouped, wanted, obsolete);
    return { wanted, obsolete };
  }

  /** Whether its spans, but for the one that keeps the id, are others than before, and all of them are known. */
  private isRegrouped(group: Group): boolean {
    if (this.isCrowded(group)) return false;
    const before = new Set(this.sides.get(group.traceId)?.besides(group.sentId));
    const others = group.sides.slice(1);
    return others.length !== before.size || others.some(({ spanId }) => !before.has(spanId));
  }

  private parentOf({ traceId, sentId, sentParentId, ...child }: SpanVersion): bigint | null {
    if (sentParentId === null || sentParentId === sentId) return sentParentId;
    if (this.sides.get(traceId)?.isCrowded(sentParentId)) return sentParentId;
    const sides = this.groups.get(keyOf(traceId, sentParentId))?.sides ?? [];
    // Of one request, which is not stored yet.
    if (sides.length > CROWDED) return sentParentId;
    return sideAbove(child, sides)?.spanId ?? sentParentId;
  }

  /** Spans below one of several may belong under another of them now. */
  private async moveChildren(groups: readonly Group[], wanted: Wanted[], obsolete: StoredVersion[]): Promise<void> {
    const decided = new Set(this.arrivedGroups.flatMap(({ versions }) => versions.map(placeOf)));
    const above = groups.map(({ traceId, sentId, sides }): WantedSpans => {
      const before = this.sides.get(traceId)?.besides(sentId) ?? [];
      return { traceId, ids: [...new Set([sentId, ...before, ...sides.map(({ spanId }) => spanId)])] };
    });
    for (const child of await this.reader.read(above, 'parent_span_id', this.sides)) {
      if (decided.has(placeOf(child))) continue;
      const parentId = this.parentOf(child);
      if (parentId === child.stored.parent_span_id) continue;
      obsolete.push(child);
      wanted.push({ version: child, spanId: child.stored.span_id, parentId });
    }
  }

  async carryOut(wanted: readonly Wanted[], obsolete: readonly StoredVersion[], write: WriteBatch): Promise<void> {
    const { tx, state } = this;
    const { workspaceId } = state;
    // A trace that is new in this transaction has its row now.
    for (const trace of this.traces.values()) trace.isNew = false;
    await state.blocks.prepare(tx, 0);
    await this.writeSides();
    if (obsolete.length > 0) {
      const rows = obsolete.map(({ stored }) => stored);
      const out: SpanIds = { traceIds: rows.map((row) => row.trace_id), spanIds: rows.map((row) => row.span_id) };
      const calls = await callsOf(tx, workspaceId, out);
      await writeCalls(
        tx,
        workspaceId,
        calls.filter(({ isClosed }) => isClosed),
      );
      for (const { block, callerId, calleeId: serviceId, ...call } of calls) {
        state.blocks.countCall(block, callerId, { serviceId, ...call }, -1);
      }
      for (const version of obsolete) this.forgetWaiting(version);
      await takeOut(tx, state, rows);
      await tx.execute(
        `delete from model_call c using unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id)
         where c.workspace_id = $1 and c.trace_id = i.trace_id and c.span_id = i.span_id`,
        [workspaceId, out.traceIds, out.spanIds],
      );
      await this.moveFindings(wanted);
    }
    for (const part of partsOf(wanted)) await write(tx, batchOf(part));
    const written = {
      traceIds: wanted.map(({ version }) => version.traceId),
      spanIds: wanted.map(({ spanId }) => spanId),
    };
    for (const { callerId, calleeId: serviceId, ...call } of await callsOf(tx, workspaceId, written)) {
      state.blocks.countCall(null, callerId, { serviceId, ...call }, 1);
    }
    const changed = [...wanted.map(({ version }) => version), ...obsolete];
    await this.makeTraces([...new Set(changed.map(({ traceId }) => traceId))]);
  }

  /** It is written anew, and waits for its parent again. */
  private forgetWaiting({ stored }: StoredVersion): void {
    const { trace_id, parent_span_id, start_ns, duration_ns, status, service_id } = stored;
    if (parent_span_id === null) return;
    const parent = spanKeyOf(traceKeyOfHex(trace_id), parent_span_id);
    const minute = Number(start_ns / NS_PER_MINUTE);
    const error = status === STATUS_ERROR;
    this.state.edges.forgetWaiting(parent, { serviceId: service_id, minute, error, durationNs: duration_ns });
  }

  private async writeSides(): Promise<void> {
    const { tx, state } = this;
    const gone: { traceId: string; spanId: bigint }[] = [];
    const come: (StoredSide & { traceId: string; spanId: bigint })[] = [];
    for (const group of this.arrivedGroups) {
      const { traceId, sentId, sides } = group;
      const known = this.sides.get(traceId) as TraceSides;
      const isKnown = ({ spanId, version }: Side): boolean =>
        known.ofStored(spanId)?.sentParentId === version.sentParentId;
      if (!this.isRegrouped(group) && sides.slice(1).every(isKnown)) continue;
      const isCrowded = this.isCrowded(group);
      const changed = isCrowded ? sides.slice(1).filter((side) => !isKnown(side)) : sides.slice(1);
      const others = changed.map(({ spanId, version }) => {
        return { traceId, spanId, sentId, sentParentId: version.sentParentId };
      });
      const before = isCrowded ? others.map(({ spanId }) => spanId) : known.besides(sentId);
      for (const spanId of before) gone.push({ traceId, spanId });
      for (const side of others) come.push(side);
      if (isCrowded) for (const side of others) known.add(side.spanId, side);
      else known.replace(sentId, new Map(others.map((side) => [side.spanId, side])));
    }
    if (gone.length > 0) {
      await tx.execute(
        `delete from span_side s using unnest($2::uuid[], $3::int8[]) as i (trace_id, span_id)
         where s.workspace_id = $1 and s.trace_id = i.trace_id and s.span_id = i.span_id`,
        [state.workspaceId, gone.map(({ traceId }) => traceId), gone.map(({ spanId }) => spanId)],
      );
    }
    if (come.length > 0) {
      await tx.execute(
        `insert into span_side (workspace_id, trace_id, span_id, sent_id, sent_parent_id)
         select $1, * from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int8[])
         on conflict (workspace_id, trace_id, span_id) do nothing`,
        [
          state.workspaceId,
          come.map(({ traceId }) => traceId),
          come.map(({ spanId }) => spanId),
          come.map((side) => side.sentId),
          come.map(({ sentParentId }) => sentParentId),
        ],
      );
    }
  }

  /** What guardrails and senders said of a span goes with it to another id. */
  private async moveFindings(wanted: readonly Wanted[]): Promise<void> {
    const moved = wanted.flatMap(({ version, spanId }) => {
      return 'stored' in version && version.stored.span_id !== spanId ? [{ version, spanId }] : [];
    });
    if (moved.length === 0) return;
    for (const [table, condition] of [
      ['guardrail_hit', ''],
      ['score', ` and r.source = 'sender'`],
    ] as const) {
      await this.tx.execute(
        `update ${table} r set span_id = i.to_id from unnest($2::uuid[], $3::int8[], $4::int8[]) as i (trace_id, from_id, to_id)
         where r.workspace_id = $1 and r.trace_id = i.trace_id and r.span_id = i.from_id${condition}`,
        [
          this.state.workspaceId,
          moved.map(({ version }) => version.traceId),
          moved.map(({ version }) => (version as StoredVersion).stored.span_id),
          moved.map(({ spanId }) => spanId),
        ],
      );
    }
  }

  /** Rows of traces say what is stored now, and what is remembered of them too. */
  private async makeTraces(traceIds: readonly string[]): Promise<void> {
    const { tx, state } = this;
    const { workspaceId } = state;
    const stored = traceIds.map((id) => [id, this.traces.get(id) as StoredTrace] as const);
    await decideStoredCalls(tx, workspaceId, state.answers, new Map(stored));
    await makeTraceRows(tx, 'workspace_id = $1 and trace_id = any($2::uuid[])', [workspaceId, traceIds]);
    await tx.execute(
      `update trace t set changes = t.changes + 1, agent_spans = (select count(*) from span s where s.workspace_id = $1
           and s.trace_id = t.trace_id and s.agent_kind is not null)::int4,
         input_tokens = c.input_tokens, output_tokens = c.output_tokens
       from (select i.trace_id, ${wholeSum('c.input_tokens')} as input_tokens, ${wholeSum('c.output_tokens')} as output_tokens
         from unnest($2::uuid[]) as i (trace_id)
           left join model_call c on c.workspace_id = $1 and c.trace_id = i.trace_id and not c.is_repeat group by i.trace_id) c
       where t.workspace_id = $1 and t.trace_id = c.trace_id`,
      [workspaceId, traceIds],
    );
    const deleted = decodeRows(
      { trace_id: TEXT },
      await tx.query(
        `select replace(trace_id::text, '-', '') as trace_id from trace
         where workspace_id = $1 and trace_id = any($2::uuid[]) and deleted_at is not null`,
        [workspaceId, traceIds],
      ),
    );
    for (const { trace_id } of deleted) await countDeletedTrace(tx, workspaceId, trace_id);
    await state.stored.readMissing(tx, traceIds);
  }
}

function keyOf(traceId: string, sentId: bigint): string {
  return `${traceId}${sentId}`;
}

function placeOf(version: AnyVersion): string {
  return 'stored' in version ? `${version.stored.block_id} ${version.stored.place}` : '';
}

function* partsOf(wanted: readonly Wanted[]): Generator<Wanted[]> {
  let part: Wanted[] = [];
  let bytes = 0;
  for (const one of wanted) {
    if (part.length >= MAX_SPANS || (part.length > 0 && bytes + one.version.message.length > MAX_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(one);
    bytes += one.version.message.length;
  }
  if (part.length > 0) yield part;
}

/** What was found in a span that is stored already is known: only what arrived brings it. */
function batchOf(wanted: readonly Wanted[]): SpanBatch {
  const { request, ordered } = requestOf(wanted);
  const { batch } = decodeTraces(request);
  if (batch.length !== ordered.length) throw new Error('a span that was stored is no span any more');
  const arrived = ordered.map(({ version }) => ('arrived' in version ? (version as ArrivedVersion).arrived : null));
  const marks = arrived.flatMap((from, row) =>
    from ? from.batch.marks.filter((mark) => mark.row === from.row).map((mark) => ({ ...mark, row })) : [],
  );
  return { ...batch, marks, evaluations: batch.evaluations.filter(({ row }) => arrived[row] !== null) };
}
