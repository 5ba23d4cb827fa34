/** What was changed, by whom: written in the transaction that changes it, never changed itself, and without secrets. */
import type { AuditRecord, ToldType } from '../../../../core/api/team';
import { decodeRows, INT8, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { publish } from '../../../events/outbox';
import type { Actor } from '../../../http/actor';

/** What others hear of, too. */
const EVENTS: Readonly<Record<string, ToldType>> = {
  'project.create': 'project.created.v1',
  'project.update': 'project.updated.v1',
  'project.archive': 'project.archived.v1',
  'invitation.accept': 'member.joined.v1',
  'member.update': 'member.updated.v1',
  'member.delete': 'member.removed.v1',
};

export interface AuditEntry {
  /** `account:ID`, `api-key:ID` or `system`. */
  readonly actor: string;
  /** Such as `member.update`. */
  readonly action: string;
  readonly table: string;
  readonly recordId: string;
  readonly old?: object | null;
  readonly new?: object | null;
  readonly requestId: string;
}

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly recordId?: string | undefined;
  readonly limit: number;
  /** Of the page before. */
  readonly cursor?: string | undefined;
}

const ROW = {
  id: INT8,
  time: TEXT,
  actor: TEXT,
  action: TEXT,
  table_name: TEXT,
  record_id: TEXT,
  old: orNull(TEXT),
  new: orNull(TEXT),
  request_id: TEXT,
};

/** @param sql the transaction of the change */
export async function audit(sql: SqlClient, workspaceId: number, entry: AuditEntry): Promise<void> {
  const json = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);
  await sql.query(
    `insert into audit_log (workspace_id, actor, action, table_name, record_id, old, new, request_id)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)`,
    [
      workspaceId,
      entry.actor,
      entry.action,
      entry.table,
      entry.recordId,
      json(entry.old),
      json(entry.new),
      entry.requestId,
    ],
  );
  const type = EVENTS[entry.action];
  if (type) await publish(sql, workspaceId, type, { id: entry.recordId, ...entry.new }, entry);
}

/** @returns writes down a change of a row of `table`, in the transaction `tx` of the change */
export function auditedTable(table: string) {
  return (
    tx: SqlClient,
    workspaceId: number,
    action: string,
    recordId: string,
    { name: actor, requestId }: Actor,
    old: object | null,
    changed: object | null,
  ): Promise<void> => audit(tx, workspaceId, { actor, requestId, action, table, recordId, old, new: changed });
}

/** What concerns an account, in every workspace that it is a member of: those who look after one of them see it there. */
export async function auditAccount(sql: SqlClient, accountId: string, entry: Omit<AuditEntry, 'old'>): Promise<void> {
  await sql.query(
    `insert into audit_log (workspace_id, actor, action, table_name, record_id, new, request_id)
     select m.workspace_id, $2, $3, $4, $5, $6::jsonb, $7 from membership m join workspace w on w.id = m.workspace_id
     where m.account_id = $1::uuid and w.deleted_at is null`,
    [
      accountId,
      entry.actor,
      entry.action,
      entry.table,
      entry.recordId,
      entry.new ? JSON.stringify(entry.new) : null,
      entry.requestId,
    ],
  );
}

/** Newest first; one more than asked for says that there are more. */
export async function readAudit(sql: SqlClient, workspaceId: number, query: AuditQuery): Promise<AuditRecord[]> {
  const { actor = null, action = null, recordId = null, limit, cursor } = query;
  const rows = await sql.query(
    `select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time, actor, action, table_name, record_id,
       old::text as old, new::text as new, request_id
     from audit_log where workspace_id = $1 and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
       and ($4::text is null or record_id = $4) and id < $5 order by id desc limit $6`,
    [workspaceId, actor, action, recordId, cursor === undefined ? 2n ** 63n - 1n : BigInt(cursor), limit + 1],
  );
  return decodeRows(ROW, rows).map((row) => ({
    id: String(row.id),
    time: row.time,
    actor: row.actor,
    action: row.action,
    table: row.table_name,
    recordId: row.record_id,
    old: row.old === null ? null : JSON.parse(row.old),
    new: row.new === null ? null : JSON.parse(row.new),
    requestId: row.request_id,
  }));
}
