/** The tables of what people write and share, as the wire has their rows: one JSON object of named values. */
import type { Fields, ObjectKind, ObjectRef } from '../../sync/objects';
import { decodeRows, TEXT } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';

type ColumnType = 'text' | 'bool' | 'float8' | 'int4' | 'text[]' | 'uuid' | 'trace id' | 'span id' | 'time';
type Columns = readonly (readonly [field: string, column: string, type: ColumnType])[];

interface ObjectTable {
  readonly table: string;
  readonly columns: Columns;
  /** What was found of a row as it was: nothing, once it is another. */
  readonly found?: { readonly column: string; readonly of: readonly string[] };
}

const TARGET: Columns = [
  ['traceId', 'trace_id', 'trace id'],
  ['spanId', 'span_id', 'span id'],
  ['sessionId', 'session_id', 'text'],
];
const CREATED: Columns = [['createdAt', 'created_at', 'time']];

const TABLES: Readonly<Record<ObjectKind, ObjectTable>> = {
  annotation: {
    table: 'annotation',
    columns: [...TARGET, ['bookmarked', 'bookmarked', 'bool'], ['note', 'note', 'text'], ...CREATED],
  },
  score: {
    table: 'score',
    columns: [
      ...TARGET,
      ['name', 'name', 'text'],
      ['value', 'value', 'float8'],
      ['label', 'label', 'text'],
      ['comment', 'comment', 'text'],
      ['source', 'source', 'text'],
      ...CREATED,
    ],
  },
  comment: {
    table: 'comment',
    columns: [
      ...TARGET,
      ['viewId', 'view_id', 'uuid'],
      ['parentId', 'parent_id', 'uuid'],
      ['authorId', 'author_id', 'text'],
      ['authorName', 'author_name', 'text'],
      ['text', 'text', 'text'],
      ['mentions', 'mentions', 'text[]'],
      ...CREATED,
    ],
  },
  tag: { table: 'tag', columns: [...TARGET, ['name', 'name', 'text'], ...CREATED] },
  'saved-view': {
    table: 'saved_view',
    columns: [
      ['name', 'name', 'text'],
      ['query', 'query', 'text'],
      ['last', 'last', 'text'],
      ['from', 'from_time', 'text'],
      ['to', 'to_time', 'text'],
      ['environment', 'environment', 'text'],
      ['serviceVersion', 'service_version', 'text'],
      ['team', 'team', 'text'],
      ['groupBy', 'group_by', 'text'],
      ['sort', 'sort', 'text'],
      ['columns', 'columns', 'text[]'],
      ['chart', 'chart', 'text'],
      ...CREATED,
    ],
  },
  'alert-rule': {
    table: 'alert_rule',
    columns: [
      ['name', 'name', 'text'],
      ['enabled', 'enabled', 'bool'],
      ['measure', 'measure', 'text'],
      ['query', 'query', 'text'],
      ['comparison', 'comparison', 'text'],
      ['threshold', 'threshold', 'float8'],
      ['windowSeconds', 'window_seconds', 'int4'],
      ['forSeconds', 'for_seconds', 'int4'],
      ['resolveThreshold', 'resolve_threshold', 'float8'],
      ['severity', 'severity', 'text'],
      ['mutedUntil', 'muted_until', 'text'],
      ...CREATED,
    ],
    found: {
      column: 'pending_since',
      of: [
        ...['enabled', 'measure', 'query', 'comparison', 'threshold'],
        ...['window_seconds', 'for_seconds', 'resolve_threshold'],
      ],
    },
  },
  dashboard: {
    table: 'dashboard',
    columns: [['name', 'name', 'text'], ['panels', 'panels', 'text'], ...CREATED],
  },
};

