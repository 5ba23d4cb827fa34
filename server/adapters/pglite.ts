/** The server's database for a trial: PGlite in a folder, one connection, one copy of the server. */
import { mkdir, realpath } from 'node:fs/promises';

import type { SqlClient } from '../../core/store/sql/sql-client';
import { DatabaseDamagedError } from '../../services/store/damage';
import { acquireInstanceLock } from '../../services/store/instance-lock';
import { type FolderSchema, openDatabase } from '../../services/store/open-database';
import { makeFolderPrivate } from '../../services/store/private-folder';
import { StartError } from '../../services/store/start-error';
import { whoActs } from './acting';
import { ACTOR_SETTING, REQUEST_SETTING, type ServerDatabase, TENANT_ROLE, TENANT_SETTING } from './database';

/** PostgreSQL goes on with files that it has open: whether they are still there is looked at now and then. */
const LOOK_EVERY_MS = 10_000;

/**
 * @param onDamage hears once that its files are damaged
 * @param warn hears what whoever runs the server should know
 * @param leave says why, and ends the process without closing the database: its folder is not where it was
 */
export async function openPglite(
  folder: string,
  schema: FolderSchema,
  onDamage: (message: string) => void = () => {},
  warn: (message: string) => void = say,
  leave = sayAndExit,
): Promise<ServerDatabase> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(folder);
  const warning = makeFolderPrivate(dataDir);
  if (warning !== null) warn(warning);
  // Opened twice, it would be corrupted.
  const lock = await acquireInstanceLock(dataDir, null);
  if (!lock.held) {
    const by = lock.running ? ` (process ${lock.running.pid})` : '';
    throw new StartError(
      `Another Spoor runs on ${dataDir}${by}: end it first, or choose another folder with --data-dir.`,
    );
  }
  lock.lock.describe({ pid: process.pid, ui: '', desktop: false });
  lock.lock.onLost(leave);
  const { db, sql, guard, uncopied, onDisk } = await openDatabase(dataDir, null, {
    schema,
    onFull: () => leave(`The disk of ${dataDir} is full: free some space, then start the server again.`),
  }).catch((error: unknown) => {
    throw error instanceof DatabaseDamagedError ? new StartError(error.message) : error;
  });
  if (uncopied !== null) warn(`the update is done without a copy: ${uncopied}`);
  // Nobody starts PGlite again in this thread.
  guard.watch(onDamage, null);
  const looks = setInterval(() => void guard.look().catch(() => {}), LOOK_EVERY_MS);
  looks.unref();
  await onDisk;
  return {
    engine: 'pglite',
    system: sql,
    tenant: (workspaceId) => tenantOver(sql, workspaceId),
    async execute(text, values) {
      guard.demandWhole();
      try {
        if (values && values.length > 0) return await db.query(text, [...values]);
        // Several statements, whose results nobody needs but the last one's.
        return (await db.exec(text)).at(-1) ?? { rows: [] };
      } catch (error) {
        throw await guard.judge(error);
      }
    },
    // One process has one connection: every workspace is its own.
    lane: async () => ({ sql, own: async () => true, disown: async () => {}, close: async () => {} }),
    async listen(channel, hear) {
      await db.listen(channel, hear);
    },
    async notify(channel, payload) {
      await sql.query('select pg_notify($1, $2)', [channel, payload]);
    },
    damage: () => guard.message,
    async close() {
      clearInterval(looks);
      // One that is damaged may not close.
      await db.close().catch(() => {});
      await lock.lock.release();
    },
  };
}

function say(message: string): void {
  process.stderr.write(`spoor-server: ${message}\n`);
}

function sayAndExit(message: string): void {
  say(message);
  process.exit(1);
}

/** Each statement in a transaction that is of the tenant's role: there is one connection for all. */
function tenantOver(sql: SqlClient, workspaceId: number): SqlClient {
  const transaction: SqlClient['transaction'] = (run, kind) =>
    sql.transaction(async (tx) => {
      await tx.query(`set local role ${TENANT_ROLE}`);
      const actor = whoActs();
      await tx.query(
        `select set_config('${TENANT_SETTING}', $1, true), set_config('${ACTOR_SETTING}', $2, true),
           set_config('${REQUEST_SETTING}', $3, true)`,
        [String(workspaceId), actor?.name ?? '', actor?.requestId ?? ''],
      );
      return run(tx);
    }, kind);
  return {
    transaction,
    snapshot: (run, goesOn) => sql.snapshot(run, goesOn),
    query: (...args) => transaction((tx) => tx.query(...args)),
    execute: (...args) => transaction((tx) => tx.execute(...args)),
    copyIn: (...args) => transaction((tx) => tx.copyIn(...args)),
    copyOut: (...args) => transaction((tx) => tx.copyOut(...args)),
  };
}
