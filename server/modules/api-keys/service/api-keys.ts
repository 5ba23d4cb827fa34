/** API keys: for collectors and scripts, shown once, kept as a digest. */

import type { ApiKey, KeyScope, NewKey } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { Recent } from '../../../../core/model/recent';
import { decodeRows, FLOAT8, INT4, orNull, TEXT, TEXT_ARRAY } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { type Cache, HOT_MS } from '../../../adapters/cache';
import type { ServerDatabase } from '../../../adapters/database';
import { timeSql } from '../../../adapters/time-sql';
import type { Actor } from '../../../http/actor';
import { permissionsOfScopes } from '../../../http/permissions';
import type { Principal } from '../../../http/route';
import { auditedTable } from '../../audit/service/audit';
import { digestOf, newSecret } from '../../auth/service/secrets';

export const KEY_PREFIX = 'spoor_';
const SHOWN = KEY_PREFIX.length + 6;
/** When a key was used last is written down no more often. */
const USED_EVERY_MS = 60_000;
/** Keys of which is remembered when that was; of others it is written down once more. */
const MOST_USED = 10_000;

const ROW = {
  id: TEXT,
  project_id: TEXT,
  name: TEXT,
  prefix: TEXT,
  scopes: TEXT_ARRAY,
  created_at: TEXT,
  last_used_at: orNull(TEXT),
  expires_at: orNull(TEXT),
  revoked_at: orNull(TEXT),
};
const TIMES = ['created_at', 'last_used_at', 'expires_at', 'revoked_at'].map(
  (column) => `${timeSql(column)} as ${column}`,
);
const COLUMNS = `id::text as id, project_id::text as project_id, name, prefix, scopes, ${TIMES.join(', ')}`;

type KeyPrincipal = Extract<Principal, { kind: 'api-key' }>;

interface FoundKey {
  readonly principal: KeyPrincipal;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const CACHED = 'auth:-:api-key:';

const log = auditedTable('api_key');

export class ApiKeys {
  private readonly used = new Recent<string, number>(MOST_USED);

  constructor(
    private readonly database: Pick<ServerDatabase, 'system' | 'tenant'>,
    private readonly cache: Cache,
  ) {}

  /** Null: it is unknown, revoked or expired, or its project or workspace is gone. */
  async principal(key: string): Promise<KeyPrincipal | null> {
    const digest = digestOf(key);
    // Whose it is, it says itself: until then it belongs to no workspace.
    const value = await this.cache.get(`${CACHED}${Buffer.from(digest).toString('base64')}`, HOT_MS, () =>
      this.find(digest),
    );
    // It may have expired since.
    if (value && value.expiresAt <= Date.now()) return null;
    if (value) await this.markUsed(value.principal.workspace.id, value.principal.id);
    return value?.principal ?? null;
  }

  private async find(digest: Uint8Array): Promise<FoundKey | null> {
    const rows = await this.database.system.query(
      `select k.workspace_id, k.id::text as id, k.project_id::text as project_id, k.scopes, w.public_id::text as public_id,
         (extract(epoch from k.expires_at) * 1000)::float8 as expires_at
       from api_key k join workspace w on w.id = k.workspace_id
         join project p on p.workspace_id = k.workspace_id and p.id = k.project_id
       where k.digest = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
         and w.deleted_at is null and p.archived_at is null`,
      [digest],
    );
    const spec = {
      workspace_id: INT4,
      id: TEXT,
      project_id: TEXT,
      scopes: TEXT_ARRAY,
      public_id: TEXT,
      expires_at: orNull(FLOAT8),
    };
    const [row] = decodeRows(spec, rows);
    return row
      ? {
          principal: {
            kind: 'api-key',
            id: row.id,
            projectId: row.project_id,
            workspace: { id: row.workspace_id, publicId: row.public_id },
            permissions: permissionsOfScopes(row.scopes as KeyScope[]),
          },
          expiresAt: row.expires_at ?? Number.POSITIVE_INFINITY,
        }
      : null;
  }

