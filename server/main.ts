#!/usr/bin/env node
/** `spoor-server`: the process. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import pino from 'pino';
import { settleClock } from '../core/store/pruning/trusted-clock';
import { version } from '../package.json';
import { onLastResort, outliveOutput } from '../services/last-resort';
import type { Log } from '../services/log';
import { createPrivately } from '../services/store/private-folder';
import { isUnavailable } from './adapters/database-errors';
import { migrateServer } from './migrations/migrate-server';
import { setQuota } from './modules/workspaces/service/quotas';
import { openDatabaseOf } from './opening';
import { parseServerOptions, USAGE, UsageError } from './options';
import { rebuildWorkspaces } from './rebuild';
import { startServer } from './server';

/** Longer than requests that are under way get. */
const LAST_DRAIN_MS = 25_000;

const output = pino.destination({ fd: 2, sync: false });
const logger = pino(
  { level: process.env.SPOOR_LOG_LEVEL ?? 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime },
  output,
);
outliveOutput(output, process.stdout, process.stderr);
const log: Log = (level, message, fields) => logger[level]({ ...fields }, message);

// Threads of ours share the cores with each other and with PostgreSQL: what V8's helpers take from them costs more than a scavenge
// gains by being parallel (ADR 019).
setFlagsFromString('--no-parallel-scavenge');

/** What is to be closed before the process ends; nothing before the server has started. */
let close = async (): Promise<void> => {};
const flushedExit = (code: number): void => {
  logger.flush(() => process.exit(code));
  // Where nobody reads the log, it is never flushed.
  setTimeout(() => process.exit(code), 1_000);
};
const die = onLastResort({
  name: 'the server',
  log,
  drain: () => close(),
  exit: flushedExit,
  drainMs: LAST_DRAIN_MS,
});

async function main(): Promise<void> {
  createPrivately();
  const options = parseServerOptions(process.argv.slice(2), process.env);
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  for (const warning of options.warnings) log('warn', warning);
  if (options.command === 'rebuild' || options.command === 'restore-quarantine') {
    const database = await openDatabaseOf(options);
    const say = (line: string) => process.stdout.write(`${line}\n`);
    await rebuildWorkspaces(database, options.workspaces, say, undefined, options.command === 'restore-quarantine');
    await database.close();
    return;
  }
  if (options.command === 'trust-clock') {
    const database = await openDatabaseOf(options);
    await migrateServer(database);
    const isSettled = await database.system.transaction((tx) => settleClock(tx));
    await database.close();
    process.stdout.write(isSettled ? 'Copies of the server know it within ten minutes.\n' : 'It was not in doubt.\n');
    return;
  }
  if (options.command === 'quota') {
    const database = await openDatabaseOf(options);
    await migrateServer(database);
    const [workspace = ''] = options.workspaces;
    const found = await setQuota(database.system, workspace, options.dailyQuota);
    await database.close();
    if (!found) throw new Error(`There is no workspace ${workspace}.`);
    process.stdout.write('Copies of the server know it within two seconds.\n');
    return;
  }
  const server = await startServer(options, {
    version,
    openApiFile: join(__dirname, '..', 'openapi.json'),
    teamSchemasFile: join(__dirname, '..', 'openapi-team.json'),
    rendererDir: join(__dirname, '..', 'renderer'),
    ingestFile: join(__dirname, 'server-ingest.worker.js'),
    bodiesFile: join(__dirname, 'body-reader.worker.js'),
    log,
    // Who watches over the process starts it again; what was acknowledged is on disk.
    onDied: die,
  });
  close = () => server.close();
  const { url, publicUrl, otlpGrpc, setupSecret } = server;
  const setup = setupSecret === null ? null : `${publicUrl ?? url}/setup#token=${setupSecret}`;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ready: true, url, otlpGrpc, setup, pid: process.pid })}\n`);
  } else {
    process.stdout.write(`The team server is at ${url}\n`);
    if (setup) process.stdout.write(`Create the first owner, once, within a day: ${setup}\n`);
    if (options.databaseUrl === null) {
      process.stdout.write(`For a trial: the data is in ${options.dataDir}. Set DATABASE_URL to run on PostgreSQL.\n`);
    }
  }
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', 'the server did not end well', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

main().catch((error: unknown) => {
  const usage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const help = isUnavailable(error)
    ? ': the database cannot be reached; look at --database-url, and whether it runs'
    : '';
  process.stderr.write(`spoor-server: ${message}${help}\n`);
  process.exit(usage ? 2 : 1);
});
