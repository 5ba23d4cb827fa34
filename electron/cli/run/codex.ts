/** Codex reads no OTEL_ variables, but takes its settings as flags: codex -c KEY=TOML. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { ExportTarget } from './target';

interface CodexArguments {
  readonly args: readonly string[];
  readonly note: string | null;
}

/** The arguments of `codex` with those that make it export to Spoor; null: it is another program. */
export function codexArguments(
  file: string,
  args: readonly string[],
  { http }: ExportTarget,
  environment: NodeJS.ProcessEnv,
  content: boolean,
): CodexArguments | null {
  if (!/^codex(?:\.exe|\.cmd)?$/.test(basename(file))) return null;
  if (args.some((arg) => /^(?:--config=|-c=?)?otel[.=]/.test(arg))) return { args, note: null };
  const settings = join(environment.CODEX_HOME || join(homedir(), '.codex'), 'config.toml');
  if (hasOtelTable(settings)) {
    return { args, note: `${settings} has settings of its own under [otel], which are kept.` };
  }
  const flags = [
    ['exporter', 'logs'],
    ['trace_exporter', 'traces'],
    ['metrics_exporter', 'metrics'],
  ].map(([key, path]) => `otel.${key}={otlp-http={endpoint="${http}/v1/${path}",protocol="binary"}}`);
  if (content) flags.push('otel.log_user_prompt=true');
  return { args: [...flags.flatMap((flag) => ['-c', flag]), ...args], note: null };
}

function hasOtelTable(file: string): boolean {
  try {
    return /^\s*\[\s*otel\b|^\s*otel\s*[.=]/m.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}
