/** Every setting of `settings.json`: what it may be, what holds without it, and whether a change needs a restart. */
import { z } from 'zod';
import type { SettingKey, SettingSource, SettingValues } from '../api/settings';
import { DEFAULT_REDACTION, rulesOf } from '../redaction/rules';
import { parseListenAddress } from './listen-address';
import { isOrigin } from './origin';

interface Setting<T> {
  /** With messages that follow the name of the setting. */
  readonly schema: z.ZodType<T>;
  readonly byDefault: T;
  readonly needsRestart?: true;
}

const text = (error: string, most: number, least = 1) => z.string({ error }).min(least, { error }).max(most, { error });

function limit(unit: string, most: number) {
  const error = `must be a number of ${unit} above 0, or null for no limit`;
  const tooMuch = `must be at most ${most.toLocaleString('en')} ${unit}, or null for no limit`;
  return z.number({ error }).positive({ error }).max(most, { error: tooMuch }).nullable();
}

function list<T>(item: z.ZodType<T>, most: number, of: string) {
  return z.array(item, { error: `must be a list of ${of}` }).max(most, { error: `must have at most ${most} items` });
}

const SWITCH = z.boolean({ error: 'must be true or false' });

function listens(byDefault: string): Setting<string> {
  const error = `must be HOST:PORT, such as ${byDefault}`;
  return {
    schema: z.string({ error }).refine((address) => parseListenAddress(address) !== null, { error }),
    byDefault,
    needsRestart: true,
  };
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
const NOT_FORWARD = 'must be null, or have a url such as http://collector:4318 and may have headers';

const FORWARD = z
  .strictObject(
    {
      url: z.url({ protocol: /^https?$/, error: 'must be a URL such as http://collector:4318' }),
      // Null keeps what is set: only a change may have it (hidden-secrets.ts).
      headers: z
        .record(
          z.string().regex(/^[\w-]+$/, { error: HEADER_NAME }),
          text('must be text of at most 8,192 characters', 8_192, 0).nullable(),
          { error: 'must have a name and a text for each header' },
        )
        .default({}),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? NOT_FORWARD : undefined) },
  )
  .nullable();

export const SETTINGS: { readonly [Key in SettingKey]: Setting<SettingValues[Key]> } = {
  'retention.days': { schema: limit('days', 1e6), byDefault: 14 },
  'retention.gigabytes': { schema: limit('GiB', 1e9), byDefault: 5 },
  'retention.spans': { schema: limit('spans', 1e15), byDefault: null },
  'redaction.secrets': { schema: SWITCH, byDefault: DEFAULT_REDACTION.secrets },
  'redaction.emails': { schema: SWITCH, byDefault: DEFAULT_REDACTION.emails },
  'redaction.cards': { schema: SWITCH, byDefault: DEFAULT_REDACTION.cards },
  'redaction.keys': {
    schema: list(text('must be a key of 1 to 256 characters, such as customer.*', 256), 1_000, 'attribute keys'),
    byDefault: DEFAULT_REDACTION.keys,
  },
  'redaction.patterns': {
    schema: list(PATTERN, 100, 'patterns, each with a name and a pattern'),
    byDefault: DEFAULT_REDACTION.patterns,
  },
  'listen.otlpHttp': listens('127.0.0.1:4318'),
  'listen.otlpGrpc': listens('127.0.0.1:4317'),
  'listen.ui': listens('127.0.0.1:4380'),
  corsOrigins: {
    schema: list(z.string({ error: NOT_ORIGIN }).refine(isOrigin, { error: NOT_ORIGIN }), 100, 'origins'),
    byDefault: [],
  },
  forward: { schema: FORWARD, byDefault: null },
  'compat.withoutToken': { schema: SWITCH, byDefault: false },
  'search.promptText': { schema: SWITCH, byDefault: true, needsRestart: true },
  'agents.write': { schema: SWITCH, byDefault: false },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

export const DEFAULT_SETTINGS = Object.fromEntries(
  SETTING_KEYS.map((key) => [key, SETTINGS[key].byDefault]),
) as unknown as SettingValues;

/** Where the file has it. */
export function pathOf(key: SettingKey): string[] {
  return key.split('.');
}

/** Those that the command line or the environment sets, which win over the file. */
export type OverriddenKeys = Readonly<Partial<Record<SettingKey, Exclude<SettingSource, 'default' | 'file'>>>>;
