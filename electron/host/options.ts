/** The command line and the environment, as interfaces.md lists them. A flag beats its SPOOR_* variable. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ListenAddress } from '../../core/api/workers';
import { parseProblem } from '../../services/command-line';
import { isOrigin } from '../../services/net/loopback';
import { commandLineWarning, secretOf } from '../../services/secret-option';
import type { SettingsOverrides } from './settings';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const COMMANDS = ['start', 'serve', 'query', 'tail', 'rebuild', 'help', 'version'] as const;
type Command = (typeof COMMANDS)[number];
/** They say which Spoor is meant, and how to talk. */
const OF_ALL: readonly string[] = ['data-dir', 'sample', 'token', 'token-file', 'json'];
const OF_QUERY: readonly string[] = ['from', 'to', 'limit'];

export interface Options {
  readonly command: Command;
  readonly dataDir: string;
  readonly otlpHttp: ListenAddress;
  readonly otlpGrpc: ListenAddress;
  /** Whether the user named the gRPC port: then it must be had. */
  readonly otlpGrpcNamed: boolean;
  readonly ui: ListenAddress;
  /** Null: the one kept in the data folder. */
  readonly token: string | null;
  readonly overrides: SettingsOverrides;
  readonly open: boolean;
  readonly json: boolean;
  readonly sample: boolean;
  /** Of `query` and `tail`: TraceQL or words; empty: everything. */
  readonly query: string;
  /** Of `query`: RFC 3339, or how long ago (`90s`, `15m`, `24h`, `7d`). */
  readonly from: string | null;
  readonly to: string | null;
  readonly limit: number | null;
  /** What the user should know of how Spoor was started. */
  readonly warnings: readonly string[];
}

export const USAGE = `Usage: spoor [start] [--sample]     open Spoor: a desktop window, or the browser where there is none
       spoor serve [options]        run without a window
       spoor query 'QUERY' [--from 1h] [--to TIME] [--limit N] [--json]
                                    search the Spoor that runs on this data folder, in TraceQL or words
       spoor tail ['QUERY'] [--json]   print new traces as they come
       spoor rebuild [--json]       make counts, summaries and rows of traces anew from the stored spans

Options
  --data-dir DIR          where traces are kept          (SPOOR_DATA_DIR)
  --otlp-http HOST:PORT   OTLP/HTTP, 127.0.0.1:4318      (SPOOR_OTLP_HTTP)
  --otlp-grpc HOST:PORT   OTLP/gRPC, 127.0.0.1:4317      (SPOOR_OTLP_GRPC)
  --ui HOST:PORT          pages and HTTP API, 127.0.0.1:4380 (SPOOR_UI)
  --token-file FILE       holds the API's bearer token; by default one is kept in the data folder (SPOOR_TOKEN_FILE, or the
                          token itself in SPOOR_TOKEN; --token TOKEN shows it to every user of the computer)
  --forward URL           send on what is stored to another OTLP/HTTP endpoint (SPOOR_FORWARD)
  --cors-origin LIST      pages that may export, beside those of this machine: https://app.example.com,... (SPOOR_CORS_ORIGIN)
  --open                  open the browser               (SPOOR_OPEN=1)
  --json                  print one line of JSON when ready, log JSON to stderr (SPOOR_JSON=1)
  --sample                fill an empty workspace with generated traces; by default in a folder of its own
  --help, --version

Port 0 picks a free port. settings.json in the data folder holds what is redacted, forwarding and allowed pages.`;

