/** Opens what the server runs on: its database, and what stores telemetry in it. */
import type { SqlClient } from '../core/store/sql/sql-client';
import type { Log } from '../services/log';
import type { Watchdog } from '../services/watchdog';
import type { ServerDatabase } from './adapters/database';
import { openPglite } from './adapters/pglite';
import { openPostgres } from './adapters/postgresql';
import { SERVER_FOLDER } from './migrations/migrate-server';
import { type SecretBox, sealStored } from './modules/auth/service/secret-box';
import { Ingest, type IngestPort } from './modules/traces/service/ingest';
import { startIngestThread } from './modules/traces/service/ingest-thread';
import type { ServerOptions } from './options';

/**
 * @param onDamage hears once that the files of a trial are damaged
 * @param warn hears what whoever runs the server should know
 */
export function openDatabaseOf(
  { databaseUrl, dataDir, connections }: ServerOptions,
  onDamage?: (message: string) => void,
  warn?: (message: string) => void,
): Promise<ServerDatabase> | ServerDatabase {
  if (databaseUrl === null) return openPglite(dataDir, SERVER_FOLDER, onDamage, warn);
  return openPostgres({ url: databaseUrl, connections });
}

export interface IngestSurroundings {
  readonly log: Log;
  readonly onSpans: (count: number) => void;
  /** The built entry of the thread that stores. */
  readonly ingestFile: string;
  readonly watchdog: Watchdog;
  readonly onDied: (error: Error) => void;
}

/** In a thread of its own; PGlite has one connection, in this thread. */
export async function openIngest(
  { databaseUrl: url, lanes, connections }: ServerOptions,
  database: ServerDatabase,
  { log, onSpans, ingestFile: file, watchdog, onDied }: IngestSurroundings,
): Promise<IngestPort> {
  if (url !== null) {
    const workerData = { url, lanes, connections: Math.max(4, Math.floor(connections / 4)) };
    return startIngestThread({ file, workerData, log, onSpans, watchdog, onDied });
  }
  const ingest = new Ingest({ database, lanes, log, onSpans });
  await ingest.start();
  return ingest;
}

/** Secrets of the time before SPOOR_SECRET_KEY are sealed as soon as there is one. */
export async function sealOrWarn(sql: SqlClient, box: SecretBox, log: Log): Promise<void> {
  if (box.isOpen) {
    log('warn', 'set SPOOR_SECRET_KEY: the keys in the database that sign access tokens are not encrypted');
    return;
  }
  const sealed = await sealStored(sql, box);
  if (sealed > 0) log('info', 'secrets that were stored without SPOOR_SECRET_KEY are encrypted now', { sealed });
}
