/**
 * `settings.json` in the data folder: what the receivers do besides storing, and how much is kept. Written by the user, read at start; a file that
 * cannot be understood stops the start rather than letting secrets through.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Retention } from '../../core/api/retention';
import type { ListenAddress, ReceiverSettings } from '../../core/api/workers';
import { DEFAULT_REDACTION, rulesOf } from '../../core/redaction/rules';
import { isLoopbackAddress, isOrigin } from '../../services/net/loopback';
import { StartError } from '../../services/store/start-error';

const ORIGIN = z.string().refine(isOrigin, 'is not an origin such as https://app.example.com');

/** Null: no limit. */
const LIMIT = z.number().positive().nullable();

/** Where the file says nothing of a limit. */
const DEFAULT_RETENTION = { days: 14, gigabytes: 5, spans: null };
const BYTES_PER_GIGABYTE = 1024 ** 3;

const SETTINGS = z.strictObject({
  redaction: z
    .strictObject({
      secrets: z.boolean().optional(),
      emails: z.boolean().optional(),
      cards: z.boolean().optional(),
      keys: z.array(z.string().min(1).max(256)).max(1_000).optional(),
      patterns: z
        .array(z.strictObject({ name: z.string().min(1).max(40), pattern: z.string().min(1).max(1_000) }))
        .max(100)
        .optional(),
    })
    .optional(),
  forward: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      headers: z.record(z.string().regex(/^[\w-]+$/), z.string()).optional(),
    })
    .nullable()
    .optional(),
  corsOrigins: z.array(ORIGIN).max(100).optional(),
  compat: z.strictObject({ withoutToken: z.boolean().optional() }).optional(),
  search: z.strictObject({ promptText: z.boolean().optional() }).optional(),
  agents: z.strictObject({ write: z.boolean().optional() }).optional(),
  retention: z
    .strictObject({
      days: LIMIT.optional(),
      gigabytes: LIMIT.optional(),
      spans: LIMIT.optional(),
    })
    .optional(),
});

/** What the command line says about the same things; it wins. */
export interface SettingsOverrides {
  readonly forwardUrl: string | null;
  readonly corsOrigins: readonly string[] | null;
  readonly compatWithoutToken: boolean | null;
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

/** @throws StartError saying where the file is wrong. */
export async function readSettings(dataDir: string, overrides: SettingsOverrides): Promise<Settings> {
  const file = join(dataDir, 'settings.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new StartError(`${file} cannot be read: ${error.message}. Make it readable, or remove it.`);
  });
  const stored = parseSettings(file, text);
  const forward =
    overrides.forwardUrl === null
      ? (stored.forward ?? null)
      : { url: overrides.forwardUrl, headers: stored.forward?.headers };
  const { days, gigabytes, spans } = { ...DEFAULT_RETENTION, ...withoutUndefined(stored.retention ?? {}) };
  return {
    receivers: {
      redaction: { ...DEFAULT_REDACTION, ...withoutUndefined(stored.redaction ?? {}) },
      forward: forward && { url: forward.url, headers: forward.headers ?? {} },
      corsOrigins: overrides.corsOrigins ?? stored.corsOrigins ?? [],
    },
    retention: { days, bytes: gigabytes === null ? null : gigabytes * BYTES_PER_GIGABYTE, spans },
    searchesPrompts: stored.search?.promptText ?? true,
    agentsMayWrite: stored.agents?.write ?? false,
    compatWithoutToken: overrides.compatWithoutToken ?? stored.compat?.withoutToken ?? false,
  };
}

/** @throws StartError where the user lets anybody read that reaches a port which other machines reach */
export function checkCompat({ compatWithoutToken }: Pick<Settings, 'compatWithoutToken'>, ui: ListenAddress): void {
  if (!compatWithoutToken || isLoopbackAddress(ui.host)) return;
  throw new StartError(
    `Other machines reach ${ui.host}, so nothing is read there without the token. Leave out --compat-without-token, or start with --ui 127.0.0.1:4380.`,
  );
}

function parseSettings(file: string, text: string): z.infer<typeof SETTINGS> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StartError(`${file} is not JSON: ${(error as Error).message}. Correct it, or remove it.`);
  }
  const settings = check(file, SETTINGS, json);
  for (const rule of settings.redaction?.patterns ?? []) {
    try {
      rulesOf({ ...DEFAULT_REDACTION, patterns: [rule] });
    } catch (error) {
      throw new StartError(
        `${file} has a redaction pattern that is wrong: “${rule.name}”. ${(error as Error).message} Correct it, or remove it.`,
      );
    }
  }
  return settings;
}

function check<T>(file: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new StartError(
    `${file}: ${issue?.path.join('.') || 'the file'} ${issue?.message ?? 'is wrong'}. Correct it, or remove it.`,
  );
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
