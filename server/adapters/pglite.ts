/** The server's database for a trial: PGlite in a folder, one connection, one copy of the server. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { SqlClient } from '../../core/store/sql-client';
import { acquireInstanceLock } from '../../services/store/instance-lock';
import { openDatabase } from '../../services/store/open-database';
import { StartError } from '../../services/store/start-error';
import { type ServerDatabase, TENANT_ROLE, TENANT_SETTING } from './database';

export async function openPglite(dataDir: string): Promise<ServerDatabase> {
  await mkdir(join(dataDir, 'db'), { recursive: true, mode: 0o700 });
  // Opened twice, it would be corrupted.
  const lock = await acquireInstanceLock(dataDir, null);
  if (!lock.held) {
    const by = lock.running ? ` (process ${lock.running.pid})` : '';
    throw new StartError(
      `Another Spoor runs on ${dataDir}${by}: end it first, or choose another folder with --data-dir.`,
    );
  }
  lock.lock.describe({ pid: process.pid, ui: '', desktop: false });
  const { db, sql, onDisk } = await openDatabase(dataDir, null);
  await onDisk;
  const heard = new Map<string, (payload: string) => void>();
  return {
    engine: 'pglite',
    system: sql,
    tenant: (workspaceId) => tenantOver(sql, workspaceId),
    // One process has one connection: every workspace is its own.
    lane: async () => ({ sql, own: async () => true, disown: async () => {}, close: async () => {} }),
    async listen(channel, hear) {
      heard.set(channel, hear);
    },
    async notify(channel, payload) {
      heard.get(channel)?.(payload);
    },
    async close() {
      await db.close();
      await lock.lock.release();
    },
  };
}

/** Each statement in a transaction that is of the tenant's role: there is one connection for all. */
function tenantOver(sql: SqlClient, workspaceId: number): SqlClient {
  const transaction: SqlClient['transaction'] = (run) =>
    sql.transaction(async (tx) => {
      await tx.query(`set local role ${TENANT_ROLE}`);
      await tx.query('select set_config($1, $2, true)', [TENANT_SETTING, String(workspaceId)]);
      return run(tx);
    });
  return {
    transaction,
    query: (...args) => transaction((tx) => tx.query(...args)),
    copyIn: (...args) => transaction((tx) => tx.copyIn(...args)),
    copyOut: (...args) => transaction((tx) => tx.copyOut(...args)),
  };
}
