/** Takes spans that people share from their desktops, and gives them to others. */
import { SpoorError } from '../../../../core/model/errors';
import { hexFromBytes } from '../../../../core/model/ids';
import { Envelopes } from '../../../../core/otlp/envelope';
import { WIRE_BYTES } from '../../../../core/otlp/wire-reader';
import { type BlockRange, SpanParcels } from '../../../../core/store/read/span-parcels';
import { decodeRows, INT4, INT8, orNull, type RowOf, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { At, SpanPage, WantedTrace } from '../../../../core/sync/ports';
import { deflateCodec } from '../../../../services/store/payload-codec';
import { publish } from '../../../events/outbox';
import type { Actor } from '../../../http/actor';
import { placeOf, positionOf } from '../repo/history';

/** What another copy of the server writes is there soon; after that the desktop brings it again. */
const STORED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;
/** Of a trace that is larger, some blocks at a time. */
const PAGE_SPANS = 4_000;
const TRACE = {
  trace_id: TEXT,
  span_count: orNull(INT4),
  first_block: orNull(INT4),
  last_block: orNull(INT4),
  now: TEXT,
};
const MARK = /^(\d{1,20})?:(\d{1,20})?:(\d{1,10})?$/;

export function traceIdsOf(request: Uint8Array): string[] {
  const ids = new Set<string>();
  new Envelopes(request).each((span) => {
    while (span.next()) {
      if (span.field === 1 && span.wireType === WIRE_BYTES) {
        const id = span.view8();
        if (id.length === 16) ids.add(hexFromBytes(id, 0, 16));
      } else span.skip();
    }
  });
  return [...ids];
}

export interface Sharer {
  readonly id: string;
  readonly name: string | null;
  readonly client: string;
  readonly projectId: string;
}

/** Says who brought these traces, to those who follow. @returns the position after it */
export async function announceTraces(
  sql: SqlClient,
  workspaceId: number,
  traceIds: readonly string[],
  { id, name, client, projectId }: Sharer,
  actor: Actor,
): Promise<string> {
  return sql.transaction(async (tx) => {
    await tx.query(
      `insert into shared_trace (workspace_id, trace_id, project_id, client, shared_by, shared_by_name)
       select $1, i.trace_id, $3::uuid, $4, $5, $6 from unnest($2::uuid[]) as i (trace_id) order by i.trace_id
       on conflict (workspace_id, trace_id) do update set
         client = case when shared_trace.client = excluded.client then excluded.client end`,
      [workspaceId, traceIds, projectId, client, id, name],
    );
    const told = { traceIds, client, projectId };
    await publish(tx, workspaceId, 'trace.shared.v1', told, { actor: actor.name, requestId: actor.requestId });
    return positionOf(tx, workspaceId);
  });
}

/** Resolves when what waited a moment ago for the copy of the server that writes the workspace is stored. @throws SpoorError SERVICE_UNAVAILABLE */
export async function untilStored(sql: SqlClient, workspaceId: number): Promise<void> {
  const end = Date.now() + STORED_WITHIN_MS;
  // Not what comes meanwhile: of a busy workspace something always waits. Nor what was set aside (spool.ts).
  const waits = `select max(id) as last from ingest_spool where workspace_id = $1 and signal not like 'dead:%'`;
  const [newest] = decodeRows({ last: orNull(INT8) }, await sql.query(waits, [workspaceId]));
  const last = newest?.last ?? null;
  while (last !== null) {
    const rows = await sql.query(`${waits} and id <= $2`, [workspaceId, last]);
    if (decodeRows({ last: orNull(INT8) }, rows)[0]?.last === null) return;
    if (Date.now() > end) throw new SpoorError('SERVICE_UNAVAILABLE', 'Spans wait to be stored; try again shortly.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

export class TraceSpansOut {
  private readonly parcels: SpanParcels;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.parcels = new SpanParcels(sql, workspaceId, deflateCodec);
  }

  /** Of the first that is wanted, and of those behind it as many as fit. @throws OtherHistory */
  async page(known: string, wanted: readonly WantedTrace[]): Promise<At<SpanPage>> {
    await placeOf(this.sql, this.workspaceId, known);
    const found = decodeRows(
      TRACE,
      await this.sql.query(
        `select replace(i.trace_id::text, '-', '') as trace_id, t.span_count, t.first_block, t.last_block,
           pg_snapshot_xmin(pg_current_snapshot())::text as now
         from unnest($2::uuid[]) with ordinality as i (trace_id, place) left join lateral (
           select span_count, first_block, last_block from trace
           where workspace_id = $1 and trace_id = i.trace_id and deleted_at is null limit 1) t on true order by i.place`,
        [this.workspaceId, wanted.map(({ traceId }) => traceId)],
      ),
    );
    const chosen: { readonly mark: Mark; readonly trace: RowOf<typeof TRACE> }[] = [];
    let spans = 0;
    for (const [i, trace] of found.entries()) {
      const mark = markOf(wanted[i]?.after ?? null, trace.now);
      // A large trace has its own pages.
      const isLarge = mark.block !== null || (trace.span_count ?? 0) > PAGE_SPANS;
      if (chosen.length > 0 && (isLarge || spans + (trace.span_count ?? 0) > PAGE_SPANS)) break;
      chosen.push({ mark, trace });
      spans += trace.span_count ?? 0;
      if (isLarge) break;
    }
    const [first] = chosen;
    const range = first ? rangeOf(first.trace, first.mark.block) : null;
    const there = chosen.filter(({ trace }) => trace.span_count !== null);
    const { request } = await this.parcels.read(
      there.map(({ mark, trace }) => ({ traceId: trace.trace_id, mark: mark.since })),
      range,
    );
    const traces = chosen.map(({ mark, trace: { trace_id: traceId, span_count, last_block } }) => {
      if (span_count === null) return { traceId, mark: null, hasMore: false };
      const hasMore = range !== null && range[1] < (last_block ?? 0);
      const next = hasMore ? `${mark.since ?? ''}:${mark.pass}:${range[1]}` : `${mark.pass}::`;
      return { traceId, mark: next, hasMore };
    });
    return { answer: { request, traces }, position: await positionOf(this.sql, this.workspaceId) };
  }
}

interface Mark {
  /** Spans stored before this transaction are there; null: none are. */
  readonly since: string | null;
  /** Where this walk over the blocks began. */
  readonly pass: string;
  /** How far it came; null: it begins. */
  readonly block: number | null;
}

function markOf(text: string | null, now: string): Mark {
  const [, since = null, pass = now, block] = MARK.exec(text ?? '') ?? [];
  if (block !== undefined) return { since, pass, block: Number(block) };
  // A walk that ended: what was stored since it began is new.
  return { since, pass: now, block: null };
}

/** Null: all of it at once. */
function rangeOf(
  { span_count: spans, first_block: firstBlock, last_block: lastBlock }: RowOf<typeof TRACE>,
  block: number | null,
): BlockRange | null {
  if (spans === null || firstBlock === null || lastBlock === null) return null;
  if (block === null && spans <= PAGE_SPANS) return null;
  const blocks = Math.max(1, Math.floor((PAGE_SPANS * (lastBlock - firstBlock + 1)) / spans));
  return [block ?? firstBlock - 1, Math.min(lastBlock, (block ?? firstBlock - 1) + blocks)];
}
