/** Levels of log records: OpenTelemetry's severity numbers by their names. */

export const LOG_LEVELS = ['unset', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Severity numbers of a level: four, from here on. */
const STEP = 4;
const MAX_SEVERITY = 24;

/** What loggers call the levels, beside the names of the data model. */
const NAMES: ReadonlyMap<string, LogLevel> = new Map<string, LogLevel>([
  ...LOG_LEVELS.map((level): [string, LogLevel] => [level, level]),
  ['none', 'unset'],
  ['unspecified', 'unset'],
  ['verbose', 'trace'],
  ['finest', 'trace'],
  ['finer', 'trace'],
  ['fine', 'debug'],
  ['dbg', 'debug'],
  ['config', 'debug'],
  ['information', 'info'],
  ['informational', 'info'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['err', 'error'],
  ['severe', 'error'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['alert', 'fatal'],
  ['emergency', 'fatal'],
  ['emerg', 'fatal'],
  ['panic', 'fatal'],
]);

/** 0 is unset; numbers beyond those of the data model count as fatal. */
export function levelOf(severity: number): LogLevel {
  if (severity <= 0) return 'unset';
  return LOG_LEVELS[Math.ceil(Math.min(severity, MAX_SEVERITY) / STEP)] as LogLevel;
}

/** The level that a word stands for; null: none. */
export function levelNamed(word: string): LogLevel | null {
  return NAMES.get(word.trim().toLowerCase()) ?? null;
}

/** The smallest and the largest severity number of a level. */
export function severitiesOf(level: LogLevel): { readonly least: number; readonly most: number } {
  const at = LOG_LEVELS.indexOf(level);
  if (at === 0) return { least: 0, most: 0 };
  return { least: (at - 1) * STEP + 1, most: level === 'fatal' ? 0xff : at * STEP };
}
