/** Large files of telemetry, sent in parts: each is checked and kept, so that a cut connection costs one part and not the file. */

import { createHash } from 'node:crypto';
import type { Upload, UploadFormat, UploadState } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { TRUSTED_NOW } from '../../../../core/store/pruning/trusted-clock';
import { BOOL, BYTEA, decodeRows, INT4, INT8, orNull, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { ServerDatabase } from '../../../adapters/database';
import { timeSql } from '../../../adapters/time-sql';
import type { Jobs, Work } from '../../../jobs/jobs';

export const PART_BYTES = 4 * 1024 * 1024;
const MAX_BYTES = 1024 * 1024 * 1024;
/** Of one workspace at once, that are not imported yet. */
const MAX_OPEN = 10;
const KEPT_DAYS = 7;
export const IMPORTS = 'import';

const ROW = {
  id: TEXT,
  project_id: TEXT,
  name: TEXT,
  format: TEXT,
  gzip: BOOL,
  size_bytes: INT8,
  part_bytes: INT4,
  sha256: orNull(BYTEA),
  state: TEXT,
  error: orNull(TEXT),
  requests: INT8,
  rejected: INT8,
  created_at: TEXT,
};
const COLUMNS = `id::text as id, project_id::text as project_id, name, format, gzip, size_bytes, part_bytes, sha256, state, error,
  requests, rejected, ${timeSql('created_at')} as created_at`;

export interface NewUpload {
  readonly name: string;
  readonly format: UploadFormat;
  readonly gzip: boolean;
  readonly size: number;
  /** Hex; null: not said. */
  readonly sha256: string | null;
}

export interface ImportWork extends Work {
  readonly uploadId: string;
}

export class Uploads {
  constructor(
    private readonly database: Pick<ServerDatabase, 'tenant'>,
    private readonly jobs: Pick<Jobs, 'send' | 'wake'>,
    /** What jobs are sent with. */
    private readonly system: SqlClient,
    /** Throws where the workspace has sent all it may. */
    private readonly checkQuota: (workspaceId: number) => Promise<void>,
  ) {}

  /** @throws SpoorError VALIDATION_ERROR, CONFLICT, QuotaReached */
  async create(
    workspaceId: number,
    projectId: string,
    { name, format, gzip, size, sha256 }: NewUpload,
  ): Promise<Upload> {
    await this.checkQuota(workspaceId);
    if (size > MAX_BYTES) {
      throw new SpoorError('VALIDATION_ERROR', 'A file is at most 1 GiB; split it.', [
        { field: 'size', code: 'too_big', message: `is at most ${MAX_BYTES}` },
      ]);
    }
    const rows = await this.database.tenant(workspaceId).query(
      `insert into upload (workspace_id, project_id, name, format, gzip, size_bytes, part_bytes, sha256)
       select $1, $2::uuid, $3, $4, $5, $6, ${PART_BYTES}, decode($7, 'hex')
       where (select count(*) from upload where workspace_id = $1 and state = 'open') < ${MAX_OPEN} returning ${COLUMNS}`,
      [workspaceId, projectId, name, format, gzip, size, sha256],
    );
    const [row] = decodeRows(ROW, rows);
    if (!row) throw new SpoorError('CONFLICT', `${MAX_OPEN} uploads are open; complete or delete one of them first.`);
    return uploadOf(row, []);
  }

  /** @throws SpoorError NOT_FOUND */
  async get(workspaceId: number, projectId: string, id: string): Promise<Upload> {
    const sql = this.database.tenant(workspaceId);
    return uploadOf(await find(sql, workspaceId, projectId, id), await received(sql, workspaceId, id));
  }

  /** Sent twice, the last counts. @param n from 1 @throws SpoorError NOT_FOUND, CONFLICT, VALIDATION_ERROR */
  async put(workspaceId: number, projectId: string, id: string, n: number, body: Uint8Array, digest: string | null) {
    const sql = this.database.tenant(workspaceId);
    const row = await find(sql, workspaceId, projectId, id);
    if (row.state !== 'open') throw new SpoorError('CONFLICT', 'The upload is complete; begin another.');
    const wanted = sizeOfPart(row, n);
    if (wanted === null || body.length !== wanted) {
      const message =
        wanted === null ? `there are ${partsOf(row)} parts` : `part ${n} has ${wanted} bytes, not ${body.length}`;
      throw new SpoorError('VALIDATION_ERROR', `This is not part ${n} of the file: ${message}.`);
    }
    const sha256 = createHash('sha256').update(body).digest('hex');
    if (digest !== null && digest !== sha256) {
      throw new SpoorError(
        'VALIDATION_ERROR',
        'The part is not as it was sent: its SHA-256 is another. Send it again.',
      );
    }
    await sql.query(
      `insert into upload_part (workspace_id, upload_id, n, body) values ($1, $2::uuid, $3, $4)
       on conflict (workspace_id, upload_id, n) do update set body = excluded.body`,
      [workspaceId, id, n, body],
    );
    return { n, sha256 };
  }

  /** Looks whether all is there, then imports it. Asked twice, it is imported once. @throws SpoorError NOT_FOUND, CONFLICT */
  async complete(workspaceId: number, projectId: string, id: string): Promise<Upload> {
    await this.checkQuota(workspaceId);
    const sql = this.database.tenant(workspaceId);
    const row = await find(sql, workspaceId, projectId, id);
    const parts = await received(sql, workspaceId, id);
    if (row.state !== 'open') return uploadOf(row, parts);
    const missing = Array.from({ length: partsOf(row) }, (_, i) => i + 1).filter((n) => !parts.includes(n));
    if (missing.length > 0) {
      throw new SpoorError(
        'CONFLICT',
        `Parts are missing: ${missing.slice(0, 20).join(', ')}. Send them, then complete it.`,
      );
    }
    if (row.sha256 !== null) {
      const whole = createHash('sha256');
      for (const n of parts) whole.update(await partOf(sql, workspaceId, id, n));
      if (whole.digest('hex') !== Buffer.from(row.sha256).toString('hex')) {
        throw new SpoorError('CONFLICT', 'The file is not the one that was announced: its SHA-256 is another.');
      }
    }
    await this.system.transaction(async (tx) => {
      const begun = await tx.query(
        `update upload set state = 'importing', updated_at = now() where workspace_id = $1 and id = $2::uuid and state = 'open'
         returning 1 as one`,
        [workspaceId, id],
      );
      const work: ImportWork = { workspaceId, uploadId: id, summary: `import of ${row.name}` };
      if (begun.length > 0) await this.jobs.send(tx, IMPORTS, [work]);
    });
    this.jobs.wake();
    return this.get(workspaceId, projectId, id);
  }

  /** What was imported stays. @throws SpoorError NOT_FOUND */
  async remove(workspaceId: number, projectId: string, id: string): Promise<void> {
    const sql = this.database.tenant(workspaceId);
    await find(sql, workspaceId, projectId, id);
    await sql.query('delete from upload where workspace_id = $1 and id = $2::uuid', [workspaceId, id]);
  }
}

/** Uploads that nobody goes on with. */
export async function forgetUploads(sql: SqlClient): Promise<void> {
  await sql.query(
    `delete from upload where (workspace_id, id) in (select workspace_id, id from upload
       where updated_at < ${TRUSTED_NOW} - make_interval(days => ${KEPT_DAYS}) and state <> 'importing' limit 100)`,
  );
}

export async function partOf(sql: SqlClient, workspaceId: number, id: string, n: number): Promise<Uint8Array> {
  const rows = await sql.query(
    'select body from upload_part where workspace_id = $1 and upload_id = $2::uuid and n = $3',
    [workspaceId, id, n],
  );
  const [row] = decodeRows({ body: BYTEA }, rows);
  if (!row) throw new SpoorError('NOT_FOUND', `Part ${n} is gone.`);
  return row.body;
}

async function find(sql: SqlClient, workspaceId: number, projectId: string, id: string): Promise<UploadRow> {
  const rows = await sql.query(
    `select ${COLUMNS} from upload where workspace_id = $1 and id = $2::uuid and project_id = $3::uuid`,
    [workspaceId, id, projectId],
  );
  const [row] = decodeRows(ROW, rows);
  if (!row) throw new SpoorError('NOT_FOUND', 'There is no such upload; it may have been forgotten.');
  return row;
}

async function received(sql: SqlClient, workspaceId: number, id: string): Promise<number[]> {
  const rows = await sql.query(
    'select n from upload_part where workspace_id = $1 and upload_id = $2::uuid order by n',
    [workspaceId, id],
  );
  return decodeRows({ n: INT4 }, rows).map(({ n }) => n);
}

type UploadRow = ReturnType<typeof decodeRows<typeof ROW>>[number];

function partsOf({ size_bytes: size, part_bytes: part }: Pick<UploadRow, 'size_bytes' | 'part_bytes'>): number {
  return Math.max(1, Math.ceil(Number(size) / part));
}

/** Null: there is no such part. */
function sizeOfPart(row: UploadRow, n: number): number | null {
  const parts = partsOf(row);
  if (!Number.isInteger(n) || n < 1 || n > parts) return null;
  return n < parts ? row.part_bytes : Number(row.size_bytes) - (parts - 1) * row.part_bytes;
}

function uploadOf(row: UploadRow, parts: readonly number[]): Upload {
  return {
    id: row.id,
    name: row.name,
    format: row.format as UploadFormat,
    size: Number(row.size_bytes),
    partBytes: row.part_bytes,
    parts: partsOf(row),
    received: parts,
    state: row.state as UploadState,
    error: row.error,
    requests: Number(row.requests),
    rejected: Number(row.rejected),
    createdAt: row.created_at,
  };
}
