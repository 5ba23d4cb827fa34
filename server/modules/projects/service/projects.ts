/** Projects: what API keys belong to. */

import type { Project } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { decodeRows, INT4, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../../adapters/database';
import { timeSql } from '../../../adapters/time-sql';
import type { Actor } from '../../../http/actor';
import { auditedTable } from '../../audit/service/audit';

const ROW = { id: TEXT, name: TEXT, version: INT4, created_at: TEXT, archived_at: orNull(TEXT) };
const COLUMNS = `id::text as id, name, version, ${timeSql('created_at')} as created_at, ${timeSql('archived_at')} as archived_at`;

const log = auditedTable('project');

export class Projects {
  constructor(private readonly database: Pick<ServerDatabase, 'tenant'>) {}

  async list(workspaceId: number): Promise<Project[]> {
    const rows = await this.database
      .tenant(workspaceId)
      .query(`select ${COLUMNS} from project where workspace_id = $1 order by project.created_at, project.id`, [
        workspaceId,
      ]);
    return decodeRows(ROW, rows).map(projectOf);
  }

  /** @throws SpoorError NOT_FOUND */
  async get(workspaceId: number, id: string): Promise<Project> {
    return getIn(this.database.tenant(workspaceId), workspaceId, id);
  }

  /** @throws SpoorError CONFLICT when there is one of this name */
  async create(workspaceId: number, name: string, actor: Actor): Promise<Project> {
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const rows = await tx.query(
        `insert into project (workspace_id, name) values ($1, $2) on conflict do nothing returning ${COLUMNS}`,
        [workspaceId, name],
      );
      const [row] = decodeRows(ROW, rows);
      if (!row) throw nameTaken();
      await log(tx, workspaceId, 'project.create', row.id, actor, null, { name });
      return projectOf(row);
    });
  }

  /** @throws SpoorError NOT_FOUND, CONFLICT */
  async rename(workspaceId: number, id: string, version: number, name: string, actor: Actor): Promise<Project> {
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const old = await getIn(tx, workspaceId, id, version);
      const taken = await tx.query(
        `select 1 as one from project where workspace_id = $1 and lower(name) = lower($2) and id <> $3::uuid
           and archived_at is null`,
        [workspaceId, name, id],
      );
      if (taken.length > 0) throw nameTaken();
      const project = await update(tx, workspaceId, id, 'name = $3', name);
      await log(tx, workspaceId, 'project.update', id, actor, { name: old.name }, { name });
      return project;
    });
  }

  /** Its keys take nothing any more; what is stored stays. */
  async archive(workspaceId: number, id: string, actor: Actor): Promise<Project> {
    return this.database.tenant(workspaceId).transaction(async (tx) => {
      const old = await getIn(tx, workspaceId, id);
      if (old.archivedAt !== null) return old;
      const project = await update(tx, workspaceId, id, 'archived_at = now(), name = $3', old.name);
      await log(tx, workspaceId, 'project.archive', id, actor, null, null);
      return project;
    });
  }
}

/** @param version undefined: any @throws SpoorError NOT_FOUND, CONFLICT */
async function getIn(sql: SqlClient, workspaceId: number, id: string, version?: number): Promise<Project> {
  const rows = await sql.query(`select ${COLUMNS} from project where workspace_id = $1 and id = $2::uuid`, [
    workspaceId,
    id,
  ]);
  const [row] = decodeRows(ROW, rows);
  if (!row) throw new SpoorError('NOT_FOUND', 'There is no such project.');
  if (version !== undefined && version !== row.version) {
    throw new SpoorError('CONFLICT', 'The project was changed meanwhile; look at it again.');
  }
  return projectOf(row);
}

async function update(tx: SqlClient, workspaceId: number, id: string, change: string, value: string): Promise<Project> {
  const rows = await tx.query(
    `update project set ${change}, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2::uuid returning ${COLUMNS}`,
    [workspaceId, id, value],
  );
  return projectOf(decodeRows(ROW, rows)[0] as Parameters<typeof projectOf>[0]);
}

function nameTaken(): SpoorError {
  return new SpoorError('CONFLICT', 'There is a project of this name already.');
}

function projectOf(row: {
  id: string;
  name: string;
  version: number;
  created_at: string;
  archived_at: string | null;
}): Project {
  const { id, name, version } = row;
  return { id, name, version, createdAt: row.created_at, archivedAt: row.archived_at };
}
