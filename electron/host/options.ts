/** The command line and the environment, as interfaces.md lists them. A flag beats its SPOOR_* variable. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ListenAddress } from '../../core/api/workers';
import { parseListenAddress } from '../../core/settings/listen-address';
import { isOrigin } from '../../core/settings/origin';
import type { OverriddenKeys } from '../../core/settings/settings-table';
import { parseProblem } from '../../services/command-line';
import { commandLineWarning, secretOf } from '../../services/secret-option';
import { type OptionTable, parseArguments, UsageError, type ValuesOf } from './option-table';
import type { SettingsOverrides } from './settings';

/** Which Spoor is meant, and how to talk to it: of every command that has one to talk to. */
export const FOLDER_OPTIONS = {
  'data-dir': {
    type: 'string',
    value: 'DIR',
    summary: 'where traces are kept',
    variable: 'SPOOR_DATA_DIR',
    completes: 'folder',
  },
  sample: {
    type: 'boolean',
    summary: 'the sample workspace, which has a folder of its own unless --data-dir names one',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    summary: "holds the API's bearer token; by default one is kept in the data folder",
    variable: 'SPOOR_TOKEN_FILE',
    completes: 'file',
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    summary: 'the token itself, which every user of the computer can then see: prefer the variable',
    variable: 'SPOOR_TOKEN',
  },
  json: { type: 'boolean', summary: 'print JSON, for programs', variable: 'SPOOR_JSON' },
} as const satisfies OptionTable;

/** Of what starts Spoor. */
export const START_OPTIONS = {
  ...FOLDER_OPTIONS,
  'otlp-http': {
    type: 'string',
    value: 'HOST:PORT',
    summary: 'OTLP/HTTP, 127.0.0.1:4318; port 0 picks a free port',
    variable: 'SPOOR_OTLP_HTTP',
  },
  'otlp-grpc': {
    type: 'string',
    value: 'HOST:PORT',
    summary: 'OTLP/gRPC, 127.0.0.1:4317',
    variable: 'SPOOR_OTLP_GRPC',
  },
  ui: { type: 'string', value: 'HOST:PORT', summary: 'pages and HTTP API, 127.0.0.1:4380', variable: 'SPOOR_UI' },
  forward: {
    type: 'string',
    value: 'URL',
    summary: 'send on what is stored to another OTLP/HTTP endpoint',
    variable: 'SPOOR_FORWARD',
  },
  'cors-origin': {
    type: 'string',
    value: 'LIST',
    summary: 'pages that may export, beside those of this machine: https://app.example.com,...',
    variable: 'SPOOR_CORS_ORIGIN',
  },
  'compat-without-token': {
    type: 'boolean',
    summary: 'let programs of this computer read traces through the APIs of Tempo, Jaeger and Zipkin without the token',
    variable: 'SPOOR_COMPAT_WITHOUT_TOKEN',
  },
  open: { type: 'boolean', summary: 'open the browser', variable: 'SPOOR_OPEN' },
  json: {
    type: 'boolean',
    summary: 'print one line of JSON when ready, log JSON to stderr',
    variable: 'SPOOR_JSON',
  },
  sample: {
    type: 'boolean',
    summary: 'fill an empty workspace with generated traces; by default in a folder of its own',
  },
} as const satisfies OptionTable;

export interface FolderOptions {
  readonly dataDir: string;
  /** Null: the one kept in the data folder. */
  readonly token: string | null;
  readonly json: boolean;
  readonly sample: boolean;
  /** What the user should know of how Spoor was started. */
  readonly warnings: readonly string[];
}

export interface StartOptions extends FolderOptions {
  readonly otlpHttp: ListenAddress;
  readonly otlpGrpc: ListenAddress;
  /** Whether the user named the gRPC port: then it must be had. */
  readonly otlpGrpcNamed: boolean;
  readonly ui: ListenAddress;
  readonly overrides: SettingsOverrides;
  readonly open: boolean;
}

/** The command line of the desktop shell, which starts and does nothing else. @throws UsageError */
export function parseStart(args: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  const { values, positionals } = parseArguments('start', START_OPTIONS, args);
  const extra = positionals[0] === 'start' ? positionals[1] : positionals[0];
  if (extra !== undefined) throw new UsageError(`start takes no argument ${extra}.`);
  return startOptions(values, environment);
}

