/** Searches with a name. */
import { SpoorError } from '../api/errors';
import type { SavedView, SavedViewEdit } from '../api/saved-view';
import { TRACE_SORTS } from '../api/trace-list-query';
import { decodeRows, INT4, oneOf, orNull, TEXT, TEXT_ARRAY } from './row-spec';
import type { SqlClient, SqlParameter, SqlRow } from './sql-client';

const ROW = {
  id: TEXT,
  name: TEXT,
  query: TEXT,
  last: orNull(TEXT),
  from: orNull(TEXT),
  to: orNull(TEXT),
  groupBy: orNull(TEXT),
  sort: orNull(oneOf(TRACE_SORTS)),
  columns: orNull(TEXT_ARRAY),
  chart: orNull(TEXT),
  version: INT4,
  updatedAt: TEXT,
};
const COLUMNS = `id::text as id, name, query, last, from_time as "from", to_time as "to", group_by as "groupBy", sort, columns, chart, version,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "updatedAt"`;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class SavedViews {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {}

  /** Oldest first. */
  async list(): Promise<SavedView[]> {
    const rows = await this.sql.query(
      `select ${COLUMNS} from saved_view where workspace_id = $1 order by created_at, id`,
      [this.workspaceId],
    );
    return decodeRows(ROW, rows);
  }

  async create(edit: SavedViewEdit): Promise<SavedView> {
    return only(
      await this.sql.query(
        `insert into saved_view (workspace_id, name, query, last, from_time, to_time, group_by, sort, columns, chart)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10) returning ${COLUMNS}`,
        [this.workspaceId, ...values(edit)],
      ),
    );
  }

  /** @param version of what was changed. @throws SpoorError NOT_FOUND, CONFLICT when somebody else was first */
  async update(id: string, version: number, edit: SavedViewEdit): Promise<SavedView> {
    const rows = UUID.test(id)
      ? await this.sql.query(
          `update saved_view set name = $4, query = $5, last = $6, from_time = $7, to_time = $8, group_by = $9, sort = $10, columns = $11::text[], chart = $12,
             version = version + 1, updated_at = now()
           where workspace_id = $1 and id = $2::uuid and version = $3 returning ${COLUMNS}`,
          [this.workspaceId, id, version, ...values(edit)],
        )
      : [];
    if (rows.length > 0) return only(rows);
    const current = (await this.list()).find((view) => view.id === id.toLowerCase());
    if (!current) throw missing();
    throw new SpoorError(
      'CONFLICT',
      `“${current.name}” was changed meanwhile; look at it again and repeat your change.`,
      [{ field: 'version', code: 'stale', message: `the version is ${current.version}` }],
    );
  }

  /** @throws SpoorError NOT_FOUND */
  async remove(id: string): Promise<void> {
    const rows = UUID.test(id)
      ? await this.sql.query('delete from saved_view where workspace_id = $1 and id = $2::uuid returning 1 as one', [
          this.workspaceId,
          id,
        ])
      : [];
    if (rows.length === 0) throw missing();
  }
}

function values({ name, query, last, from, to, groupBy, sort, columns, chart }: SavedViewEdit): SqlParameter[] {
  const clean = (value: string | null): string | null => value?.replaceAll('\0', '\u2400') ?? null;
  return [...[name, query, last, from, to, groupBy, sort].map(clean), columns?.map(clean) ?? null, clean(chart)];
}

function only(rows: readonly SqlRow[]): SavedView {
  return decodeRows(ROW, rows)[0] as SavedView;
}

function missing(): SpoorError {
  return new SpoorError('NOT_FOUND', 'There is no such saved view; it may have been deleted.');
}
