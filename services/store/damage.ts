/** Which errors mean that the files of a database are not what they were, and what is said of it. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRows, TEXT } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { copyPathOf } from './copy-before';

/** The database's files are damaged, or it cannot be read. The message is for people. */
export class DatabaseDamagedError extends Error {
  override readonly name = 'DatabaseDamagedError';
}

/** An SQLSTATE, which PostgreSQL says; Node's codes are longer or begin with E. */
const IS_STATE = /^(?!E)[0-9A-Z]{5}$/;
/** SQLSTATE: corrupted data or index, a file that is missing, an error of the disk. */
const DAMAGE_STATES = /^(?:XX00[12]|58P01|58030)$/;
/** Internal errors of PostgreSQL, most of which mean that a catalog or an index does not have what it must. */
const INTERNAL = 'XX000';
const INTERNAL_DAMAGE =
  /cache lookup failed|catalog is missing|could not (?:find (?:tuple|attribute|block)|open relation|access status)|wraparound|missing chunk|unexpected (?:chunk|zero page|data beyond)|corrupt|failed to re-?find|invalid (?:page|tuple|block|item|line)/i;
/** Its catalogs do not have what was there at the start. */
const DOUBTFUL_STATES = /^(?:42(?:P01|703|704|883|P07)|XX000)$/;
const FULL_STATE = '53100';
const FULL = /No space left on device|ENOSPC/i;
/** Errors of the system around PostgreSQL. Of another class what a text holds may be what somebody sent, or a want that passes. */
const SYSTEM_STATES = /^58/;
const READ_ERRORS =
  /could not (?:read|open|access|fsync|stat|seek|extend|truncate)[^"]{0,100} (?:block|file|relation|directory|status)|invalid page|checksum verification failed|input\/output error|\bEIO\b/i;

export function isDamage(error: unknown): boolean {
  const { code, message = '' } = partsOf(error);
  if (error instanceof DatabaseDamagedError) return true;
  if (isFull(error)) return false;
  if (code === INTERNAL) return INTERNAL_DAMAGE.test(message);
  return DAMAGE_STATES.test(code) || code === 'EIO' || (SYSTEM_STATES.test(code) && READ_ERRORS.test(message));
}

/** The disk has no room, which is not damage: it is over when there is some. */
export function isFull(error: unknown): boolean {
  const { code, message = '' } = partsOf(error);
  if (code === FULL_STATE || code === 'ENOSPC') return true;
  return (!IS_STATE.test(code) || /^(?:58|XX)/.test(code)) && FULL.test(message);
}

/** Whether an error may mean damage, which comparing the catalogs tells. */
export function isDoubtful(error: unknown): boolean {
  return DOUBTFUL_STATES.test(partsOf(error).code);
}

/** PGlite ended: PostgreSQL inside it came to where it cannot go on. */
export function isAbort(error: unknown): boolean {
  const { code, name, message = '' } = partsOf(error);
  return (
    error instanceof WebAssembly.RuntimeError ||
    name === 'ExitStatus' ||
    (!IS_STATE.test(code) && /^(?:Aborted\(|PGlite is closed|PGlite failed to initialize)/.test(message))
  );
}

/** Of the error alone, as a sentence without its end, in words that are not those of a build of PGlite. */
export function reasonOf(error: unknown): string {
  const { code, message = String(error) } = partsOf(error);
  if (isAbort(error) && /^PGlite failed to initialize/.test(message)) return 'PostgreSQL does not start on its files';
  if (isAbort(error)) return 'PostgreSQL ended in the middle of its work';
  let end = message.length;
  while (message[end - 1] === '.') end--;
  const said = message.slice(0, end);
  return IS_STATE.test(code) ? `PostgreSQL says: ${said}` : said;
}

/**
 * What is wrong, and the ways on; nothing is removed.
 * @param done what was done in the folder until it was noticed, as sentences; empty where it served before
 */
export async function damagedMessage(directory: string, reason: string, done = ''): Promise<string> {
  const copy = copyPathOf(directory);
  const hasCopy = await stat(copy).then(
    () => true,
    () => false,
  );
  const back = hasCopy
    ? `Put a backup in its place, or the copy from before the last update, ${copy}`
    : 'Put a backup in its place if there is one';
  return (
    `The database in ${directory} is damaged. ${reason}.${done === '' ? '' : ` ${done}`} ` +
    'Nothing more is stored in it or read from it, and programs that send are told to try again later. ' +
    `To go on: end Spoor, copy ${directory} to a safe place, and start again, in case the disk was only away for a moment. ` +
    `If this comes back, end Spoor and move the folder aside. ${back}; without one, Spoor begins with an empty database.`
  );
}

/**
 * The first of its tables and indexes whose file is gone; null: there is none. PostgreSQL has files open, and would go on for long
 * with one that nobody will find again. How long they are says nothing: a vacuum cuts them before it writes that down.
 */
export async function lostFile(sql: SqlClient, directory: string): Promise<string | null> {
  const lost = await lostFiles(sql, directory);
  if (lost.size === 0) return null;
  // A table that was dropped or emptied meanwhile is not lost.
  const again = await lostFiles(sql, directory);
  const file = [...again].find((path) => lost.has(path));
  return file === undefined ? null : `The file ${file} is missing there`;
}

async function lostFiles(sql: SqlClient, directory: string): Promise<Set<string>> {
  const rows = decodeRows({ path: TEXT }, await sql.query(FILES));
  // At once: a look costs microseconds, a promise of one ten times that.
  return new Set(rows.map(({ path }) => path).filter((path) => !existsSync(join(directory, path))));
}

const FILES = `select pg_relation_filepath(oid)::text as path from pg_class
  where relkind in ('r', 'i', 't', 'S', 'm') and relpersistence = 'p' and pg_relation_filepath(oid) is not null`;

/** What every database has; without it PostgreSQL would not start, and some of it PGlite would make anew. */
const NEEDED = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal', 'pg_xact'];
const CONTROL_BYTES = 8192;

/** Whether there is a database to open. @throws DatabaseDamagedError when there is a part of one; nothing was changed then */
export async function hasDatabase(directory: string): Promise<boolean> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return false;
  const version = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version !== '' && !/^\d+\s*$/.test(version)) throw new Error('PG_VERSION there names no version of PostgreSQL');
  for (const path of NEEDED) {
    const found = await stat(join(directory, path)).catch(() => null);
    if (!found) throw new DatabaseDamagedError(`${path} is missing there`);
    if (found.isFile() && found.size === 0) throw new DatabaseDamagedError(`${path} is empty`);
    if (path.endsWith('pg_control') && found.size < CONTROL_BYTES)
      throw new DatabaseDamagedError(`${path} is cut short`);
  }
  return true;
}

function partsOf(error: unknown): { readonly code: string; readonly name?: string; readonly message?: string } {
  if (typeof error !== 'object' || error === null) return { code: '' };
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    ...(typeof name === 'string' && { name }),
    ...(typeof message === 'string' && { message }),
  };
}
