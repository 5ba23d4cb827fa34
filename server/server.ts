/** Puts the server together: one database, the modules over it, one port for people, collectors and probes. */
import { readFile } from 'node:fs/promises';
import { getRequestListener } from '@hono/node-server';
import type { ListenAddress } from '../core/api/workers';
import { PriceBook } from '../core/pricing/price-book';
import type { SqlClient } from '../core/store/sql/sql-client';
import list from '../resources/prices.json';
import { TRACES } from '../services/ingest/signals';
import type { Log } from '../services/log';
import { Arrivals } from '../services/net/arrivals';
import { closeServer } from '../services/net/closing';
import { FairShare } from '../services/net/fair-share';
import { httpServer } from '../services/net/http-server';
import { listen } from '../services/net/listen';
import { StaticFiles } from '../services/net/static-files';
import { loggedTo, Watchdog } from '../services/watchdog';
import { Cache } from './adapters/cache';
import type { ServerDatabase } from './adapters/database';
import { guardedFetch } from './adapters/outgoing';
import { openPglite } from './adapters/pglite';
import { openPostgres } from './adapters/postgresql';
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
import { Jobs } from './jobs/jobs';
import { migrateServer, SERVER_FOLDER } from './migrations/migrate-server';
import { AlertRounds } from './modules/alerts/service/alert-rounds';
import { ApiKeys } from './modules/api-keys/service/api-keys';
import { AccountRepo } from './modules/auth/repo/accounts';
import { DeviceCodeRepo } from './modules/auth/repo/device-codes';
import { IdentityRepo } from './modules/auth/repo/identities';
import { KnownDeviceRepo } from './modules/auth/repo/known-devices';
import { RefreshTokenRepo } from './modules/auth/repo/refresh-tokens';
import { AccessTokens } from './modules/auth/service/access-tokens';
import { DeviceCodes } from './modules/auth/service/device-codes';
import { Guesses } from './modules/auth/service/guesses';
import { Oidc } from './modules/auth/service/oidc';
import { Passwords } from './modules/auth/service/passwords';
import { SecretBox, sealStored } from './modules/auth/service/secret-box';
import { Sessions } from './modules/auth/service/sessions';
import { SignIn } from './modules/auth/service/sign-in';
import { SigningKeys } from './modules/auth/service/signing-keys';
import { activityOf } from './modules/collaboration/events/activity';
import { forgetActivity } from './modules/collaboration/service/activities';
import { EndpointKeys } from './modules/evaluation/service/endpoint-keys';
import { endLostExperiments } from './modules/evaluation/service/lost-experiments';
import { WorkspaceRemoval } from './modules/jobs/service/workspace-removal';
import { Projects } from './modules/projects/service/projects';
import { LiveChanges } from './modules/sync/service/live';
import { Sync } from './modules/sync/service/sync';
import { Ingest, type IngestPort } from './modules/traces/service/ingest';
import { startIngestThread } from './modules/traces/service/ingest-thread';
import { Runtimes } from './modules/traces/service/runtimes';
import { Imports } from './modules/uploads/service/imports';
import { forgetUploads, IMPORTS, type ImportWork, Uploads } from './modules/uploads/service/uploads';
import { tellWebhooks } from './modules/webhooks/events/tell-webhooks';
import { DELIVERIES, Deliveries, type Delivery } from './modules/webhooks/service/deliveries';
import { Webhooks } from './modules/webhooks/service/webhooks';
import { usageOf } from './modules/workspaces/events/usage';
import { Members } from './modules/workspaces/service/members';
import { Quotas } from './modules/workspaces/service/quotas';
import { Workspaces } from './modules/workspaces/service/workspaces';
import { ServerMetrics } from './observe/metrics';
import { openTracing } from './observe/tracing';
import type { ServerOptions } from './options';
import { workspacesToRebuild } from './rebuild';
import { serverRoutes } from './routes';

