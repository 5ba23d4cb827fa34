/** Rows that people change: each has an id and a version, and who changes an old version is told so instead of losing what another wrote. */

import type { Page } from '../../api/page';
import { SpoorError } from '../../model/errors';
import { CREATED_CURSOR, decodeCursor, pageOf } from './cursor';
import { decodeRows, INT4, INT8, type RowOf, type RowSpec, TEXT } from './row-spec';
import type { SqlClient, SqlParameter } from './sql-client';
import { WhereBuilder } from './where';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DEFAULT_LIMIT = 50;
const VERSIONED = { id: TEXT, version: INT4, createdAt: TEXT, updatedAt: TEXT, position: INT8 };

type Versioned<S extends RowSpec> = RowOf<S> & {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** As it is read, with its place in the order. */
type Placed<S extends RowSpec> = { readonly [K in keyof S]: unknown } & {
  readonly id: string;
  readonly position: bigint;
};

interface TableSpec<S extends RowSpec> {
  readonly table: string;
  /** What a person calls a row of it. */
  readonly noun: string;
  readonly spec: S;
  /** SQL of each column of `spec` over `t`. */
  readonly select: { readonly [K in keyof S]: string };
}

/** Values by column; a cast may follow the name: `trace_id::uuid`. */
export type ColumnValues = { readonly [column: string]: SqlParameter };

export class VersionedTable<S extends RowSpec> {
  private readonly columns: string;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly table: TableSpec<S>,
  ) {
    const own = Object.entries(table.select).map(([name, sql]) => `${sql} as "${name}"`);
    const rfc3339 = (column: string): string =>
      `to_char(t.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    this.columns = `t.id::text as id, t.version, ${rfc3339('created_at')} as "createdAt", ${rfc3339('updated_at')} as "updatedAt",
      (extract(epoch from t.created_at) * 1000000)::int8 as position, ${own.join(', ')}`;
  }

  /** Oldest first. @param narrow adds conditions over `t` @throws SpoorError VALIDATION_ERROR */
  async page(
    { limit = DEFAULT_LIMIT, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
    narrow: (where: WhereBuilder) => void = () => {},
  ): Promise<Page<Versioned<S>>> {
    const where = new WhereBuilder(this.workspaceId, 't');
    narrow(where);
    if (cursor) {
      const { at, tie } = decodeCursor(CREATED_CURSOR, cursor);
      where.and(`(t.created_at, t.id) > (timestamptz 'epoch' + ?::int8 * interval '1 microsecond', ?::uuid)`, at, tie);
    }
    const rows = await this.read(`${where.sql} order by t.created_at, t.id limit ${limit + 1}`, where.parameters);
    return pageOf(CREATED_CURSOR, rows, limit, ({ position, id }) => ({ at: position, tie: id }), withoutPosition<S>);
  }

  /** All there are, oldest first. */
  async all(narrow: (where: WhereBuilder) => void = () => {}): Promise<Versioned<S>[]> {
    const where = new WhereBuilder(this.workspaceId, 't');
    narrow(where);
    return (await this.read(`${where.sql} order by t.created_at, t.id`, where.parameters)).map(withoutPosition<S>);
  }

  /** @throws SpoorError NOT_FOUND */
  async get(id: string): Promise<Versioned<S>> {
    const rows = UUID.test(id)
      ? await this.read('t.workspace_id = $1 and t.id = $2::uuid', [this.workspaceId, id])
      : [];
    if (!rows[0]) throw this.missing();
    return withoutPosition<S>(rows[0]);
  }

  async insert(values: ColumnValues): Promise<Versioned<S>> {
    const columns = Object.keys(values).map(splitCast);
    const rows = await this.sql.query(
      `insert into ${this.table.table} (workspace_id, ${columns.map(([name]) => name).join(', ')})
       values ($1, ${columns.map(([, cast], i) => `$${i + 2}${cast}`).join(', ')}) returning id::text as id`,
      [this.workspaceId, ...Object.values(values)],
    );
    return this.get(decodeRows({ id: TEXT }, rows)[0]?.id ?? '');
  }

  /** @param version of what was changed. @throws SpoorError NOT_FOUND, CONFLICT when somebody else was first */
  async update(id: string, version: number, values: ColumnValues): Promise<Versioned<S>> {
    const current = await this.get(id);
    const columns = Object.keys(values).map(splitCast);
    const changed = await this.sql.query(
      `update ${this.table.table} set ${columns.map(([name, cast], i) => `${name} = $${i + 4}${cast}`).join(', ')},
         version = version + 1, updated_at = now()
       where workspace_id = $1 and id = $2::uuid and version = $3 returning 1 as one`,
      [this.workspaceId, id, version, ...Object.values(values)],
    );
    if (changed.length > 0) return this.get(id);
    throw new SpoorError(
      'CONFLICT',
      `This ${this.table.noun} was changed meanwhile; look at it again and repeat your change.`,
      [{ field: 'version', code: 'stale', message: `the version is ${current.version}` }],
    );
  }

  /** @throws SpoorError NOT_FOUND */
  async remove(id: string): Promise<void> {
    const rows = UUID.test(id)
      ? await this.sql.query(
          `delete from ${this.table.table} where workspace_id = $1 and id = $2::uuid returning 1 as one`,
          [this.workspaceId, id],
        )
      : [];
    if (rows.length === 0) throw this.missing();
  }

  private async read(condition: string, parameters: readonly SqlParameter[]) {
    const rows = await this.sql.query(
      `select ${this.columns} from ${this.table.table} t where ${condition}`,
      parameters,
    );
    return decodeRows({ ...this.table.spec, ...VERSIONED }, rows) as unknown as Placed<S>[];
  }

  private missing(): SpoorError {
    return new SpoorError('NOT_FOUND', `There is no such ${this.table.noun}; it may have been deleted.`);
  }
}

function withoutPosition<S extends RowSpec>({ position: _, ...row }: Placed<S>): Versioned<S> {
  return row as unknown as Versioned<S>;
}

function splitCast(column: string): readonly [name: string, cast: string] {
  const [name = '', cast] = column.split('::');
  return [name, cast === undefined ? '' : `::${cast}`];
}

/** Text as PostgreSQL holds it. */
export function clean<T extends string | null>(text: T): T {
  return (text?.replaceAll('\0', '\u2400') ?? null) as T;
}
