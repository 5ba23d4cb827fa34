/** Puts the server together: one database, the modules over it, one port for people, collectors and probes. */
import { readFile } from 'node:fs/promises';
import { getRequestListener } from '@hono/node-server';
import type { ListenAddress } from '../core/api/workers';
import { BodyThread } from '../services/ingest/bodies/body-reader';
import type { Log } from '../services/log';
import { Arrivals } from '../services/net/arrivals';
import { authorityOf } from '../services/net/authority';
import { closeServer } from '../services/net/closing';
import { FairShare } from '../services/net/fair-share';
import { httpServer } from '../services/net/http-server';
import { listen } from '../services/net/listen';
import { StaticFiles } from '../services/net/static-files';
import { loggedTo, Watchdog } from '../services/watchdog';
import { openRedis } from './adapters/redis';
import { createApp } from './doors/app';
import { Authentication } from './doors/authentication';
import { IngestDoor } from './doors/ingest-door';
import { pages, servePages } from './doors/pages';
import { probesOf } from './doors/probes';
import { Consumers } from './events/consumers';
import { forgetEvents } from './events/outbox';
import { redisStreams } from './events/redis-streams';
import { Idempotency } from './http/idempotency';
import { ingestLimits } from './http/ingest-limits';
import type { TeamSchemas } from './http/openapi';
import { RateLimits } from './http/rate-limits';
import { migrateServer } from './migrations/migrate-server';
import { MODULES } from './modules';
import { ServerMetrics } from './observe/metrics';
import { openTracing } from './observe/tracing';
import { openDatabaseOf, openIngest } from './opening';
import type { ServerOptions } from './options';
import { workspacesToRebuild } from './rebuild';
import { serverRoutes } from './routes';
import { openServices } from './services';
import { startTidying } from './tidying';

/** Requests of one account or key that run at the same time: fewer than there are connections to the database. */
const AT_ONCE = 12;
/** In which a request has to arrive, however steadily it comes. */
const REQUEST_MS = 15 * 60_000;
/** What still runs when the server is told to end. */
const DRAIN_MS = 20_000;

export interface RunningServer {
  readonly url: string;
  /** Under which browsers reach it; null: nobody said. */
  readonly publicUrl: string | null;
  /** Null: OTLP comes over HTTP alone. */
  readonly otlpGrpc: string | null;
  /** Creates the first owner; null: there is one. */
  readonly setupSecret: string | null;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly version: string;
  readonly openApiFile: string;
  /** What the server's own routes answer. */
  readonly teamSchemasFile: string;
  /** The built pages. */
  readonly rendererDir: string;
  /** The built entry of the thread that stores. */
  readonly ingestFile: string;
  /** The built entry of the thread that reads large bodies. */
  readonly bodiesFile: string;
  readonly log: Log;
  /** The server cannot go on. */
  readonly onDied: (error: Error) => void;
}