/** Requests of one account or key that run at the same time: fewer than there are connections to the database. */
const AT_ONCE = 12;
/** Sessions that have expired are forgotten, and workspaces that were deleted long ago. */
const TIDY_EVERY_MS = 3_600_000;
/** In which a request has to arrive, however steadily it comes. */
const REQUEST_MS = 15 * 60_000;
/** What an import may take. */
const IMPORT_S = 3_600;
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
  readonly log: Log;
  /** The server cannot go on. */
  readonly onDied: (error: Error) => void;
}

export async function startServer(
  options: ServerOptions,
  { version, openApiFile, teamSchemasFile, rendererDir, ingestFile, log, onDied }: Surroundings,
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
  const accounts = new AccountRepo(database.system);
  const cache = new Cache(database);
  await cache.start();
  const workspaces = new Workspaces(database, cache);
  const box = new SecretBox(options.secretKey);
  const keys = new SigningKeys(database.system, box);
  const tokens = new AccessTokens(keys);
  const refreshTokens = new RefreshTokenRepo(database.system);
  const sessions = new Sessions(refreshTokens, cache);
  const devices = new KnownDeviceRepo(database.system);
  const apiKeys = new ApiKeys(database, cache);
  const authentication = new Authentication(tokens, apiKeys, workspaces, sessions);
  // A wrong SPOOR_SECRET_KEY is said now, not when somebody signs in.
  await keys.signing();
  await sealOrWarn(database.system, box, log);
  const ending = new AbortController();
  const addresses: { http: ListenAddress; grpc: ListenAddress | null } = { http: options.listen, grpc: null };
  const arrivals = new Arrivals();
  const watchdog = new Watchdog(loggedTo(log));
  const metrics = new ServerMetrics(
    () => arrivals.waiting,
    () => watchdog.unresponsive,
  );
  const prices = new PriceBook(list.prices);
  const ingest = await openIngest(options, database, { log, onSpans: metrics.received, ingestFile, watchdog, onDied });
  const runtimes = new Runtimes({
    database,
    ingest,
    arrivals,
    behindProxy: options.behindProxy,
    unresponsive: () => watchdog.unresponsive,
    prices: () => prices,
    version,
    openApiFile,
    log,
    ending: ending.signal,
    addresses: () => addresses,
    keysOf: (workspaceId) => new EndpointKeys(database.system, workspaceId, box),
    nameOf: async (id) => (await accounts.byId(id))?.name ?? '',
    fetches: guardedFetch(options.privateAddresses),
  });
  await runtimes.start();
  const redis = options.redisUrl === null ? null : openRedis(options.redisUrl, log);
  const limits = new RateLimits(redis);
  const turns = new FairShare(AT_ONCE);
  const signIn = new SignIn({
    sql: database.system,
    accounts,
    refreshTokens,
    passwords: new Passwords(),
    tokens,
    workspaces,
    sessions,
    guesses: new Guesses(limits, devices),
    devices,
    log,
  });
  const members = new Members(database, accounts, () => workspaces.forget());
  const projects = new Projects(database);
  const quotas = new Quotas(database.system, options.dailyQuota, cache);
  const jobs = new Jobs(database, log);
  const deliveries = new Deliveries(database.system, box, options.privateAddresses);
  jobs.define<Delivery>(DELIVERIES, (work) => deliveries.deliver(work));
  const imports = new Imports(database.system, ingest);
  jobs.define<ImportWork>(IMPORTS, (work) => imports.run(work), IMPORT_S);
  const readers = [usageOf, activityOf, tellWebhooks(jobs), ...(redis ? [redisStreams(redis, log)] : [])];
  const consumers = new Consumers(database, readers, jobs, log);
  await jobs.start();
  await consumers.start();
  const live = new LiveChanges();
  await live.start(database);
  const sync = new Sync({
    database,
    accounts,
    workspaces,
    projects,
    members,
    checkQuota: (id) => quotas.check(id),
    store: (workspaceId, projectId, request) => {
      const { intake, holders } = runtimes.of(workspaceId).doorOf(projectId);
      return arrivals.holding(holders, request.length, () => intake.store(TRACES, request));
    },
  });
  const oidc =
    options.oidc &&
    new Oidc(options.oidc, {
      accounts,
      identities: new IdentityRepo(database.system),
      signIn,
      acceptInvitations: (account, requestId) => members.acceptAll(account, requestId),
      isInvited: (email) => members.isInvited(email),
      log,
    });
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
    routes: serverRoutes({
      database,
      accounts,
      keys,
      workspaces,
      apiKeys,
      signIn,
      deviceCodes: new DeviceCodes(new DeviceCodeRepo(database.system), signIn, (id) => database.tenant(id)),
      members,
      quotas,
      webhooks: new Webhooks(database, box, options.privateAddresses),
      jobs,
      uploads: new Uploads(database, jobs, database.system, (id) => quotas.check(id)),
      sync,
      live,
      oidc,
      publicUrl: options.publicUrl,
      secure: options.secure,
      projects,
      telemetry: async ({ workspace, id }, request) => runtimes.of(workspace.id).rest.fetch(request, { who: id }),
      openApi: JSON.parse(await readFile(openApiFile, 'utf8')) as object,
      teamSchemas: JSON.parse(await readFile(teamSchemasFile, 'utf8')) as TeamSchemas,
    }),
  });
  const alerts = new AlertRounds(database.system, (id) => runtimes.of(id), log);
  alerts.start();
  const removal = new WorkspaceRemoval(database.system, log);
  const tidying = setInterval(() => {
    Promise.all([refreshTokens.deleteExpired(), devices.deleteUnseen()]).catch((error: unknown) =>
      log('warn', 'old sessions stay', { error: String(error) }),
    );
    forgetEvents(
      database.system,
      readers.map(({ name }) => name),
    )
      .then(() => forgetActivity(database.system))
      .then(() => forgetUploads(database.system))
      .catch((error: unknown) => log('warn', 'old events stay', { error: String(error) }));
    endLostExperiments(database.system).catch((error: unknown) =>
      log('warn', 'lost experiments run on', { error: String(error) }),
    );
    removal.run().catch((error: unknown) => log('warn', 'a deleted workspace stays', { error: String(error) }));
  }, TIDY_EVERY_MS);
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
  const { host, port } = addresses.http;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    otlpGrpc: addresses.grpc && `${addresses.grpc.host}:${addresses.grpc.port}`,
    publicUrl: options.publicUrl,
    setupSecret: await signIn.setupSecret(),
    async close() {
      draining = true;
      watchdog.close();
      clearInterval(tidying);
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
      await ingest.close();
      await database.close();
    },
  };
}

