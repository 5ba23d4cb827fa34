/**
 * What a database has, as lines that can be compared: tables with their columns, indexes, constraints, triggers, functions,
 * sequences, policies, and the partitions that hang where they should. What a new database of this build has is kept beside the
 * migrations (`npm run schema` writes it); one that lacks any of it is not worked with.
 */
import { decodeRows, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

/** Tables with partitions that are made as data comes, named after their table and a number. */
const PARTITIONED = ['span', 'span_payload', 'log_record', 'payload', 'metric_point'];

const OURS = "c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition";

const CATALOG = `
select 'table ' || c.relname || case c.relkind when 'p' then ' by ' || pg_get_partkeydef(c.oid) else '' end as line
from pg_class c where ${OURS}
union all
select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || case when a.attnotnull then ' not null' else '' end
  || case when a.attidentity <> '' then ' identity' when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where ${OURS} and a.attnum > 0 and not a.attisdropped
union all
select 'index ' || i.indexrelid::regclass::text || ' ' || pg_get_indexdef(i.indexrelid)
  || case when i.indisvalid then '' else ' (not valid)' end
from pg_index i join pg_class c on c.oid = i.indrelid where ${OURS}
union all
select 'constraint ' || c.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid where ${OURS} and k.contype in ('p', 'u', 'f', 'c', 'x')
union all
select 'trigger ' || c.relname || '.' || t.tgname || ' ' || pg_get_triggerdef(t.oid)
  || case when t.tgenabled = 'D' then ' (disabled)' else '' end
from pg_trigger t join pg_class c on c.oid = t.tgrelid where ${OURS} and not t.tgisinternal
union all
select 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') ' || l.lanname || ' ' || md5(p.prosrc)
from pg_proc p join pg_language l on l.oid = p.prolang where p.pronamespace = 'public'::regnamespace
  and not exists (select 1 from pg_depend e where e.objid = p.oid and e.deptype = 'e')
union all
select 'sequence ' || c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('i', 'a'))
union all
select 'policy ' || c.relname || '.' || p.polname || ' using ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
  || ' check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') || case when c.relrowsecurity then '' else ' (off)' end
from pg_policy p join pg_class c on c.oid = p.polrelid where ${OURS}`;

/** Tables named as partitions are that hang nowhere: what they hold would not be found. */
const LOOSE = `select 'table ' || c.relname as line from pg_class c
  where ${OURS} and c.relname ~ '^(${PARTITIONED.join('|')})_[0-9]+$'`;

export async function readCatalog(sql: SqlClient): Promise<string[]> {
  const rows = await sql.query(`select line from (${CATALOG}) l order by line collate "C"`);
  return decodeRows({ line: TEXT }, rows).map(({ line }) => line);
}

export class SchemaDiffersError extends Error {
  override readonly name = 'SchemaDiffersError';
  constructor(readonly differences: readonly string[]) {
    const few = differences.slice(0, MAX_TOLD).join('; ');
    const more = differences.length > MAX_TOLD ? `; and ${differences.length - MAX_TOLD} more` : '';
    super(
      `Its tables are not those that this version of Spoor works with: ${few}${more}. It was made by a build that is not known, ` +
        'or changed by hand, or is damaged.',
    );
  }
}

/** Differences in a message: enough to see what happened. */
const MAX_TOLD = 5;

/** What a database lacks or has otherwise; what it has besides, as an index of an administrator, does no harm. */
export function differencesOf(expected: readonly string[], found: readonly string[]): string[] {
  const tables = tablesIn(found);
  const lost = [...tablesIn(expected)].filter((table) => !tables.has(table));
  if (lost.length > 0) return lost.map((table) => `table ${table} is missing`);
  const has = new Set(found);
  const wanted = new Set(expected);
  const other = new Map(found.filter((line) => !wanted.has(line)).map((line) => [nameIn(line), line]));
  const differences = expected
    .filter((line) => !has.has(line))
    .map((line) => {
      const instead = other.get(nameIn(line));
      if (instead === undefined) return `${line} is missing`;
      return `${nameIn(line)} is ${instead.slice(nameIn(line).length + 1)}, not ${line.slice(nameIn(line).length + 1)}`;
    });
  const ours = tablesIn(expected);
  const known = new Set(expected.map(nameIn));
  for (const line of found) {
    // Rows that are written here would have to fill it.
    if (!line.startsWith('column ') || known.has(nameIn(line)) || !ours.has(tableIn(line))) continue;
    if (/ not null$/.test(line)) differences.push(`${line} is not known`);
  }
  return differences;
}

/** @throws SchemaDiffersError */
export async function checkSchema(sql: SqlClient, expected: readonly string[]): Promise<void> {
  const found = await readCatalog(sql);
  const loose = decodeRows({ line: TEXT }, await sql.query(LOOSE)).map(
    ({ line }) => `${line} belongs to no other table`,
  );
  const differences = [...differencesOf(expected, found), ...loose];
  if (differences.length > 0) throw new SchemaDiffersError(differences);
}

/** Kind and name: `column trace.start_ns`. */
function nameIn(line: string): string {
  return /^\S+ (?:[^\s(]+(?:\([^)]*\))?)/.exec(line)?.[0] ?? line;
}

function tablesIn(lines: readonly string[]): Set<string> {
  return new Set(lines.filter((line) => line.startsWith('table ')).map((line) => line.split(' ')[1] ?? ''));
}

function tableIn(line: string): string {
  return line.split(/[ .]/)[1] ?? '';
}