export async function startServer(
  options: ServerOptions,
  { version, openApiFile, teamSchemasFile, rendererDir, ingestFile, bodiesFile, log, onDied }: Surroundings,
): Promise<RunningServer> {
  const tracing = openTracing(process.env, version);
  const opened = await openDatabaseOf(
    options,
    (message) => log('error', message),
    (message) => log('warn', message),
  );
  const database = tracing ? tracing.traced(opened) : opened;
  await migrateServer(database);
  const due = await workspacesToRebuild(database);
  if (due > 0)
    log('warn', 'run spoor-server rebuild: an older version counted less of what is stored', { workspaces: due });
  const ending = new AbortController();
  const addresses: { http: ListenAddress; grpc: ListenAddress | null } = { http: options.listen, grpc: null };
  const arrivals = new Arrivals();
  const watchdog = new Watchdog(loggedTo(log));
  const metrics = new ServerMetrics(
    () => arrivals.waiting,
    () => watchdog.unresponsive,
  );
  const redis = options.redisUrl === null ? null : openRedis(options.redisUrl, log);
  const limits = new RateLimits(redis);
  const ingest = await openIngest(options, database, { log, onSpans: metrics.received, ingestFile, watchdog, onDied });
  const bodies = new BodyThread({ file: bodiesFile, log });
  const services = await openServices({
    options,
    database,
    ingest,
    bodies,
    limits,
    arrivals,
    watchdog,
    version,
    openApiFile,
    ending: ending.signal,
    addresses: () => addresses,
    log,
  });
  const { jobs, runtimes, quotas, live, alerts, signIn } = services;
  const ofModules = MODULES.flatMap((module) => module.consumers?.(services) ?? []);
  const readers = redis ? [...ofModules, redisStreams(redis, log)] : ofModules;
  const consumers = new Consumers(database, readers, jobs, log);
  for (const module of MODULES) for (const kind of module.jobs?.(services) ?? []) jobs.define(kind);
  await jobs.start();
  await consumers.start();
  alerts.start();
  const readerNames = readers.map(({ name }) => name);
  const stopTidying = startTidying(
    [
      { failure: 'old events stay', run: () => forgetEvents(database.system, readerNames) },
      ...MODULES.flatMap((module) => module.tidy?.(services) ?? []),
    ],
    log,
  );

  const turns = new FairShare(AT_ONCE);
  const authentication = new Authentication(services.tokens, services.apiKeys, services.workspaces, services.sessions);
  const app = createApp({
    authentication,
    idempotency: new Idempotency(database),
    log,
    behindProxy: options.behindProxy,
    limits,
    turns,
    tracing,
    pages: pages(await StaticFiles.below(rendererDir)),
    onRequest: metrics.observe,
    routes: serverRoutes(services, {
      openApi: JSON.parse(await readFile(openApiFile, 'utf8')) as object,
      teamSchemas: JSON.parse(await readFile(teamSchemasFile, 'utf8')) as TeamSchemas,
    }),
  });
  const door = new IngestDoor({
    authentication,
    quotas,
    runtimes,
    arrivals,
    behindProxy: options.behindProxy,
    limitOf: ingestLimits(limits, options.otlp),
    log,
  });
  let draining = false;
  const probes = probesOf({
    database,
    metrics,
    watchdog,
    metricsToken: options.metricsToken,
    isDraining: () => draining,
  });
  const api = getRequestListener((request, env) => app.fetch(request, env), { autoCleanupIncoming: false });
  const server = httpServer(
    async (request, response) => {
      const path = (request.url ?? '/').split('?')[0] as string;
      const probe = request.method === 'GET' ? probes[path] : undefined;
      if (probe) return probe(request, response);
      return door.isFor(request) ? door.take(request, response) : api(request, response);
    },
    { log, requestMs: REQUEST_MS, behindProxy: options.behindProxy },
  );
  const closePages = servePages(server, {
    authentication,
    limits,
    turns,
    apiOf: ({ workspace }) => runtimes.of(workspace.id).api,
    log,
  });
  addresses.http = await listen(server, options.listen);
  if (options.otlpGrpc) addresses.grpc = await door.grpc.listen(options.otlpGrpc);
  return {
    url: `http://${authorityOf(addresses.http)}`,
    otlpGrpc: addresses.grpc && authorityOf(addresses.grpc),
    publicUrl: options.publicUrl,
    setupSecret: await signIn.setupSecret(),
    async close() {
      draining = true;
      watchdog.close();
      stopTidying();
      ending.abort();
      live.close();
      await Promise.all([closePages(), closeServer(server, DRAIN_MS), door.grpc.close(DRAIN_MS)]);
      await tracing
        ?.close()
        .catch((error: unknown) => log('warn', 'the last traces were not sent', { error: String(error) }));
      await alerts.close();
      await consumers.close();
      redis?.removeAllListeners('close');
      redis?.disconnect();
      await jobs.close();
      await bodies.close();
      await ingest.close();
      await database.close();
    },
  };
}
