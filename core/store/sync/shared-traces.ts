/** Which traces are shared, and how far their spans have come: the outbox of spans, and the list of those to fetch. */

import type { SyncProjectState, SyncRule, TraceSharing } from '../../api/sync-state';
import type { RuleMatches } from '../../api/workers';
import type { SharedTrace, SpanPage, SpanParcel, WantedTrace } from '../../sync/ports';
import type { PayloadCodec } from '../payloads/payloads';
import { SpanParcels } from '../read/span-parcels';
import { BOOL, decodeRows, INT4, INT8, orNull, type RowOf, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlParameter, SqlStatements } from '../sql/sql-client';
import { ruleSql } from './rule-sql';

/** Spans of a request, about: a block. */
const PARCEL_SPANS = 4_000;
const PARCEL_TRACES = 500;
/** Traces looked at by one statement when a rule is new. */
const BACKFILL = 2_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const PENDING = {
  trace_id: TEXT,
  span_count: orNull(INT4),
  changes: orNull(INT4),
  first_block: orNull(INT4),
  last_block: orNull(INT4),
  pushed_mark: orNull(TEXT),
  pushed_spans: INT4,
  pass_block: orNull(INT4),
  pass_mark: orNull(TEXT),
  pass_spans: orNull(INT4),
  pass_changes: orNull(INT4),
};

const PROJECT = { project_id: orNull(TEXT), sent: INT4, waiting: INT4, received: INT4, wanted: INT4 };

type Pending = RowOf<typeof PENDING>;

interface Pushed {
  readonly traceId: string;
  /** All that was stored before, and how many there were then. */
  readonly mark: string;
  readonly spans: number;
  /** Of the trace then. */
  readonly changes: number;
  /** Of a pass that goes on; null: all of the trace is there. */
  readonly block: number | null;
}

