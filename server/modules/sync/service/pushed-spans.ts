/** Takes spans that people share from their desktops, and gives them to others. */
import { SpoorError } from '../../../../core/api/errors';
import { hexFromBytes } from '../../../../core/model/ids';
import { Envelopes } from '../../../../core/otlp/envelope';
import { WIRE_BYTES } from '../../../../core/otlp/wire-reader';
import { decodeRows, INT4, TEXT } from '../../../../core/store/row-spec';
import type { SqlClient } from '../../../../core/store/sql-client';
import { type BlockRange, SpanParcels } from '../../../../core/store/sync/span-parcels';
import type { At, SpanPage } from '../../../../core/sync/ports';
import { deflateCodec } from '../../../../services/store/payload-codec';
import { publish } from '../../../events/outbox';
import type { Actor } from '../../../http/actor';
import { placeOf, positionOf } from '../repo/history';

/** What another copy of the server writes is there soon; after that the desktop brings it again. */
const STORED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;
/** Of a trace that is larger, some blocks at a time. */
const PAGE_SPANS = 4_000;
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

/** Resolves when what this copy of the server kept for another is stored. @throws SpoorError SERVICE_UNAVAILABLE */
export async function untilStored(sql: SqlClient, workspaceId: number): Promise<void> {
  const end = Date.now() + STORED_WITHIN_MS;
  for (;;) {
    const waiting = await sql.query('select 1 as one from ingest_spool where workspace_id = $1 limit 1', [workspaceId]);
    if (waiting.length === 0) return;
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

  /** @param after the mark of the page before; null: the first. Null: there is no such trace. @throws OtherHistory */
  async page(known: string, traceId: string, after: string | null): Promise<At<SpanPage | null>> {
    await placeOf(this.sql, this.workspaceId, known);
    const [trace] = decodeRows(
      { span_count: INT4, first_block: INT4, last_block: INT4, now: TEXT },
      await this.sql.query(
        `select span_count, first_block, last_block, pg_snapshot_xmin(pg_current_snapshot())::text as now
         from trace where workspace_id = $1 and trace_id = $2::uuid and deleted_at is null`,
        [this.workspaceId, traceId],
      ),
    );
    if (!trace) return { answer: null, position: await positionOf(this.sql, this.workspaceId) };
    // Stored before `since` is known; `pass` is where this walk over the blocks began, `block` how far it came.
    const [, since = null, pass = trace.now, block] = MARK.exec(after ?? '') ?? [];
    const range = rangeOf(trace, block === undefined ? null : Number(block));
    const { request } = await this.parcels.read([{ traceId, mark: since }], range);
    const hasMore = range !== null && range[1] < trace.last_block;
    const mark = hasMore ? `${since ?? ''}:${pass}:${range[1]}` : `${pass}::`;
    return { answer: { request, mark, hasMore }, position: await positionOf(this.sql, this.workspaceId) };
  }
}

/** Null: all of it at once. */
function rangeOf(
  { span_count, first_block, last_block }: { span_count: number; first_block: number; last_block: number },
  block: number | null,
): BlockRange | null {
  if (block === null && span_count <= PAGE_SPANS) return null;
  const blocks = Math.max(1, Math.floor((PAGE_SPANS * (last_block - first_block + 1)) / span_count));
  const after = block ?? first_block - 1;
  return [after, Math.min(last_block, after + blocks)];
}
