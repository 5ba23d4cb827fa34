import type { LogLevel } from '../../../core/model/log-level';

/** The colour of a level: what needs attention stands out, the rest stays quiet. */
export const LEVEL_COLORS: Readonly<Record<LogLevel, string>> = {
  unset: 'var(--line-strong)',
  trace: 'var(--line-strong)',
  debug: 'var(--faint)',
  info: 'var(--accent)',
  warn: 'var(--warning)',
  error: 'var(--error)',
  fatal: 'color-mix(in srgb, var(--error) 65%, var(--text))',
};
