/** The command line of `spoor-server` and its variables (interfaces.md). A flag beats its variable. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ListenAddress } from '../core/api/workers';
import { parseProblem } from '../services/command-line';
import { commandLineWarning, type SecretOption, secretOf, secretVariable } from '../services/secret-option';
import type { IngestAllowance } from './http/ingest-limits';
import type { OidcOptions } from './modules/auth/service/oidc';

/** Transactions at once: while some wait for the disk, others are prepared. What more do to fairness between copies is not known. */
const LANES = 4;
/** Of one key, a minute: several times what one collector sends. */
const OTLP_REQUESTS = 60_000;
const OTLP_MIB = 4_096;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ServerOptions {
  readonly command: 'serve' | 'rebuild' | 'quota' | 'trust-clock' | 'restore-quarantine';
  /** Public ids of those that the command is for; empty: all. */
  readonly workspaces: readonly string[];
  readonly listen: ListenAddress;
  /** Null: OTLP comes over HTTP alone. */
  readonly otlpGrpc: ListenAddress | null;
  /** Null: PGlite in the data folder, for a trial. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Connections of this copy to PostgreSQL, beside those that write. */
  readonly connections: number;
  readonly lanes: number;
  /** Where copies count together what is asked, and events are streamed; null: each counts for itself. */
  readonly redisUrl: string | null;
  readonly secretKey: string | null;
  /** Browsers reach it over TLS: cookies go over nothing else. */
  readonly secure: boolean;
  /** What connects is a proxy, which says in `X-Forwarded-For` for whom. */
  readonly behindProxy: boolean;
  /** Under which browsers reach the server, without a slash at its end; null: they say. */
  readonly publicUrl: string | null;
  /** Null: people have passwords. */
  readonly oidc: OidcOptions | null;
  /** Spans, logs and points a day and workspace; null: no limit. Of `quota`: what to set. */
  readonly dailyQuota: number | null;
  /** What an API key may send of telemetry. */
  readonly otlp: IngestAllowance;
  /** Webhooks and prompts may go to addresses of the server's own network, and without TLS. */
  readonly privateAddresses: boolean;
  /** What `/metrics` is read with; null: nobody reads it. */
  readonly metricsToken: string | null;
  readonly json: boolean;
  /** What the operator should know of how the server was started. */
  readonly warnings: readonly string[];
}

export const USAGE = `Usage: spoor-server [options]     the team server
       spoor-server rebuild [--workspace ID] [options]
                                  make counts, summaries and rows of traces anew from the stored spans
       spoor-server quota --workspace ID --daily N|none [options]
                                  what a workspace may send a day; none: what the server allows everybody
       spoor-server restore-quarantine [--workspace ID] [options]
                                  restore what was pruned for its age in the last day
       spoor-server trust-clock [options]
                                  the clock of the database is right, though it jumped: what is too old by it is pruned

Options
  --listen HOST:PORT      where it is reached, 127.0.0.1:4390     (SPOOR_SERVER_LISTEN)
  --otlp-grpc HOST:PORT   OTLP/gRPC, where it is wanted           (SPOOR_SERVER_OTLP_GRPC)
  --database-url URL      PostgreSQL 15 or later; without one an embedded database, for a trial (DATABASE_URL)
  --database-url-file FILE   holds it, where it has a password    (DATABASE_URL_FILE)
  --data-dir DIR          where the embedded database is kept     (SPOOR_SERVER_DATA_DIR)
  --redis-url URL         where copies count requests together, and events are streamed (REDIS_URL)
  --redis-url-file FILE   holds it, where it has a password       (REDIS_URL_FILE)
  --connections N         connections to PostgreSQL of this copy, 20 (SPOOR_SERVER_CONNECTIONS)
  --json                  print one line of JSON when ready
  --help

SPOOR_SECRET_KEY seals the keys that sign access tokens in the database; give every copy the same.
SPOOR_SECURE_COOKIES=1 where browsers come over TLS, and SPOOR_PUBLIC_URL does not say so.
SPOOR_PUBLIC_URL is the address under which browsers reach the server.
SPOOR_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET and _NAME let people sign in at an OpenID provider.
SPOOR_DAILY_QUOTA is how many spans, logs and points a workspace may send a day (UTC), where it has no quota of its own.
SPOOR_OTLP_REQUESTS (60000) and SPOOR_OTLP_MIB (4096, unpacked) are what an API key may send a minute; none: no limit.
SPOOR_PRIVATE_ADDRESSES=1 where webhooks and prompts may go to the server's own network, and without TLS.
SPOOR_SECRET_KEY_FILE, SPOOR_METRICS_TOKEN_FILE and SPOOR_OIDC_CLIENT_SECRET_FILE name files that hold them. What stands on a command line, every user of the computer can read.
SPOOR_METRICS_TOKEN is the token for /metrics, sent as Authorization: Bearer; without it, /metrics is closed.
SPOOR_BEHIND_PROXY=1 where a load balancer connects: limits go by the last address of X-Forwarded-For.`;

