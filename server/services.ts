/** The services of the server's modules, put together over one database. What each module does with them is in its `module.ts`. */
import type { ListenAddress } from '../core/api/workers';
import { PriceBook } from '../core/pricing/price-book';
import list from '../resources/prices.json';
import type { BodyReader } from '../services/ingest/bodies/body-reader';
import { TRACES } from '../services/ingest/signals';
import type { Log } from '../services/log';
import type { Arrivals } from '../services/net/arrivals';
import type { Watchdog } from '../services/watchdog';
import { Cache } from './adapters/cache';
import type { ServerDatabase } from './adapters/database';
import { guardedFetch } from './adapters/outgoing';
import type { RateLimits } from './http/rate-limits';
import { Jobs } from './jobs/jobs';
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
import { SecretBox } from './modules/auth/service/secret-box';
import { Sessions } from './modules/auth/service/sessions';
import { SignIn } from './modules/auth/service/sign-in';
import { SigningKeys } from './modules/auth/service/signing-keys';
import { EndpointKeys } from './modules/evaluation/service/endpoint-keys';
import { WorkspaceRemoval } from './modules/jobs/service/workspace-removal';
import { Projects } from './modules/projects/service/projects';
import { LiveChanges } from './modules/sync/service/live';
import { Sync } from './modules/sync/service/sync';
import type { TelemetryServices } from './modules/traces/api/telemetry-routes';
import type { IngestPort } from './modules/traces/service/ingest';
import { Runtimes } from './modules/traces/service/runtimes';
import { Imports } from './modules/uploads/service/imports';
import { Uploads } from './modules/uploads/service/uploads';
import { Deliveries } from './modules/webhooks/service/deliveries';
import { Webhooks } from './modules/webhooks/service/webhooks';
import { Members } from './modules/workspaces/service/members';
import { Quotas } from './modules/workspaces/service/quotas';
import { Workspaces } from './modules/workspaces/service/workspaces';
import { sealOrWarn } from './opening';
import type { ServerOptions } from './options';

export interface ServiceSurroundings {
  readonly options: ServerOptions;
  readonly database: ServerDatabase;
  readonly ingest: IngestPort;
  readonly bodies: BodyReader;
  readonly limits: RateLimits;
  readonly arrivals: Arrivals;
  readonly watchdog: Watchdog;
  readonly version: string;
  readonly openApiFile: string;
  readonly ending: AbortSignal;
  /** Where the server listens, once it does. */
  readonly addresses: () => { readonly http: ListenAddress; readonly grpc: ListenAddress | null };
  readonly log: Log;
}

export type Services = Awaited<ReturnType<typeof openServices>>;

/** @throws Error where SPOOR_SECRET_KEY does not open what is stored: said now, not when somebody signs in */
export async function openServices(around: ServiceSurroundings) {
  const { options, database, ingest, bodies, limits, arrivals, watchdog, version, openApiFile, log } = around;
  const { system } = database;
  const cache = new Cache(database);
  await cache.start();
  const box = new SecretBox(options.secretKey);
  const keys = new SigningKeys(system, box);
  await keys.signing();
  await sealOrWarn(system, box, log);

  const accounts = new AccountRepo(system);
  const workspaces = new Workspaces(database, cache);
  const members = new Members(database, accounts, () => workspaces.forget());
  const quotas = new Quotas(system, options.dailyQuota, cache);
  const checkQuota = (id: number): Promise<void> => quotas.check(id);
  const projects = new Projects(database);
  const apiKeys = new ApiKeys(database, cache);

  const tokens = new AccessTokens(keys);
  const refreshTokens = new RefreshTokenRepo(system);
  const sessions = new Sessions(refreshTokens, cache);
  const devices = new KnownDeviceRepo(system);
  const signIn = new SignIn({
    sql: system,
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
  const deviceCodes = new DeviceCodes(new DeviceCodeRepo(system), signIn, (id) => database.tenant(id));
  const oidc =
    options.oidc &&
    new Oidc(options.oidc, {
      accounts,
      identities: new IdentityRepo(system),
      signIn,
      acceptInvitations: (account, requestId) => members.acceptAll(account, requestId),
      isInvited: (email) => members.isInvited(email),
      log,
    });

  const prices = new PriceBook(list.prices);
  const runtimes = new Runtimes({
    database,
    ingest,
    bodies,
    arrivals,
    behindProxy: options.behindProxy,
    unresponsive: () => watchdog.unresponsive,
    prices: () => prices,
    version,
    openApiFile,
    log,
    ending: around.ending,
    addresses: around.addresses,
    keysOf: (workspaceId) => new EndpointKeys(system, workspaceId, box),
    nameOf: async (id) => (await accounts.byId(id))?.name ?? '',
    fetches: guardedFetch(options.privateAddresses),
  });
  await runtimes.start();
  const telemetry: TelemetryServices['telemetry'] = async ({ workspace, id }, request) =>
    runtimes.of(workspace.id).rest.fetch(request, { who: id });

  const jobs = new Jobs(database, log);
  const live = new LiveChanges();
  await live.start(database);
  const sync = new Sync({
    database,
    accounts,
    workspaces,
    projects,
    members,
    checkQuota,
    store: (workspaceId, projectId, request) => {
      const { intake, holders } = runtimes.of(workspaceId).doorOf(projectId);
      return arrivals.holding(holders, request.length, () => intake.store(TRACES, request));
    },
  });
  return {
    publicUrl: options.publicUrl,
    secure: options.secure,
    database,
    accounts,
    workspaces,
    members,
    quotas,
    projects,
    apiKeys,
    keys,
    tokens,
    refreshTokens,
    sessions,
    devices,
    signIn,
    deviceCodes,
    oidc,
    runtimes,
    telemetry,
    jobs,
    removal: new WorkspaceRemoval(system, log),
    webhooks: new Webhooks(database, box, options.privateAddresses),
    deliveries: new Deliveries(system, box, options.privateAddresses),
    uploads: new Uploads(database, jobs, system, checkQuota),
    imports: new Imports(system, ingest, bodies),
    live,
    sync,
    alerts: new AlertRounds(system, (id) => runtimes.of(id), log),
  };
}
