/** Every setting of `settings.json`: what it may be, what holds without it, and whether a change needs a restart. */
import { z } from 'zod';
import type { SettingKey, SettingSource, SettingValues } from '../api/settings';
import { DEFAULT_REDACTION, rulesOf } from '../redaction/rules';
import { isHeaderName, isHeaderValue } from './forward-headers';
import { parseListenAddress } from './listen-address';
import { isOrigin } from './origin';

const text = (error: string, most: number, least = 1) => z.string({ error }).min(least, { error }).max(most, { error });

function limit(unit: string, most: number) {
  const error = `must be a number of ${unit} above 0, or null for no limit`;
  const tooMuch = `must be at most ${most.toLocaleString('en')} ${unit}, or null for no limit`;
  return z.number({ error }).positive({ error }).max(most, { error: tooMuch }).nullable();
}

function list<T>(item: z.ZodType<T>, most: number, of: string): z.ZodType<readonly T[]> {
  return z.array(item, { error: `must be a list of ${of}` }).max(most, { error: `must have at most ${most} items` });
}

const SWITCH = z.boolean({ error: 'must be true or false' });

function listens(example: string) {
  const error = `must be HOST:PORT, such as ${example}`;
  return z.string({ error }).refine((address) => parseListenAddress(address) !== null, { error });
}

const PATTERN = z
  .strictObject({
    name: text('must have 1 to 40 characters', 40),
    pattern: text('must have 1 to 1,000 characters', 1_000),
  })
  .superRefine((rule, context) => {
    try {
      rulesOf({ ...DEFAULT_REDACTION, patterns: [rule] });
    } catch (error) {
      const message = `is a redaction pattern that is wrong: “${rule.name}”. ${(error as Error).message}`;
      context.addIssue({ code: 'custom', message, path: ['pattern'] });
    }
  });

const NOT_ORIGIN = 'is not an origin such as https://app.example.com';
const HEADER_NAME = 'must have names of letters, digits, - and _';
const HEADER_VALUE = 'has a line break or a character that HTTP headers cannot carry';
const NOT_FORWARD = 'must be null, or have a url such as http://collector:4318 and may have headers';

const FORWARD = z
  .strictObject(
    {
      url: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://collector:4318' }),
      // Null keeps what is set: only a change may have it (hidden-secrets.ts).
      headers: z
        .record(
          z.string().refine(isHeaderName, { error: HEADER_NAME }),
          text('must be text of at most 8,192 characters', 8_192, 0)
            .refine(isHeaderValue, { error: HEADER_VALUE })
            .nullable(),
          { error: 'must have a name and a text for each header' },
        )
        .default({}),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? NOT_FORWARD : undefined) },
  )
  .nullable();

/** With messages that follow the name of the setting. */
export const SETTING_SCHEMAS: { readonly [Key in SettingKey]: z.ZodType<SettingValues[Key]> } = {
  'retention.days': limit('days', 1e6),
  'retention.gigabytes': limit('GiB', 1e9),
  'retention.spans': limit('spans', 1e15),
  'redaction.secrets': SWITCH,
  'redaction.emails': SWITCH,
  'redaction.cards': SWITCH,
  'redaction.keys': list(
    text('must be a key of 1 to 256 characters, such as customer.*', 256),
    1_000,
    'attribute keys',
  ),
  'redaction.patterns': list(PATTERN, 100, 'patterns, each with a name and a pattern'),
  'listen.otlpHttp': listens('127.0.0.1:4318'),
  'listen.otlpGrpc': listens('127.0.0.1:4317'),
  'listen.ui': listens('127.0.0.1:4380'),
  corsOrigins: list(z.string({ error: NOT_ORIGIN }).refine(isOrigin, { error: NOT_ORIGIN }), 100, 'origins'),
  forward: FORWARD,
  'compat.withoutToken': SWITCH,
  'search.promptText': SWITCH,
  'agents.write': SWITCH,
};

export const DEFAULT_SETTINGS: SettingValues = {
  'retention.days': 14,
  'retention.gigabytes': 5,
  'retention.spans': null,
  'redaction.secrets': DEFAULT_REDACTION.secrets,
  'redaction.emails': DEFAULT_REDACTION.emails,
  'redaction.cards': DEFAULT_REDACTION.cards,
  'redaction.keys': DEFAULT_REDACTION.keys,
  'redaction.patterns': DEFAULT_REDACTION.patterns,
  'listen.otlpHttp': '127.0.0.1:4318',
  'listen.otlpGrpc': '127.0.0.1:4317',
  'listen.ui': '127.0.0.1:4380',
  corsOrigins: [],
  forward: null,
  'compat.withoutToken': false,
  'search.promptText': true,
  'agents.write': false,
};

/** A change of these takes effect at the next start. */
export const RESTART_KEYS: readonly SettingKey[] = [
  'listen.otlpHttp',
  'listen.otlpGrpc',
  'listen.ui',
  'search.promptText',
];

export const SETTING_KEYS = Object.keys(SETTING_SCHEMAS).filter((key): key is SettingKey => key in SETTING_SCHEMAS);

/** @returns what holds once `wanted` is in use: what waits for a restart is as it runs */
export function inUseAfter(wanted: SettingValues, running: SettingValues): SettingValues {
  const values = { ...wanted };
  for (const key of RESTART_KEYS) copySetting(key, running, values);
  return values;
}

function copySetting<Key extends SettingKey>(
  key: Key,
  from: SettingValues,
  to: { -readonly [One in SettingKey]: SettingValues[One] },
): void {
  to[key] = from[key];
}

/** Where the file has it. */
export function pathOf(key: SettingKey): string[] {
  return key.split('.');
}

/** Those that the command line or the environment sets, which win over the file. */
export type OverriddenKeys = Readonly<Partial<Record<SettingKey, Exclude<SettingSource, 'default' | 'file'>>>>;