const DEFAULT_LISTEN = '127.0.0.1:4390';

/** Null: help was asked for. @throws UsageError */
export function parseServerOptions(args: readonly string[], env: NodeJS.ProcessEnv): ServerOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const listen = values.listen ?? env.SPOOR_SERVER_LISTEN ?? DEFAULT_LISTEN;
  const grpc = values['otlp-grpc'] ?? env.SPOOR_SERVER_OTLP_GRPC ?? null;
  const warnings: string[] = [];
  const urlOf = (option: SecretOption): string | null => {
    if (option.value !== undefined && hasPassword(option.value)) {
      warnings.push(commandLineWarning(option.flag, option.variable));
    }
    return asUsage(() => secretOf(option, env)) ?? null;
  };
  const databaseUrl = urlOf({
    flag: '--database-url',
    value: values['database-url'],
    file: values['database-url-file'],
    variable: 'DATABASE_URL',
  });
  if (databaseUrl !== null && !/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    throw new UsageError('--database-url must begin with postgres:// or postgresql://.');
  }
  const givenRedisUrl = urlOf({
    flag: '--redis-url',
    value: values['redis-url'],
    file: values['redis-url-file'],
    variable: 'REDIS_URL',
  });
  // Empty in files of composed services that have none.
  const redisUrl = givenRedisUrl || null;
  if (redisUrl !== null && !/^rediss?:\/\//.test(redisUrl)) {
    throw new UsageError('--redis-url must begin with redis:// or rediss://.');
  }
  const connections = Number(values.connections ?? env.SPOOR_SERVER_CONNECTIONS ?? 20);
  if (!Number.isInteger(connections) || connections < 4 || connections > 500) {
    throw new UsageError('--connections must be a number from 4 to 500.');
  }
  const publicUrl = env.SPOOR_PUBLIC_URL
    ? webUrlOf('SPOOR_PUBLIC_URL', env.SPOOR_PUBLIC_URL).replace(/\/+$/, '')
    : null;
  const dataDir = values['data-dir'] ?? env.SPOOR_SERVER_DATA_DIR ?? join(homedir(), '.spoor-server');
  const command = commandOf(positionals);
  const dailyQuota = quotaOf(values.daily ?? env.SPOOR_DAILY_QUOTA);
  if (command === 'quota' && (values.workspace?.length !== 1 || values.daily === undefined)) {
    throw new UsageError('quota wants --workspace ID and --daily N or none.');
  }
  return {
    command,
    workspaces: values.workspace ?? [],
    listen: addressOf('--listen', listen),
    otlpGrpc: grpc === null ? null : addressOf('--otlp-grpc', grpc),
    databaseUrl,
    dataDir: resolve(dataDir),
    connections,
    lanes: databaseUrl === null ? 1 : LANES,
    redisUrl,
    secretKey: asUsage(() => secretVariable('SPOOR_SECRET_KEY', env)) || null,
    secure: env.SPOOR_SECURE_COOKIES === '1' || (publicUrl?.startsWith('https:') ?? false),
    behindProxy: env.SPOOR_BEHIND_PROXY === '1',
    publicUrl,
    oidc: oidcOf(env, publicUrl),
    dailyQuota,
    otlp: {
      requests: limitOf('SPOOR_OTLP_REQUESTS', env.SPOOR_OTLP_REQUESTS, OTLP_REQUESTS),
      bytes: bytesOf(limitOf('SPOOR_OTLP_MIB', env.SPOOR_OTLP_MIB, OTLP_MIB)),
    },
    privateAddresses: env.SPOOR_PRIVATE_ADDRESSES === '1',
    metricsToken: asUsage(() => secretVariable('SPOOR_METRICS_TOKEN', env)) || null,
    json: values.json ?? env.SPOOR_JSON === '1',
    warnings,
  };
}