/**
 * @param onDamage hears once that the files of a trial are damaged
 * @param warn hears what whoever runs the server should know
 */
export function openDatabaseOf(
  { databaseUrl, dataDir, connections }: ServerOptions,
  onDamage?: (message: string) => void,
  warn?: (message: string) => void,
): Promise<ServerDatabase> | ServerDatabase {
  return databaseUrl === null
    ? openPglite(dataDir, SERVER_FOLDER, onDamage, warn)
    : openPostgres({ url: databaseUrl, connections });
}

/** In a thread of its own; PGlite has one connection, in this thread. */
async function openIngest(
  { databaseUrl: url, lanes, connections }: ServerOptions,
  database: ServerDatabase,
  {
    log,
    onSpans,
    ingestFile: file,
    watchdog,
    onDied,
  }: Pick<Surroundings, 'log' | 'ingestFile' | 'onDied'> & {
    readonly watchdog: Watchdog;
    readonly onSpans: (count: number) => void;
  },
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
async function sealOrWarn(sql: SqlClient, box: SecretBox, log: Log): Promise<void> {
  if (box.isOpen) {
    log('warn', 'set SPOOR_SECRET_KEY: the keys in the database that sign access tokens are not encrypted');
    return;
  }
  const sealed = await sealStored(sql, box);
  if (sealed > 0) log('info', 'secrets that were stored without SPOOR_SECRET_KEY are encrypted now', { sealed });
}