/** @throws UsageError */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parse(args);
  const [first = 'start', ...rest] = positionals;
  const named = values.help ? 'help' : values.version ? 'version' : first;
  const command = COMMANDS.find((one) => one === named);
  if (!command) throw new UsageError(`There is no command ${named}.`);
  const query = command === 'query' || command === 'tail' ? rest.shift() : undefined;
  if (command === 'query' && query === undefined)
    throw new UsageError("query takes a query, such as '{ status = error }'.");
  if (rest.length > 0) throw new UsageError(`${command} takes no argument ${rest[0]}.`);
  const unknown = Object.keys(values).find((name) => !isOptionOf(command, name));
  if (unknown !== undefined) throw new UsageError(`${command} takes no option --${unknown}.`);
  const limit = values.limit === undefined ? null : Number(values.limit);
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= 10_000)) {
    throw new UsageError(`--limit ${values.limit} is not a number from 1 to 10000.`);
  }
  const sample = values.sample ?? false;
  const dataDir = values['data-dir'] ?? environment.SPOOR_DATA_DIR;
  const grpc = values['otlp-grpc'] ?? environment.SPOOR_OTLP_GRPC;
  const token = tokenOf(values, environment);
  return {
    command,
    dataDir: dataDir ? resolve(dataDir) : join(defaultDataDir(environment), ...(sample ? ['sample'] : [])),
    otlpHttp: address('--otlp-http', values['otlp-http'] ?? environment.SPOOR_OTLP_HTTP ?? '127.0.0.1:4318'),
    otlpGrpc: address('--otlp-grpc', grpc ?? '127.0.0.1:4317'),
    otlpGrpcNamed: grpc !== undefined,
    ui: address('--ui', values.ui ?? environment.SPOOR_UI ?? '127.0.0.1:4380'),
    token,
    overrides: {
      forwardUrl: forwardUrl(values.forward ?? environment.SPOOR_FORWARD),
      corsOrigins: origins(values['cors-origin'] ?? environment.SPOOR_CORS_ORIGIN),
    },
    open: values.open ?? isOn(environment.SPOOR_OPEN),
    json: values.json ?? isOn(environment.SPOOR_JSON),
    sample,
    query: query ?? '',
    from: values.from ?? null,
    to: values.to ?? null,
    limit,
    warnings: warningsOf(values),
  };
}

/** An option that is ignored would be believed to do something. */
function isOptionOf(command: Command, option: string): boolean {
  if (command === 'help' || command === 'version' || OF_ALL.includes(option)) return true;
  if (command === 'query') return OF_QUERY.includes(option);
  return command === 'serve' || command === 'start' ? !OF_QUERY.includes(option) : false;
}

/** @throws UsageError */
function tokenOf(
  { token: value, 'token-file': file }: ReturnType<typeof parse>['values'],
  environment: NodeJS.ProcessEnv,
): string | null {
  let token: string | undefined;
  try {
    token = secretOf({ flag: '--token', value, file, variable: 'SPOOR_TOKEN' }, environment);
  } catch (error) {
    throw new UsageError(parseProblem(error));
  }
  if (token !== undefined && !/^[\w.~+/-]{8,512}=*$/.test(token)) {
    throw new UsageError('The token must be 8 to 512 characters of letters, digits and - . _ ~ + /.');
  }
  return token ?? null;
}

function warningsOf({ token, forward }: ReturnType<typeof parse>['values']): string[] {
  const warnings = token === undefined ? [] : [commandLineWarning('--token', 'SPOOR_TOKEN')];
  if (forward !== undefined && hasSecret(forward)) {
    warnings.push(
      '--forward shows what may be a key in its URL to every user of this computer, in the list of processes: use the variable SPOOR_FORWARD, or settings.json.',
    );
  }
  return warnings;
}

/** Whether a key may be in it; that it is a URL is known. */
function hasSecret(url: string): boolean {
  const { username, password, search } = new URL(url);
  return username !== '' || password !== '' || search !== '';
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        'otlp-http': { type: 'string' },
        'otlp-grpc': { type: 'string' },
        ui: { type: 'string' },
        token: { type: 'string' },
        'token-file': { type: 'string' },
        forward: { type: 'string' },
        'cors-origin': { type: 'string' },
        open: { type: 'boolean' },
        json: { type: 'boolean' },
        sample: { type: 'boolean' },
        from: { type: 'string' },
        to: { type: 'string' },
        limit: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new UsageError(parseProblem(error));
  }
}

/** `HOST:PORT`, `[::1]:PORT`, or a port alone on 127.0.0.1. */
function address(flag: string, text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:]+)\]:|([^:\s]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new UsageError(`${flag} ${text} is not HOST:PORT, such as 127.0.0.1:4318.`);
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

function forwardUrl(text: string | undefined): string | null {
  if (!text) return null;
  // Not `URL.canParse`, which is younger than the Node of Electron 25.
  try {
    if (/^https?:$/.test(new URL(text).protocol)) return text;
  } catch {
    // As below.
  }
  throw new UsageError(`--forward ${text} is not a URL such as http://collector:4318.`);
}

function origins(text: string | undefined): readonly string[] | null {
  if (!text) return null;
  return text.split(',').map((origin) => {
    const trimmed = origin.trim();
    if (isOrigin(trimmed)) return trimmed;
    throw new UsageError(`--cors-origin ${trimmed} is not an origin such as https://app.example.com.`);
  });
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());
}

/** The platform's folder for a user's application data. */
function defaultDataDir(environment: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'Spoor');
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Spoor');
  return join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'spoor');
}
