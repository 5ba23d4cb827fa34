/**
 * `settings.json` in the data folder: what the receivers do besides storing, and how much is kept. People and the settings screen write it.
 * A file that cannot be understood stops the start rather than letting secrets through.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Retention } from '../../core/api/retention';
import type { SettingsProblem, SettingValues } from '../../core/api/settings';
import type { ListenAddress, ReceiverSettings } from '../../core/api/workers';
import { parseListenAddress } from '../../core/settings/listen-address';
import { DEFAULT_SETTINGS, type OverriddenKeys } from '../../core/settings/settings-table';
import { readSettingsText } from '../../core/settings/settings-text';
import { isLoopbackAddress } from '../../services/net/loopback';
import { StartError } from '../../services/store/start-error';

const BYTES_PER_GIGABYTE = 1024 ** 3;

/** What the command line and the environment say about the same things; they win. */
export interface SettingsOverrides {
  readonly forwardUrl: string | null;
  readonly corsOrigins: readonly string[] | null;
  readonly compatWithoutToken: boolean | null;
  readonly keys: OverriddenKeys;
}

export interface Settings {
  readonly receivers: ReceiverSettings;
  readonly retention: Retention;
  /** Whether a search for words looks into prompts and answers. */
  readonly searchesPrompts: boolean;
  /** Whether agents may write notes, scores and rows of datasets. */
  readonly agentsMayWrite: boolean;
  /** Whether clients of other tools may read without a token. */
  readonly compatWithoutToken: boolean;
}

export const settingsFile = (dataDir: string): string => join(dataDir, 'settings.json');

/** Null: there is none. @throws Error where it cannot be read, as a pipe, of which nobody writes the other end, never could */
export async function readSettingsFile(file: string): Promise<Buffer | null> {
  try {
    if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** @throws StartError saying where the file is wrong. */
export async function readSettings(dataDir: string, overrides: SettingsOverrides): Promise<Settings> {
  return settingsOf(await readValues(dataDir, overrides));
}

/** What holds: the file's values, with those that win over them. @throws StartError saying where the file is wrong */
export async function readValues(dataDir: string, overrides: SettingsOverrides): Promise<SettingValues> {
  const file = settingsFile(dataDir);
  const bytes = await readSettingsFile(file).catch((error: Error) => {
    throw new StartError(`${file} cannot be read: ${error.message}. Make it readable, or remove it.`);
  });
  const { values, problems } = readSettingsText(bytes?.toString('utf8') ?? '');
  if (problems.length > 0) throw new StartError(`${problemText(file, problems)} Correct it, or remove it.`);
  return withOverrides(values, overrides);
}

/** `/data/settings.json, line 3: retention.days must be a number of days above 0, or null for no limit.` */
export function problemText(file: string, problems: readonly SettingsProblem[]): string {
  return problems.map(({ line, message }) => `${file}, line ${line}: ${message.replace(/\.$/, '')}.`).join(' ');
}

export function withOverrides(
  values: Partial<SettingValues>,
  { forwardUrl, corsOrigins, compatWithoutToken }: SettingsOverrides,
): SettingValues {
  const stored = { ...DEFAULT_SETTINGS, ...values };
  return {
    ...stored,
    ...(forwardUrl !== null && { forward: { url: forwardUrl, headers: stored.forward?.headers ?? {} } }),
    ...(corsOrigins !== null && { corsOrigins }),
    ...(compatWithoutToken !== null && { 'compat.withoutToken': compatWithoutToken }),
  };
}

export function settingsOf(values: SettingValues): Settings {
  const gigabytes = values['retention.gigabytes'];
  const { forward } = values;
  return {
    receivers: {
      redaction: {
        secrets: values['redaction.secrets'],
        emails: values['redaction.emails'],
        cards: values['redaction.cards'],
        keys: values['redaction.keys'],
        patterns: values['redaction.patterns'],
      },
      forward: forward && { url: forward.url, headers: textHeaders(forward.headers) },
      corsOrigins: values.corsOrigins,
    },
    retention: {
      days: values['retention.days'],
      bytes: gigabytes === null ? null : gigabytes * BYTES_PER_GIGABYTE,
      spans: values['retention.spans'],
    },
    searchesPrompts: values['search.promptText'],
    agentsMayWrite: values['agents.write'],
    compatWithoutToken: values['compat.withoutToken'],
  };
}

export type ListenAddresses = Readonly<Record<'otlpHttp' | 'otlpGrpc' | 'ui', ListenAddress>>;

/** Where to listen: as the command line or the environment says, else as the settings say. */
export function listenAddresses(
  values: SettingValues,
  given: ListenAddresses & { readonly overrides: SettingsOverrides },
): ListenAddresses {
  const one = (name: keyof ListenAddresses): ListenAddress =>
    given.overrides.keys[`listen.${name}`]
      ? given[name]
      : (parseListenAddress(values[`listen.${name}`]) ?? given[name]);
  return { otlpHttp: one('otlpHttp'), otlpGrpc: one('otlpGrpc'), ui: one('ui') };
}

/** @throws StartError where the user lets anybody read that reaches a port which other machines reach */
export function checkCompat({ compatWithoutToken }: Pick<Settings, 'compatWithoutToken'>, ui: ListenAddress): void {
  if (!compatWithoutToken || isLoopbackAddress(ui.host)) return;
  throw new StartError(
    `Other machines reach ${ui.host}, so nothing is read there without the token. Leave out --compat-without-token, or start with --ui 127.0.0.1:4380.`,
  );
}

function textHeaders(headers: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null));
}