/** @throws UsageError instead of another error */
function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** As a part of it, or as a parameter. */
function hasPassword(url: string): boolean {
  return URL.canParse(url) ? new URL(url).password !== '' || /[?&]password=/.test(url) : url.includes('@');
}

/** @throws UsageError */
function commandOf([command, ...more]: readonly string[]): ServerOptions['command'] {
  if (command === undefined) return 'serve';
  if (
    (command === 'rebuild' || command === 'quota' || command === 'trust-clock' || command === 'restore-quarantine') &&
    more.length === 0
  )
    return command;
  throw new UsageError(`${[command, ...more].join(' ')} is not a command. See spoor-server --help.`);
}

/** Null: no provider is named. @throws UsageError */
function oidcOf(env: NodeJS.ProcessEnv, publicUrl: string | null): OidcOptions | null {
  const { SPOOR_OIDC_ISSUER: issuer, SPOOR_OIDC_CLIENT_ID: clientId } = env;
  if (!issuer) return null;
  const clientSecret = asUsage(() => secretVariable('SPOOR_OIDC_CLIENT_SECRET', env));
  if (!clientId || !clientSecret || publicUrl === null) {
    throw new UsageError(
      'SPOOR_OIDC_ISSUER wants SPOOR_OIDC_CLIENT_ID, SPOOR_OIDC_CLIENT_SECRET and SPOOR_PUBLIC_URL.',
    );
  }
  return {
    issuer: webUrlOf('SPOOR_OIDC_ISSUER', issuer),
    clientId,
    clientSecret,
    name: env.SPOOR_OIDC_NAME || new URL(issuer).host,
    redirectUri: `${publicUrl}/v1/auth/oidc/callback`,
  };
}

/** @throws UsageError */
function quotaOf(text: string | undefined): number | null {
  if (!text || text === 'none') return null;
  const quota = Number(text);
  if (Number.isSafeInteger(quota) && quota >= 0) return quota;
  throw new UsageError('A quota must be a number of spans, logs and points a day, or none.');
}

/** A minute. @throws UsageError */
function limitOf(name: string, text: string | undefined, usual: number): number | null {
  if (!text) return usual;
  if (text === 'none') return null;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new UsageError(`${name} must be a number from 1, or none.`);
}

function bytesOf(mib: number | null): number | null {
  return mib === null ? null : mib * 1024 * 1024;
}

function webUrlOf(name: string, text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${name} must be an address of http or https.`);
  return text;
}

function addressOf(flag: string, text: string): ListenAddress {
  const match = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (!match || Number(match[2]) > 65_535) throw new UsageError(`${flag} ${text} is not HOST:PORT.`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      allowPositionals: true,
      args: [...args],
      options: {
        listen: { type: 'string' },
        'otlp-grpc': { type: 'string' },
        'database-url': { type: 'string' },
        'database-url-file': { type: 'string' },
        'redis-url': { type: 'string' },
        'redis-url-file': { type: 'string' },
        'data-dir': { type: 'string' },
        connections: { type: 'string' },
        workspace: { type: 'string', multiple: true },
        daily: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(`${parseProblem(error)} See spoor-server --help.`);
  }
}