/** SQL of a value on the wire. */
function shown(column: string, type: ColumnType): string {
  if (type === 'trace id') return `replace(t.${column}::text, '-', '')`;
  if (type === 'span id') return `lpad(to_hex(t.${column}), 16, '0')`;
  if (type === 'uuid') return `t.${column}::text`;
  if (type === 'time') return `to_char(t.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return `t.${column}`;
}

/** SQL of a column, of the JSON `o`. */
function stored(field: string, type: ColumnType): string {
  const text = `o->'fields'->>'${field}'`;
  if (type === 'span id') return `('x' || (${text}))::bit(64)::int8`;
  if (type === 'trace id' || type === 'uuid') return `(${text})::uuid`;
  if (type === 'time') return `coalesce((${text})::timestamptz, now())`;
  if (type !== 'text[]') return `(${text})::${type}`;
  return `(select case when jsonb_typeof(o->'fields'->'${field}') = 'array' then array(
    select value from jsonb_array_elements_text(o->'fields'->'${field}') with ordinality order by ordinality) end)`;
}

/** SQL that takes back what was found of a row that becomes another. */
function unfound({ table, found }: ObjectTable): string {
  if (!found) return '';
  const { column, of } = found;
  const row = (from: string): string => `row(${of.map((name) => `${from}.${name}`).join(', ')})`;
  return `, ${column} = case when ${row(table)} is not distinct from ${row('excluded')} then ${table}.${column} end`;
}

/** SQL of the fields of a row of `t`, as JSON. */
function fieldsSql({ columns }: ObjectTable): string {
  return `jsonb_build_object(${columns.map(([field, column, type]) => `'${field}', ${shown(column, type)}`).join(', ')})`;
}

/** Of those that are there, by id. */
export async function readFields(
  sql: SqlStatements,
  workspaceId: number,
  kind: ObjectKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Fields>> {
  if (ids.length === 0) return new Map();
  const table = TABLES[kind];
  const rows = await sql.query(
    `select t.id::text as id, ${fieldsSql(table)}::text as fields from ${table.table} t
     where t.workspace_id = $1 and t.id = any($2::uuid[])`,
    [workspaceId, ids],
  );
  return new Map(
    decodeRows({ id: TEXT, fields: TEXT }, rows).map(({ id, fields }) => [id, JSON.parse(fields) as Fields]),
  );
}

/** Makes rows what is given, without a stamp of their own: who calls gives them theirs. */
export async function writeFields(
  tx: SqlStatements,
  workspaceId: number,
  objects: readonly (ObjectRef & { readonly fields: Fields | null })[],
): Promise<void> {
  await tx.query("select set_config('spoor.stamped', 'yes', true)");
  for (const [kind, one] of Object.entries(TABLES)) {
    const { table, columns } = one;
    const ofKind = objects.filter((object) => object.kind === kind);
    const gone = ofKind.filter(({ fields }) => fields === null).map(({ id }) => id);
    if (gone.length > 0) {
      await tx.query(`delete from ${table} where workspace_id = $1 and id = any($2::uuid[])`, [workspaceId, gone]);
    }
    const written = ofKind.filter(({ fields }) => fields !== null);
    if (written.length === 0) continue;
    const names = columns.map(([, column]) => column);
    await tx.query(
      `insert into ${table} (workspace_id, id, ${names.join(', ')})
       select $1, (o->>'id')::uuid, ${columns.map(([field, , type]) => stored(field, type)).join(', ')}
       from jsonb_array_elements($2::jsonb) o
       on conflict (workspace_id, id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')},
         version = ${table}.version + 1, updated_at = now()${unfound(one)}`,
      [workspaceId, JSON.stringify(written.map(({ id, fields }) => ({ id, fields })))],
    );
  }
  await tx.query("select set_config('spoor.stamped', '', true)");
}

/** Locks rows in the order in which everybody does, before their stamps are read. */
export async function lockRows(tx: SqlStatements, workspaceId: number, refs: readonly ObjectRef[]): Promise<void> {
  for (const [kind, { table }] of Object.entries(TABLES)) {
    const ids = refs.filter((ref) => ref.kind === kind).map(({ id }) => id);
    if (ids.length === 0) continue;
    await tx.query(
      `select 1 as one from ${table} where workspace_id = $1 and id = any($2::uuid[]) order by id for update`,
      [workspaceId, ids],
    );
  }
}

/**
 * SQL that narrows objects to those of what is shared: `v` is of `versioned_object`. Views, dashboards and rules belong to no trace.
 * @param withViews whether saved views and dashboards are shared @param withRules whether alert rules are
 */
export function sharedObjects(withViews: boolean, withRules: boolean): string {
  const whole = [...(withViews ? ["'saved-view'", "'dashboard'"] : []), ...(withRules ? ["'alert-rule'"] : [])];
  const conditions = Object.entries(TABLES).flatMap(([kind, { table, columns }]) => {
    if (!columns.some(([field]) => field === 'traceId')) return [];
    const ofView = kind === 'comment' && withViews ? ' or t.view_id is not null' : '';
    return `v.kind = '${kind}' and exists (select 1 from ${table} t where t.workspace_id = v.workspace_id and t.id = v.id and (
      exists (select 1 from sync_trace s where s.workspace_id = t.workspace_id and s.trace_id = t.trace_id
        and (s.shared_at is not null or s.pulled_mark is not null))
      or t.session_id is not null and exists (select 1 from sync_trace s join trace r
        on r.workspace_id = s.workspace_id and r.trace_id = s.trace_id
        where s.workspace_id = t.workspace_id and r.session_id = t.session_id and (s.shared_at is not null or s.pulled_mark is not null))${ofView}))`;
  });
  if (whole.length > 0) conditions.push(`v.kind in (${whole.join(', ')})`);
  return conditions.map((condition) => `(${condition})`).join(' or ');
}

/** SQL that narrows objects, `v`, to those about some traces or a session. @param ids and `session` SQL of either */
export function aboutTraces(ids: string, session: string): string {
  const kinds = Object.entries(TABLES).filter(([, { columns }]) => columns.some(([field]) => field === 'traceId'));
  return kinds
    .map(
      ([kind, { table }]) => `v.kind = '${kind}' and exists (select 1 from ${table} t
        where t.workspace_id = v.workspace_id and t.id = v.id and (t.trace_id = any(${ids}) or t.session_id = ${session}))`,
    )
    .map((condition) => `(${condition})`)
    .join(' or ');
}