export class SharedTraces {
  private readonly parcels: SpanParcels;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    codec: PayloadCodec,
  ) {
    this.parcels = new SpanParcels(sql, workspaceId, codec);
  }

  async share(traceIds: readonly string[]): Promise<void> {
    await this.sql.query(
      `insert into sync_trace (workspace_id, trace_id, shared_at, pending)
       select $1, i.trace_id, now(), true from unnest($2::uuid[]) as i (trace_id)
       on conflict (workspace_id, trace_id) do update set pending = true,
         shared_at = coalesce(sync_trace.shared_at, now())`,
      [this.workspaceId, traceIds],
    );
  }

  /** As an OTLP request. */
  read(traceIds: readonly string[]): Promise<{ readonly request: Uint8Array; readonly spans: number }> {
    return this.parcels.read(
      traceIds.map((traceId) => ({ traceId, mark: null })),
      null,
    );
  }

  async sharing(traceId: string): Promise<Omit<TraceSharing, 'url'>> {
    const rows = await this.sql.query(
      `select shared_at is not null as ours, pending, shared_by from sync_trace where workspace_id = $1 and trace_id = $2::uuid`,
      [this.workspaceId, traceId],
    );
    const [row] = decodeRows({ ours: BOOL, pending: BOOL, shared_by: orNull(TEXT) }, rows);
    if (!row || (!row.ours && row.shared_by === null)) return { state: 'local', sharedBy: null };
    if (!row.ours) return { state: 'theirs', sharedBy: row.shared_by };
    return { state: row.pending ? 'waiting' : 'shared', sharedBy: null };
  }

  /** What a rule is about, of what is stored now. */
  async under(rule: SyncRule, newest: number): Promise<RuleMatches> {
    const { where, parameters } = ruleSql([rule], 2);
    const standing = `from trace t where t.workspace_id = $1 and t.deleted_at is null and (${where})`;
    const [sums] = decodeRows(
      { traces: INT4, spans: INT8 },
      await this.sql.query(
        `select count(*)::int4 as traces, coalesce(sum(t.span_count), 0)::int8 as spans ${standing}`,
        [this.workspaceId, ...parameters],
      ),
    );
    const rows = await this.sql.query(
      `select replace(t.trace_id::text, '-', '') as id ${standing} order by t.start_ns desc limit ${Math.trunc(newest)}`,
      [this.workspaceId, ...parameters],
    );
    return {
      traces: sums?.traces ?? 0,
      spans: Number(sums?.spans ?? 0n),
      newest: decodeRows({ id: TEXT }, rows).map(({ id }) => id),
    };
  }

  async projects(): Promise<SyncProjectState[]> {
    // What waits goes where traces go now.
    const rows = await this.sql.query(
      `select case when s.pending then l.link::json->>'projectId' else s.project_id end as project_id,
         count(*) filter (where s.shared_at is not null and not s.pending)::int4 as sent,
         count(*) filter (where s.pending)::int4 as waiting,
         count(*) filter (where s.shared_by is not null and not s.wanted)::int4 as received,
         count(*) filter (where s.wanted)::int4 as wanted
       from sync_trace s join sync_link l on l.workspace_id = s.workspace_id where s.workspace_id = $1 group by 1`,
      [this.workspaceId],
    );
    return decodeRows(PROJECT, rows)
      .filter(({ sent, waiting, received, wanted }) => sent + waiting + received + wanted > 0)
      .map(({ project_id: projectId, ...counts }) => ({ projectId, ...counts }));
  }

  /** What the server has of them stays there. */
  async unshare(traceIds: readonly string[]): Promise<void> {
    await this.sql.query(
      `update sync_trace set shared_at = null, pending = false where workspace_id = $1 and trace_id = any($2::uuid[])`,
      [this.workspaceId, traceIds],
    );
  }

  /** Rules are new: all that is stored is looked at. */
  async lookAgain(tx: SqlStatements): Promise<void> {
    await tx.query(`update sync_link set backfill_after = $2 where workspace_id = $1`, [this.workspaceId, FIRST_ID]);
  }

  /** @returns whether there is more to look at */
  notice(rules: readonly SyncRule[]): Promise<boolean> {
    return this.sql.transaction(async (tx) => {
      if (rules.length === 0) {
        await tx.query(
          `update sync_trace s set pending = true from trace t
           where s.workspace_id = $1 and t.workspace_id = $1 and t.trace_id = s.trace_id
             and s.shared_at is not null and not s.pending
             and (t.span_count <> s.pushed_spans or t.changes <> s.pushed_changes)`,
          [this.workspaceId],
        );
        await tx.query(
          `update sync_link set seen_mark = null, backfill_after = null
           where workspace_id = $1 and (seen_mark is not null or backfill_after is not null)`,
          [this.workspaceId],
        );
        return false;
      }
      await this.noticeArrivals(tx, rules);
      return this.backfill(tx, rules);
    });
  }

  /** Traces that spans came for since the last look. */
  private async noticeArrivals(tx: SqlStatements, rules: readonly SyncRule[]): Promise<void> {
    const [seen] = decodeRows(
      { seen_block: INT4, seen_mark: orNull(TEXT), open: INT4, now: TEXT },
      await tx.query(
        `select l.seen_block, l.seen_mark, pg_snapshot_xmin(pg_current_snapshot())::text as now,
           coalesce((select min(id) from span_block where workspace_id = $1 and not closed), l.seen_block) as open
         from sync_link l where l.workspace_id = $1`,
        [this.workspaceId],
      ),
    );
    if (!seen) return;
    await tx.query('update sync_link set seen_block = $2, seen_mark = $3 where workspace_id = $1', [
      this.workspaceId,
      seen.open,
      seen.now,
    ]);
    if (seen.seen_mark === null) return;
    const { where, parameters } = ruleSql(rules, 4);
    await tx.query(
      `with arrived as materialized (
         select distinct trace_id from span where workspace_id + 0 = $1 and block_id >= $2 and age(xmin) <= age($3::xid8::xid)),
       shared as (
         insert into sync_trace (workspace_id, trace_id, shared_at, pending)
         select $1, t.trace_id, now(), true from arrived a, lateral (
           select * from trace where workspace_id = $1 and trace_id = a.trace_id limit 1) t
         where t.deleted_at is null and (${where})
         on conflict (workspace_id, trace_id) do nothing)
       update sync_trace s set pending = true from arrived a
       where s.workspace_id = $1 and s.trace_id = a.trace_id and s.shared_at is not null and not s.pending`,
      [this.workspaceId, seen.seen_block, seen.seen_mark, ...parameters],
    );
  }

  private async backfill(tx: SqlStatements, rules: readonly SyncRule[]): Promise<boolean> {
    const [at] = decodeRows(
      { after: orNull(TEXT) },
      await tx.query('select backfill_after::text as after from sync_link where workspace_id = $1', [this.workspaceId]),
    );
    if (!at || at.after === null) return false;
    const { where, parameters } = ruleSql(rules, 3);
    const looked = decodeRows(
      { last: orNull(TEXT), count: INT4 },
      await tx.query(
        `with looked as materialized (
           select * from trace where workspace_id = $1 and trace_id > $2::uuid order by trace_id limit ${BACKFILL}),
         shared as (
           insert into sync_trace (workspace_id, trace_id, shared_at, pending)
           select $1, t.trace_id, now(), true from looked t where t.deleted_at is null and (${where})
           on conflict (workspace_id, trace_id) do nothing)
         select (array_agg(trace_id order by trace_id desc))[1]::text as last, count(*)::int4 as count from looked`,
        [this.workspaceId, at.after, ...parameters],
      ),
    )[0];
    const hasMore = looked?.count === BACKFILL;
    await tx.query('update sync_link set backfill_after = $2::uuid where workspace_id = $1', [
      this.workspaceId,
      hasMore ? (looked?.last ?? null) : null,
    ]);
    return hasMore;
  }

  /** Null: nothing waits. */
  async next(): Promise<SpanParcel | null> {
    const rows = decodeRows(
      PENDING,
      await this.sql.query(
        `select replace(s.trace_id::text, '-', '') as trace_id, t.span_count, t.changes, t.first_block, t.last_block, s.pushed_mark,
           s.pushed_spans, s.pass_block, s.pass_mark, s.pass_spans, s.pass_changes
         from (select * from sync_trace where workspace_id = $1 and pending order by trace_id limit ${PARCEL_TRACES}) s
         left join lateral (select * from trace where workspace_id = $1 and trace_id = s.trace_id and deleted_at is null limit 1) t on true
         order by s.trace_id`,
        [this.workspaceId],
      ),
    );
    if (rows.length === 0) return null;
    // Deleted, or pruned: what the server has, it keeps.
    const gone = rows.filter(({ span_count }) => span_count === null).map(({ trace_id }) => trace_id);
    if (gone.length > 0) {
      await this.unshare(gone);
      return { request: new Uint8Array(), spans: 0, token: '[]' };
    }
    const [mark] = decodeRows(
      { now: TEXT },
      await this.sql.query('select pg_snapshot_xmin(pg_current_snapshot())::text as now'),
    );
    const now = mark?.now ?? '0';
    const left = (row: Pending): number => (row.span_count ?? 0) - row.pushed_spans;
    const [first] = rows as [Pending];
    if (first.pass_block !== null || left(first) > PARCEL_SPANS) return this.nextOfPass(first, now);
    const chosen: Pending[] = [];
    let spans = 0;
    for (const row of rows) {
      if (row.pass_block !== null || (chosen.length > 0 && spans + left(row) > PARCEL_SPANS)) break;
      chosen.push(row);
      spans += Math.max(0, left(row));
    }
    const parcel = await this.parcels.read(
      chosen.map(({ trace_id: traceId, pushed_mark }) => ({ traceId, mark: pushed_mark })),
      null,
    );
    const pushed = chosen.map(({ trace_id: traceId, span_count, changes }): Pushed => {
      return { traceId, mark: now, spans: span_count ?? 0, changes: changes ?? 0, block: null };
    });
    return { ...parcel, token: JSON.stringify(pushed) };
  }

  /** A few blocks of a trace that is too large for one request. */
  private async nextOfPass(row: Pending, now: string): Promise<SpanParcel> {
    const firstBlock = row.first_block ?? 0;
    const lastBlock = row.last_block ?? 0;
    const mark = row.pass_mark ?? now;
    const spans = row.pass_spans ?? row.span_count ?? 0;
    const changes = row.pass_changes ?? row.changes ?? 0;
    // Where the trace has few spans a block, more blocks make a request.
    const blocks = Math.max(
      1,
      Math.floor((PARCEL_SPANS * (lastBlock - firstBlock + 1)) / Math.max(1, row.span_count ?? 1)),
    );
    const after = row.pass_block ?? firstBlock - 1;
    const upTo = Math.min(lastBlock, after + blocks);
    const parcel = await this.parcels.read([{ traceId: row.trace_id, mark: row.pushed_mark }], [after, upTo]);
    const pushed: Pushed = { traceId: row.trace_id, mark, spans, changes, block: upTo >= lastBlock ? null : upTo };
    return { ...parcel, token: JSON.stringify([pushed]) };
  }

  async arrived({ token }: SpanParcel): Promise<void> {
    const pushed = JSON.parse(token) as readonly Pushed[];
    const done = pushed.filter(({ block }) => block === null);
    for (const { traceId, mark, spans, changes, block } of pushed) {
      if (block === null) continue;
      await this.sql.query(
        `update sync_trace set pass_block = $3, pass_mark = $4, pass_spans = $5, pass_changes = $6
         where workspace_id = $1 and trace_id = $2::uuid`,
        [this.workspaceId, traceId, block, mark, spans, changes],
      );
    }
    if (done.length === 0) return;
    await this.sql.query(
      `update sync_trace s set pushed_mark = d.mark, pushed_spans = d.spans, pushed_changes = d.changes,
         project_id = (select link::json->>'projectId' from sync_link where workspace_id = $1), pass_block = null, pass_mark = null, pass_spans = null, pass_changes = null,
         pending = exists (select 1 from trace t where t.workspace_id = $1 and t.trace_id = s.trace_id
           and (t.span_count <> d.spans or t.changes <> d.changes))
       from unnest($2::uuid[], $3::text[], $4::int4[], $5::int4[]) as d (trace_id, mark, spans, changes)
       where s.workspace_id = $1 and s.trace_id = d.trace_id`,
      [
        this.workspaceId,
        done.map((d) => d.traceId),
        done.map((d) => d.mark),
        done.map((d) => d.spans),
        done.map((d) => d.changes),
      ],
    );
  }

  /** Somebody took the server's copies of these away: spans that come later do not bring them back. */
  async removed(tx: SqlStatements, traceIds: readonly string[]): Promise<void> {
    if (traceIds.length === 0) return;
    await tx.query(
      `update sync_trace set shared_at = null, shared_by = null, pending = false, wanted = false, pushed_mark = null, pushed_spans = 0
       where workspace_id = $1 and trace_id = any($2::uuid[])`,
      [this.workspaceId, traceIds],
    );
  }

  /** The server has spans of these. @param clientId of this replica @param follow projects; null: all */
  async hearOf(
    tx: SqlStatements,
    traces: readonly SharedTrace[],
    clientId: string,
    follow: readonly string[] | null,
  ): Promise<void> {
    const heard = traces.filter(({ projectId }) => follow === null || follow.includes(projectId));
    if (heard.length === 0) return;
    await tx.query(
      `insert into sync_trace (workspace_id, trace_id, shared_by, project_id, wanted)
       select $1, h.trace_id, h.shared_by, h.project_id, true
       from unnest($2::uuid[], $3::text[], $4::text[], $5::int4[], $7::text[]) as h (trace_id, client, shared_by, span_count, project_id)
       where not exists (select 1 from sync_trace s where s.workspace_id = $1 and s.trace_id = h.trace_id
         and h.client = $6 and s.pushed_spans >= h.span_count)
       on conflict (workspace_id, trace_id) do update set wanted = true, project_id = excluded.project_id,
         shared_by = case when sync_trace.shared_at is null then excluded.shared_by end`,
      [
        this.workspaceId,
        heard.map(({ traceId }) => traceId),
        heard.map(({ client }) => client),
        heard.map(({ sharedBy }) => sharedBy ?? ''),
        heard.map(({ spanCount }) => spanCount),
        clientId,
        heard.map(({ projectId }) => projectId),
      ] satisfies SqlParameter[],
    );
  }

  async wanted(limit: number): Promise<WantedTrace[]> {
    const rows = await this.sql.query(
      `select replace(trace_id::text, '-', '') as trace_id, pulled_mark from sync_trace
       where workspace_id = $1 and wanted order by trace_id limit $2`,
      [this.workspaceId, limit],
    );
    return decodeRows({ trace_id: TEXT, pulled_mark: orNull(TEXT) }, rows).map((row) => {
      return { traceId: row.trace_id, after: row.pulled_mark };
    });
  }

  async pulled(tx: SqlStatements, traces: SpanPage['traces']): Promise<void> {
    await tx.query(
      `update sync_trace s set pulled_mark = coalesce(p.mark, s.pulled_mark), wanted = p.has_more
       from unnest($2::uuid[], $3::text[], $4::bool[]) as p (trace_id, mark, has_more)
       where s.workspace_id = $1 and s.trace_id = p.trace_id`,
      [
        this.workspaceId,
        traces.map(({ traceId }) => traceId),
        traces.map(({ mark }) => mark),
        traces.map(({ hasMore }) => hasMore),
      ],
    );
  }

  /** Others are followed now: what is wanted is asked for anew, as far as it did not come yet. */
  async followAgain(tx: SqlStatements): Promise<void> {
    await tx.query('update sync_trace set wanted = false where workspace_id = $1 and wanted', [this.workspaceId]);
    await tx.query('update sync_link set cursor = null where workspace_id = $1', [this.workspaceId]);
  }

  /** The server has lost what it had: all is pushed anew, and what came is asked for anew. */
  async pushAnew(tx: SqlStatements): Promise<void> {
    await tx.query(
      `update sync_trace set pushed_mark = null, pushed_spans = 0, pass_block = null, pass_mark = null, pass_spans = null,
         pending = shared_at is not null, pulled_mark = null where workspace_id = $1`,
      [this.workspaceId],
    );
  }
}
