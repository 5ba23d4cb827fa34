/** Brings a database to the schema of this build. Migrations are numbered, run in order and each in one transaction. */

import { spans001 } from '../migrations/001-spans';
import { compactSpans002 } from '../migrations/002-compact-spans';
import { logsAndMetrics003 } from '../migrations/003-logs-and-metrics';
import { removalAndAnnotations004 } from '../migrations/004-removal-and-annotations';
import { blocks005 } from '../migrations/005-blocks';
import { attributeOrder006 } from '../migrations/006-attribute-order';
import { savedViews007 } from '../migrations/007-saved-views';
import { retention008 } from '../migrations/008-retention';
import { modelCalls009 } from '../migrations/009-model-calls';
import { sessions010 } from '../migrations/010-sessions';
import { scores011 } from '../migrations/011-scores';
import { guardrails012 } from '../migrations/012-guardrails';
import { endpoints013 } from '../migrations/013-endpoints';
import { datasets014 } from '../migrations/014-datasets';
import { workspacePartitions015 } from '../migrations/015-workspace-partitions';
import { callKinds016 } from '../migrations/016-call-kinds';
import { alerts017 } from '../migrations/017-alerts';
import { sync018 } from '../migrations/018-sync';
import { syncProjects019 } from '../migrations/019-sync-projects';
import { deployments020 } from '../migrations/020-deployments';
import { checksums021 } from '../migrations/021-checksums';
import { deletedCounts022 } from '../migrations/022-deleted-counts';
import { retentionClock023 } from '../migrations/023-retention-clock';
import { quarantine024 } from '../migrations/024-quarantine';
import { dictionarySweep025 } from '../migrations/025-dictionary-sweep';
import { countedCalls028 } from '../migrations/028-counted-calls';
import { spanSides029 } from '../migrations/029-span-sides';
import { prunedInto030 } from '../migrations/030-pruned-into';
import { requests031 } from '../migrations/031-requests';
import { words032 } from '../migrations/032-words';
import { logBlocks033 } from '../migrations/033-log-blocks';
import { dashboards036 } from '../migrations/036-dashboards';
import { edgeDurations037 } from '../migrations/037-edge-durations';
import type { PayloadCodec } from '../payloads/payloads';
import { isEndedForOthers } from '../sql/ended-for-others';
import { decodeRows, INT4, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import landed from './landed-migrations.json';
import { CORE_REPAIRS, type Repair, repair } from './repairs';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** What SQL alone cannot do, in the same transaction. */
  readonly run?: (tx: SqlClient, codec: PayloadCodec) => Promise<void>;
}

export const MIGRATIONS: readonly Migration[] = [
  spans001,
  compactSpans002,
  logsAndMetrics003,
  removalAndAnnotations004,
  blocks005,
  attributeOrder006,
  savedViews007,
  retention008,
  modelCalls009,
  sessions010,
  scores011,
  guardrails012,
  endpoints013,
  datasets014,
  workspacePartitions015,
  callKinds016,
  alerts017,
  sync018,
  syncProjects019,
  deployments020,
  checksums021,
  deletedCounts022,
  retentionClock023,
  quarantine024,
  dictionarySweep025,
  countedCalls028,
  spanSides029,
  prunedInto030,
  requests031,
  words032,
  logBlocks033,
  dashboards036,
  edgeDurations037,
];

/** Any number, the same in every copy of the server: two that start together migrate one after the other. */
const MIGRATION_LOCK = 4_318_001;
const ATTEMPTS = 10;

export class SchemaTooNewError extends Error {
  override readonly name = 'SchemaTooNewError';
  constructor(found: number, known: number) {
    super(`The data was written by a newer Spoor (schema ${found}; this one knows ${known}). Update Spoor to open it.`);
  }
}

export class MigrationChangedError extends Error {
  override readonly name = 'MigrationChangedError';
  constructor(version: number, name: string) {
    super(`Migration ${version} (${name}) was run there in a form that this version of Spoor does not know.`);
  }
}

/** The migrations of one part of Spoor, and where a database writes down which of them it has run. */
export interface MigrationSet {
  readonly table: 'schema_migration' | 'server_migration';
  readonly migrations: readonly Migration[];
  /** Made before the migration that keeps checksums. */
  readonly repairs: readonly Repair[];
  readonly checksumsSince: number;
  /** SHA-256 of each migration's file, by version. */
  readonly checksums: ReadonlyMap<number, string>;
}