  async list(workspaceId: number, projectId: string): Promise<ApiKey[]> {
    const rows = await this.database
      .tenant(workspaceId)
      .query(
        `select ${COLUMNS} from api_key where workspace_id = $1 and project_id = $2::uuid order by api_key.created_at, api_key.id`,
        [workspaceId, projectId],
      );
    return decodeRows(ROW, rows).map(keyOf);
  }

  async create(
    workspaceId: number,
    projectId: string,
    { name, scopes, expiresAt }: { name: string; scopes: readonly KeyScope[]; expiresAt: string | null },
    actor: Actor,
  ): Promise<NewKey> {
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const key = await insert(tx, workspaceId, { projectId, name, scopes, expiresAt });
      await log(tx, workspaceId, 'api-key.create', key.id, actor, null, { name, scopes });
      return key;
    });
  }

  /** A new key for the same; the old one is good for the grace period. @throws SpoorError NOT_FOUND */
  async rotate(workspaceId: number, id: string, graceSeconds: number, actor: Actor): Promise<NewKey> {
    const key = await this.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `update api_key set expires_at = least(expires_at, now() + make_interval(secs => $3))
         where workspace_id = $1 and id = $2::uuid and revoked_at is null returning ${COLUMNS}`,
        [workspaceId, id, graceSeconds],
      );
      const [old] = decodeRows(ROW, rows);
      if (!old) throw noKey();
      const { project_id: projectId, name } = old;
      const made = await insert(tx, workspaceId, {
        projectId,
        name,
        scopes: old.scopes as KeyScope[],
        expiresAt: null,
      });
      await log(tx, workspaceId, 'api-key.rotate', id, actor, null, { graceSeconds, replacedBy: made.id });
      return made;
    });
    await this.forget();
    return key;
  }

  async revoke(workspaceId: number, id: string, actor: Actor): Promise<void> {
    await this.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `update api_key set revoked_at = now() where workspace_id = $1 and id = $2::uuid and revoked_at is null
         returning 1 as one`,
        [workspaceId, id],
      );
      if (rows.length === 0) throw noKey();
      await log(tx, workspaceId, 'api-key.revoke', id, actor, null, null);
    });
    await this.forget();
  }

  /** Keys, projects or workspaces changed. */
  forget(): Promise<void> {
    return this.cache.forget(CACHED);
  }

  private async markUsed(workspaceId: number, id: string): Promise<void> {
    const last = this.used.get(id) ?? 0;
    if (Date.now() - last < USED_EVERY_MS) return;
    this.used.set(id, Date.now());
    await this.database.system.query(
      'update api_key set last_used_at = now() where workspace_id = $1 and id = $2::uuid',
      [workspaceId, id],
    );
  }
}

async function insert(
  tx: SqlClient,
  workspaceId: number,
  key: { projectId: string; name: string; scopes: readonly KeyScope[]; expiresAt: string | null },
): Promise<NewKey> {
  const secret = newSecret(KEY_PREFIX);
  const rows = await tx.query(
    `insert into api_key (workspace_id, project_id, name, prefix, digest, scopes, expires_at)
     values ($1, $2::uuid, $3, $4, $5, $6::text[], $7::timestamptz) returning ${COLUMNS}`,
    [workspaceId, key.projectId, key.name, secret.slice(0, SHOWN), digestOf(secret), key.scopes, key.expiresAt],
  );
  return { ...keyOf(decodeRows(ROW, rows)[0] as RowShape), key: secret };
}

function noKey(): SpoorError {
  return new SpoorError('NOT_FOUND', 'There is no such API key.');
}

type RowShape = ReturnType<typeof decodeRows<typeof ROW>>[number];

function keyOf(row: RowShape): ApiKey {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as KeyScope[],
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
