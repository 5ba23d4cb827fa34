/** Webhooks of a workspace: addresses that are told what happens in it, and the secret that signs what they are told. */
import { randomBytes } from 'node:crypto';
import type { NewWebhook, ToldType, Webhook } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { BOOL, decodeRows, INT4, orNull, TEXT, TEXT_ARRAY } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../../adapters/database';
import { problemOf } from '../../../adapters/outgoing';
import { timeSql } from '../../../adapters/time-sql';
import type { Actor } from '../../../http/actor';
import { auditedTable } from '../../audit/service/audit';
import type { SecretBox } from '../../auth/service/secret-box';

const MAX_WEBHOOKS = 20;
const SECRET_BYTES = 24;
const ROW = {
  id: TEXT,
  url: TEXT,
  types: TEXT_ARRAY,
  enabled: BOOL,
  version: INT4,
  created_at: TEXT,
  last_at: orNull(TEXT),
  last_status: orNull(INT4),
  last_error: orNull(TEXT),
};
const COLUMNS = `id::text as id, url, types, enabled, version, ${timeSql('created_at')} as created_at, ${timeSql('last_at')} as last_at,
  last_status, last_error`;

export interface WebhookEdit {
  readonly url: string;
  readonly types: readonly ToldType[];
  readonly enabled: boolean;
}

const log = auditedTable('webhook');

export class Webhooks {
  constructor(
    private readonly database: Pick<ServerDatabase, 'tenant'>,
    private readonly box: SecretBox,
    /** Whether addresses of the server's own network may be told. */
    private readonly allowsPrivate: boolean,
  ) {}

  async list(workspaceId: number): Promise<Webhook[]> {
    const rows = await this.database
      .tenant(workspaceId)
      .query(`select ${COLUMNS} from webhook where workspace_id = $1 order by webhook.created_at, webhook.id`, [
        workspaceId,
      ]);
    return decodeRows(ROW, rows).map(webhookOf);
  }

  /** @throws SpoorError VALIDATION_ERROR, CONFLICT */
  async create(workspaceId: number, edit: WebhookEdit, actor: Actor): Promise<NewWebhook> {
    this.check(edit.url);
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `insert into webhook (workspace_id, url, types, secret, enabled) select $1, $2, $3::text[], $4, $5
         where (select count(*) from webhook where workspace_id = $1) < ${MAX_WEBHOOKS} returning ${COLUMNS}`,
        [workspaceId, edit.url, edit.types, this.box.seal(secret), edit.enabled],
      );
      const [row] = decodeRows(ROW, rows);
      if (!row) throw new SpoorError('CONFLICT', `A workspace has at most ${MAX_WEBHOOKS} webhooks.`);
      await log(tx, workspaceId, 'webhook.create', row.id, actor, null, edit);
      return { ...webhookOf(row), secret };
    });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT, VALIDATION_ERROR */
  async update(workspaceId: number, id: string, version: number, edit: WebhookEdit, actor: Actor): Promise<Webhook> {
    this.check(edit.url);
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const old = await this.get(tx, workspaceId, id);
      const rows = await tx.query(
        `update webhook set url = $4, types = $5::text[], enabled = $6, version = version + 1, updated_at = now()
         where workspace_id = $1 and id = $2::uuid and version = $3 returning ${COLUMNS}`,
        [workspaceId, id, version, edit.url, edit.types, edit.enabled],
      );
      const [row] = decodeRows(ROW, rows);
      if (!row) throw new SpoorError('CONFLICT', 'The webhook was changed meanwhile; look at it again.');
      const { url, types, enabled } = old;
      await log(tx, workspaceId, 'webhook.update', id, actor, { url, types, enabled }, edit);
      return webhookOf(row);
    });
  }

  /** @throws SpoorError NOT_FOUND */
  async remove(workspaceId: number, id: string, actor: Actor): Promise<void> {
    await this.database.tenant(workspaceId).transaction(async (tx) => {
      const { url } = await this.get(tx, workspaceId, id);
      await tx.query('delete from webhook where workspace_id = $1 and id = $2::uuid', [workspaceId, id]);
      await log(tx, workspaceId, 'webhook.delete', id, actor, { url }, null);
    });
  }

  /** @throws SpoorError NOT_FOUND */
  async get(sql: SqlClient, workspaceId: number, id: string): Promise<Webhook> {
    const rows = await sql.query(`select ${COLUMNS} from webhook where workspace_id = $1 and id = $2::uuid`, [
      workspaceId,
      id,
    ]);
    const [row] = decodeRows(ROW, rows);
    if (!row) throw new SpoorError('NOT_FOUND', 'There is no such webhook.');
    return webhookOf(row);
  }

  private check(url: string): void {
    const problem = problemOf(url, this.allowsPrivate);
    if (problem === null) return;
    throw new SpoorError('VALIDATION_ERROR', problem, [{ field: 'url', code: 'invalid', message: problem }]);
  }
}

type WebhookRow = ReturnType<typeof decodeRows<typeof ROW>>[number];

function webhookOf({ id, url, types, enabled, version, ...row }: WebhookRow): Webhook {
  const last = row.last_at === null ? null : { time: row.last_at, status: row.last_status, error: row.last_error };
  return { id, url, types, enabled, version, createdAt: row.created_at, last };
}