export const CORE_SCHEMA: MigrationSet = {
  table: 'schema_migration',
  migrations: MIGRATIONS,
  repairs: CORE_REPAIRS,
  checksumsSince: checksums021.version,
  checksums: checksumsByVersion(landed.core),
};

/** @param files SHA-256 by the name of the file, which begins with the version */
export function checksumsByVersion(files: Readonly<Record<string, string>>): ReadonlyMap<number, string> {
  return new Map(
    Object.entries(files).flatMap(([file, checksum]) => {
      const version = Number.parseInt(file, 10);
      return Number.isNaN(version) ? [] : [[version, checksum] as const];
    }),
  );
}

/** Whether a database that was made before has migrations to run. */
export async function isBehind(sql: SqlClient, { table, migrations }: MigrationSet): Promise<boolean> {
  const [known] = await sql.query('select 1 as found where to_regclass($1) is not null', [table]);
  if (!known) return false;
  const applied = await appliedIn(sql, table);
  return migrations.some(({ version }) => !applied.has(version));
}

/**
 * @returns the versions applied now.
 * @throws SchemaTooNewError, MigrationChangedError, leaving the data as it is.
 */
export async function migrate(sql: SqlClient, codec: PayloadCodec, set: MigrationSet = CORE_SCHEMA): Promise<number[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await migrateOnce(sql, codec, set);
    } catch (error) {
      // Copies that serve meanwhile take tables in an order of their own: nothing was done, and the next time they wait.
      if (attempt === ATTEMPTS || !isEndedForOthers(error)) throw error;
    }
  }
}

async function migrateOnce(sql: SqlClient, codec: PayloadCodec, set: MigrationSet): Promise<number[]> {
  const { table, migrations, repairs, checksumsSince, checksums } = set;
  return sql.transaction(async (tx) => {
    // A large table takes its time, and so does waiting for a copy that migrates.
    await tx.query('set local statement_timeout = 0');
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query(`create table if not exists ${table} (
      version int4 primary key, name text not null, applied_at timestamptz not null default now())`);
    const applied = await appliedIn(tx, table);
    const current = Math.max(0, ...applied.keys());
    const newest = migrations.at(-1)?.version ?? 0;
    if (current > newest) throw new SchemaTooNewError(current, newest);
    for (const { version, name } of migrations) {
      const [was, is] = [applied.get(version), checksums.get(version)];
      if (was && is && was !== is) throw new MigrationChangedError(version, name);
    }
    const keepsChecksums = applied.has(checksumsSince);
    const made = keepsChecksums ? [] : await repair(tx, repairs, new Set(applied.keys()));
    // Of two that were made side by side the later number may have come first.
    const pending = migrations.filter(({ version }) => !applied.has(version));
    for (const { version, name, sql: text, run } of pending) {
      for (const statement of statementsOf(text)) await tx.query(statement);
      await run?.(tx, codec);
      await tx.query(`insert into ${table} (version, name) values ($1, $2)`, [version, name]);
    }
    if (made.some(({ rebuilds }) => rebuilds)) {
      await tx.query('update workspace set rebuild_due = true where span_count > 0');
    }
    const keepsNow = keepsChecksums || pending.some(({ version }) => version === checksumsSince);
    if (keepsNow && pending.length > 0) await writeChecksums(tx, set);
    return pending.map(({ version }) => version);
  });
}

/** Of those that were run before they were kept, what the repairs have made them equal to. */
async function writeChecksums(tx: SqlClient, { table, checksums }: MigrationSet): Promise<void> {
  await tx.query(
    `update ${table} m set checksum = i.checksum from unnest($1::int4[], $2::text[]) as i (version, checksum)
     where i.version = m.version and m.checksum is null`,
    [[...checksums.keys()], [...checksums.values()]],
  );
}

/** Checksums by version; null: the database does not keep it yet. */
async function appliedIn(sql: SqlClient, table: MigrationSet['table']): Promise<ReadonlyMap<number, string | null>> {
  const rows = await sql.query(`select version, to_jsonb(m)->>'checksum' as checksum from ${table} m`);
  const applied = decodeRows({ version: INT4, checksum: orNull(TEXT) }, rows);
  return new Map(applied.map(({ version, checksum }) => [version, checksum]));
}

/** Statements end with a semicolon at the end of a line; migrations hold no function bodies. */
function statementsOf(sql: string): string[] {
  return sql
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/--.*$/gm, '').trim() !== '');
}
