/**
 * Migrations were changed after databases had run them. Here is what such a database lacks, for every form that a migration once
 * had: a repair is made where its migration was run and `needed` says so, before the migrations that follow. Those that are not
 * here end the same in every form (002 and 009: what differed is made anew by 005 and 016).
 */
import { FUNCTIONS_018, TRIGGERS_018 } from '../migrations/018-sync';
import { SERVICE_EDGE_SQL } from '../migrations/service-edge';
import { BOOL, decodeRows } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

export interface Repair {
  /** The migration that was changed. */
  readonly of: number;
  readonly name: string;
  /** Selects whether it is needed, as `needed`. */
  readonly needed: string;
  readonly statements: readonly string[];
  /** Read models hold less than the spans say. */
  readonly rebuilds?: boolean;
}

const lacksColumn = (table: string, column: string): string => `not ${hasColumn(table, column)}`;
const hasColumn = (table: string, column: string): string =>
  `exists (select 1 from pg_attribute where attrelid = to_regclass('${table}') and attname = '${column}' and not attisdropped)`;
const lacksText = (definition: string, text: string): string =>
  `coalesce(position('${text}' in ${definition}) = 0, true)`;

export const CORE_REPAIRS: readonly Repair[] = [
  {
    of: 5,
    name: 'the index of long traces compares numbers that have a difference',
    needed: lacksText("pg_get_indexdef(to_regclass('trace_long'))", 'double precision'),
    statements: [
      'drop index if exists trace_long',
      'create index trace_long on trace (workspace_id, start_ns desc) where end_ns::float8 - start_ns::float8 > 6e11',
    ],
  },
  {
    of: 8,
    name: 'saved views say how they show what they find',
    needed: lacksColumn('saved_view', 'sort'),
    statements: [
      'alter table saved_view add column sort text',
      'alter table saved_view add column columns text[]',
      'alter table saved_view add column chart text',
    ],
  },
  {
    of: 8,
    name: 'calls between services',
    needed: "to_regclass('service_edge') is null",
    statements: SERVICE_EDGE_SQL.split(/;\s*\n/).filter((statement) => statement.trim() !== ''),
    rebuilds: true,
  },
  {
    of: 18,
    name: 'alert rules are found by workspace and id',
    needed: "to_regclass('alert_rule_workspace_id_id_key') is null",
    statements: ['alter table alert_rule add unique (workspace_id, id)'],
  },
  {
    of: 18,
    name: 'who may read alone writes nothing of the team',
    needed: lacksText("(select prosrc from pg_proc where proname = 'stamp_object')", 'SP403'),
    statements: [
      ...FUNCTIONS_018.map((made) => made.replace('create function', 'create or replace function')),
      ...TRIGGERS_018.map((made) => made.replace('create trigger', 'create or replace trigger')),
    ],
  },
  {
    of: 18,
    name: 'why a trace is shared follows from the rules',
    needed: hasColumn('sync_trace', 'reason'),
    statements: ['alter table sync_trace drop column reason'],
  },
  {
    of: 19,
    name: 'projects of a server are named by text',
    needed: `exists (select 1 from pg_attribute
      where attrelid = 'sync_trace'::regclass and attname = 'project_id' and atttypid = 'uuid'::regtype)`,
    statements: ['alter table sync_trace alter column project_id type text'],
  },
  {
    of: 20,
    name: 'saved views are narrowed to deployments',
    needed: lacksColumn('saved_view', 'environment'),
    statements: [
      'alter table saved_view add column environment text',
      'alter table saved_view add column service_version text',
      'alter table saved_view add column team text',
    ],
  },
  {
    of: 22,
    name: 'the index of deleted traces has a name that no migration of the server has',
    needed: "to_regclass('deleted_trace') is null",
    statements: [
      'drop index if exists trace_deleted',
      'create index deleted_trace on trace (workspace_id, deleted_at) where deleted_at is not null',
    ],
  },
];

/** @param applied migrations that were run @returns those that were needed */
export async function repair(
  tx: SqlClient,
  repairs: readonly Repair[],
  applied: ReadonlySet<number>,
): Promise<readonly Repair[]> {
  const made: Repair[] = [];
  for (const one of repairs) {
    if (!applied.has(one.of)) continue;
    const rows = await tx.query(`select (${one.needed}) as needed`);
    if (decodeRows({ needed: BOOL }, rows)[0]?.needed !== true) continue;
    for (const statement of one.statements) await tx.query(statement);
    made.push(one);
  }
  return made;
}