type FolderValues = ValuesOf<typeof FOLDER_OPTIONS>;
type StartValues = ValuesOf<typeof START_OPTIONS>;

/** @throws UsageError */
export function folderOptions(values: FolderValues, environment: NodeJS.ProcessEnv): FolderOptions {
  const sample = values.sample ?? false;
  const dataDir = values['data-dir'] ?? environment.SPOOR_DATA_DIR;
  return {
    dataDir: dataDir ? resolve(dataDir) : join(defaultDataDir(environment), ...(sample ? ['sample'] : [])),
    token: tokenOf(values, environment),
    json: values.json ?? isOn(environment.SPOOR_JSON),
    sample,
    warnings: values.token === undefined ? [] : [commandLineWarning('--token', 'SPOOR_TOKEN')],
  };
}

/** @throws UsageError */
export function startOptions(values: StartValues, environment: NodeJS.ProcessEnv): StartOptions {
  const folder = folderOptions(values, environment);
  const grpc = values['otlp-grpc'] ?? environment.SPOOR_OTLP_GRPC;
  return {
    ...folder,
    otlpHttp: address('--otlp-http', values['otlp-http'] ?? environment.SPOOR_OTLP_HTTP ?? '127.0.0.1:4318'),
    otlpGrpc: address('--otlp-grpc', grpc ?? '127.0.0.1:4317'),
    otlpGrpcNamed: grpc !== undefined,
    ui: address('--ui', values.ui ?? environment.SPOOR_UI ?? '127.0.0.1:4380'),
    overrides: {
      forwardUrl: forwardUrl(values.forward ?? environment.SPOOR_FORWARD),
      corsOrigins: origins(values['cors-origin'] ?? environment.SPOOR_CORS_ORIGIN),
      compatWithoutToken: withoutToken(values, environment),
      keys: overridden(values, environment),
    },
    open: values.open ?? isOn(environment.SPOOR_OPEN),
    warnings: [...folder.warnings, ...forwardWarnings(values.forward)],
  };
}

/** @throws UsageError */
function tokenOf({ token: value, 'token-file': file }: FolderValues, environment: NodeJS.ProcessEnv): string | null {
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

/** Null: the settings say. */
function withoutToken(values: StartValues, environment: NodeJS.ProcessEnv): boolean | null {
  const variable = environment.SPOOR_COMPAT_WITHOUT_TOKEN;
  return values['compat-without-token'] ?? (variable ? isOn(variable) : null);
}

function forwardWarnings(forward: string | undefined): string[] {
  if (forward === undefined || !hasSecret(forward)) return [];
  return [
    '--forward shows what may be a key in its URL to every user of this computer, in the list of processes: use the variable SPOOR_FORWARD, or settings.json.',
  ];
}

/** Whether a key may be in it; that it is a URL is known. */
function hasSecret(url: string): boolean {
  const { username, password, search } = new URL(url);
  return username !== '' || password !== '' || search !== '';
}

/** @throws UsageError */
function address(flag: string, text: string): ListenAddress {
  const parsed = parseListenAddress(text);
  if (parsed === null) throw new UsageError(`${flag} ${text} is not HOST:PORT, such as 127.0.0.1:4318.`);
  return parsed;
}

/** Which settings are set here, and how. */
function overridden(values: StartValues, environment: NodeJS.ProcessEnv): OverriddenKeys {
  const flags = [
    ['listen.otlpHttp', 'otlp-http'],
    ['listen.otlpGrpc', 'otlp-grpc'],
    ['listen.ui', 'ui'],
    ['forward', 'forward'],
    ['corsOrigins', 'cors-origin'],
    ['compat.withoutToken', 'compat-without-token'],
  ] as const;
  const sourceOf = (flag: (typeof flags)[number][1]): 'command line' | 'environment' | null => {
    if (values[flag] !== undefined && values[flag] !== '') return 'command line';
    return environment[START_OPTIONS[flag].variable] ? 'environment' : null;
  };
  return Object.fromEntries(flags.map(([key, flag]) => [key, sourceOf(flag)]).filter(([, source]) => source !== null));
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
