/**
 * Opens the database of a data folder. A new one is copied from a template that the build made, because initdb takes seconds;
 * one that will not open is left exactly as it is.
 *
 * The settings (resources/database-settings.json) are shared with the script that makes the template: small WAL segments, so
 * that an empty database takes 30 MB, and a bounded WAL. A commit is on disk before it is acknowledged (durable-fs.ts).
 */
import { cp, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { migrate } from '../../core/store/migrate';
import { checkSchema } from '../../core/store/schema/catalog';
import expected from '../../core/store/schema/core-catalog.json';
import type { SqlClient } from '../../core/store/sql-client';
import settings from '../../resources/database-settings.json';
import { DURABLE_START_PARAMETERS, DurableFs } from './durable-fs';
import { deflateCodec } from './payload-codec';
import { pgliteClient } from './pglite-client';
import { closeTree } from './private-folder';

export interface OpenDatabase {
  readonly db: PGlite;
  readonly sql: SqlClient;
  readonly directory: string;
  /** Resolves when the copy that a first start made is on disk too: nothing is acknowledged before. */
  readonly onDisk: Promise<void>;
}

/** @throws Error saying which folder is affected and that it was left as it is. */
export async function openDatabase(
  dataDir: string,
  templateDir: string | null,
  schema: (sql: SqlClient) => Promise<void> = desktopSchema,
): Promise<OpenDatabase> {
  const directory = join(dataDir, 'db');
  const isNew = !(await exists(join(directory, 'PG_VERSION')));
  try {
    if (isNew && templateDir !== null) await copyTemplate(templateDir, directory);
    const onDisk = isNew ? syncTree(dataDir) : Promise.resolve();
    onDisk.catch(() => {}); // whoever appends first hears of it
    const db = await PGlite.create({
      fs: new DurableFs(directory),
      startParams: DURABLE_START_PARAMETERS,
      initDbStartParams: settings.initdbParameters,
      // The template brings its own; appending on every start would grow the file.
      ...(isNew && templateDir === null ? { postgresqlconf: settings.postgresConf } : {}),
    });
    const sql = pgliteClient(db);
    await schema(sql);
    return { db, sql, directory, onDisk };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.?$/, '.');
    throw new Error(
      `The database in ${directory} could not be opened: ${reason} Nothing was changed there. ` +
        'Start with --data-dir and another folder, or move this one aside to begin afresh.',
    );
  }
}

/** All or nothing. */
function desktopSchema(sql: SqlClient): Promise<void> {
  return sql.transaction(async (tx) => {
    await migrate(tx, deflateCodec);
    await checkSchema(tx, expected.catalog);
  });
}

/** Copies beside, then renames: a copy cut short never looks like a database. */
async function copyTemplate(templateDir: string, directory: string): Promise<void> {
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await cp(templateDir, partial, { recursive: true });
  // Built for everybody, and copied with its modes.
  closeTree(partial);
  await rename(partial, directory);
}

/** Files vanish meanwhile: PostgreSQL is at work in them, and syncs what it makes. */
async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  if (process.platform !== 'win32') await syncFile(directory);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return;
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
