/**
 * Opens the database of a data folder. A new one is copied from a template that the build made, because initdb takes seconds; one
 * that is damaged is left to its owner, and one whose tables are to change is copied first (copy-before.ts).
 *
 * The settings (resources/database-settings.json) are shared with the script that makes the template: small WAL segments, so
 * that an empty database takes 30 MB, and a bounded WAL. A commit is on disk before it is acknowledged (durable-fs.ts).
 */
import { cp, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { checkSchema } from '../../core/store/schema/catalog';
import expected from '../../core/store/schema/core-catalog.json';
import { CORE_SCHEMA, isBehind, migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import settings from '../../resources/database-settings.json';
import { archivedPGlite } from './archived-pglite';
import { copyBefore, updateDone } from './copy-before';
import {
  DatabaseDamagedError,
  damagedMessage,
  hasDatabase,
  isAbort,
  isDamage,
  isDoubtful,
  lostFile,
  reasonOf,
} from './damage';
import { DatabaseGuard, guarded } from './database-guard';
import { DURABLE_START_PARAMETERS, DurableFs } from './durable-fs';
import { LostRows } from './lost-rows';
import { deflateCodec } from './payload-codec';
import { pgliteClient } from './pglite-client';
import { closeTree } from './private-folder';
import { syncTree } from './sync-tree';
import { deferOptimization } from './wasm-tiering';

export interface OpenDatabase {
  readonly db: PGlite;
  readonly sql: SqlClient;
  readonly directory: string;
  /** What it finds out about the database while statements run. */
  readonly guard: DatabaseGuard;
  /** Why there is no copy from before an update; null: there is one, or nothing was updated. */
  readonly uncopied: string | null;
  /** Resolves when the copy that a first start made is on disk too: nothing is acknowledged before. */
  readonly onDisk: Promise<void>;
}

/** What tables a database is to have. */
export interface FolderSchema {
  /** Whether one that was made before has to change. */
  isBehind(sql: SqlClient): Promise<boolean>;
  /** All or nothing. @throws Error when it is none that can be worked with */
  bring(sql: SqlClient): Promise<void>;
  /** @throws Error when it has become another */
  check(sql: SqlClient): Promise<void>;
}

const DESKTOP_FOLDER: FolderSchema = {
  isBehind: (sql) => isBehind(sql, CORE_SCHEMA),
  bring: (sql) =>
    sql.transaction(async (tx) => {
      await migrate(tx, deflateCodec);
      await checkSchema(tx, expected.catalog);
    }),
  check: (sql) => checkSchema(sql, expected.catalog),
};

interface OpenOptions {
  readonly schema?: FolderSchema;
  /** Ends the thread where a write found no room (durable-fs.ts). */
  readonly onFull?: () => void;
}

/** @throws DatabaseDamagedError, or Error saying which folder is affected and what was done there. */
export async function openDatabase(
  dataDir: string,
  templateDir: string | null,
  { schema = DESKTOP_FOLDER, onFull = () => {} }: OpenOptions = {},
): Promise<OpenDatabase> {
  const directory = join(dataDir, 'db');
  let isTouched = false;
  try {
    const isNew = !(await hasDatabase(directory));
    if (isNew) await makeDatabase(templateDir, directory, onFull);
    const onDisk = isNew ? syncTree(dataDir) : Promise.resolve();
    onDisk.catch(() => {}); // whoever appends first hears of it
    isTouched = true;
    let db = await start(directory, false, onFull);
    let uncopied: string | null = null;
    if (!isNew && (await schema.isBehind(pgliteClient(db)))) {
      await db.close();
      uncopied = await copyBefore(directory);
      db = await start(directory, false, onFull);
    }
    const plain = pgliteClient(db);
    await schema.bring(plain);
    await updateDone(directory);
    const rows = new LostRows(plain, directory);
    const guard = new DatabaseGuard(directory, () => schema.check(plain), {
      look: async () => (await lostFile(plain, directory)) ?? (await rows.look()),
      search: () => rows.search(),
    });
    return { db, sql: guarded(plain, guard), directory, guard, uncopied, onDisk };
  } catch (error) {
    throw await failureOf(error, directory, isTouched);
  }
}

async function start(directory: string, isEmpty: boolean, onFull: () => void): Promise<PGlite> {
  deferOptimization();
  return PGlite.create({
    ...(await archivedPGlite()),
    fs: new DurableFs(directory, onFull),
    startParams: DURABLE_START_PARAMETERS,
    initDbStartParams: settings.initdbParameters,
    // The template brings its own; appending on every start would grow the file.
    ...(isEmpty ? { postgresqlconf: settings.postgresConf } : {}),
  });
}

async function failureOf(error: unknown, directory: string, isTouched: boolean): Promise<Error> {
  // PostgreSQL repeats what its log holds before anything can be asked of it; tables change all at once or not at all.
  const done = isTouched
    ? 'Nothing that is stored was taken out, and what an update had begun was undone.'
    : 'Nothing was changed there.';
  // Of tables that are there and not written down, or the other way round, one was lost.
  if (isDamage(error) || isAbort(error) || isDoubtful(error)) {
    return new DatabaseDamagedError(await damagedMessage(directory, reasonOf(error), done));
  }
  return new Error(
    `The database in ${directory} could not be opened: ${reasonOf(error)}. ${done} ` +
      'Start with --data-dir and another folder, or move this one aside to begin afresh.',
  );
}

/** Of those that initdb makes (`subdirs` in its source), the ones in which nothing may be. */
const EMPTY_FOLDERS = [
  ...['archive_status', 'summaries'].map((name) => `pg_wal/${name}`),
  ...['mappings', 'snapshots'].map((name) => `pg_logical/${name}`),
  ...[
    'commit_ts',
    'dynshmem',
    'notify',
    'replslot',
    'serial',
    'snapshots',
    'stat',
    'stat_tmp',
    'tblspc',
    'twophase',
  ].map((name) => `pg_${name}`),
];

/** Makes it beside, then renames: what is cut short never looks like a database, and goes at the next start. @param templateDir null: initdb makes it */
async function makeDatabase(templateDir: string | null, directory: string, onFull: () => void): Promise<void> {
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  if (templateDir === null) await (await start(partial, true, onFull)).close();
  else {
    await cp(templateDir, partial, { recursive: true });
    // A package of npm holds no empty folders, and PostgreSQL does not start without them.
    for (const name of EMPTY_FOLDERS) await mkdir(join(partial, name), { recursive: true });
    // Built for everybody, and copied with its modes.
    closeTree(partial);
  }
  // Where there is a folder, it is empty.
  await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(partial, directory);
}
