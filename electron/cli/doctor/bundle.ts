/**
 * `spoor doctor --bundle`: what somebody who helps needs to know. It has no token, no value of an attribute and no path of the user: what
 * stands between quotes in a message may be any of that, and is left out.
 */
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { cpus, homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { type ParseError, parse } from 'jsonc-parser';
import type { StatusResource } from '../../../core/api/http-resources';
import type { Finding } from './finding';

const LOG_LINES = 200;
/** Of variables whose values are no secrets. The others are named. */
const SHOWN =
  /^OTEL_(?:EXPORTER_OTLP_(?:\w+_)?(?:PROTOCOL|TIMEOUT|COMPRESSION)|(?:TRACES|METRICS|LOGS)_(?:EXPORTER|SAMPLER)|BSP_\w+|BLRP_\w+|METRIC_EXPORT_\w+|SDK_DISABLED|PROPAGATORS)$/;
const NAMED =
  /^(?:OTEL_|SPOOR_|CLAUDE_CODE_|GEMINI_TELEMETRY_|COPILOT_OTEL_|NODE_OPTIONS$|JAVA_TOOL_OPTIONS$|(?:https?|no|all)_proxy$|CI$)/i;

export interface BundleParts {
  readonly version: string;
  readonly findings: readonly Finding[];
  readonly status: StatusResource | null;
  readonly dataDir: string;
  /** That was given. */
  readonly token: string | null;
  readonly environment: NodeJS.ProcessEnv;
}

export async function writeBundle(file: string, parts: BundleParts): Promise<void> {
  const { version, findings, status, dataDir, environment } = parts;
  const clean = await redactorFor(parts);
  const log = await readFile(join(dataDir, 'spoor-background.log'), 'utf8').catch(() => '');
  const settings = await readFile(join(dataDir, 'settings.json'), 'utf8').catch(() => '');
  const files: Record<string, string> = {
    'doctor.json': JSON.stringify(
      {
        version,
        findings: findings.map((one) => ({ ...one, message: clean(one.message), mend: one.mend && clean(one.mend) })),
      },
      null,
      2,
    ),
    'machine.json': JSON.stringify(
      {
        node: process.versions.node,
        platform: process.platform,
        arch: process.arch,
        cpus: cpus().length,
        memoryBytes: totalmem(),
        time: new Date().toISOString(),
      },
      null,
      2,
    ),
    'variables.txt': variables(environment),
    'settings-keys.txt': keysOf(settings),
    'status.json': JSON.stringify(status && statusOf(status), null, 2),
    'background.log': log
      .split('\n')
      .slice(-LOG_LINES)
      .map((line) => loggedLine(line, clean))
      .join('\n'),
  };
  const zipped = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
  await writeFile(file, zipped, { mode: 0o600 });
}

/** Numbers and states; no name that a sender chose. */
function statusOf(status: StatusResource): object {
  const { version, uptimeSeconds, store, otlpHttp, otlpGrpc, counts, bytesOnDisk, disk, queueDepth, spansPerSecond } =
    status;
  const { refused, forwarding, retention, lastPruning, unresponsive, capped, redacted } = status;
  return {
    version,
    uptimeSeconds,
    store: store.state,
    otlpHttp: otlpHttp.state,
    otlpGrpc: otlpGrpc.state,
    counts,
    capped,
    bytesOnDisk,
    disk,
    queueDepth,
    spansPerSecond,
    refused: { requests: refused.requests, records: refused.records, last: refused.last?.time ?? null },
    redacted: redacted.total,
    forwarding: forwarding && {
      queued: forwarding.queued,
      sent: forwarding.sent,
      failed: forwarding.failed,
      dropped: forwarding.dropped,
    },
    retention,
    lastPruning,
    unresponsive,
  };
}

function variables(environment: NodeJS.ProcessEnv): string {
  const names = Object.keys(environment)
    .filter((name) => NAMED.test(name) && environment[name])
    .sort();
  return names.map((name) => (SHOWN.test(name) ? `${name}=${environment[name]}` : `${name} is set`)).join('\n');
}

function keysOf(settings: string): string {
  const errors: ParseError[] = [];
  const read: unknown = parse(settings, errors, { allowTrailingComma: true, allowEmptyContent: true });
  if (errors.length > 0) return 'It is no JSON.';
  return typeof read === 'object' && read !== null ? Object.keys(read).join('\n') : '';
}

async function redactorFor({ dataDir, token, environment }: BundleParts): Promise<(text: string) => string> {
  const kept = await Promise.all(
    ['token', 'given-token'].map((name) => readFile(join(dataDir, name), 'utf8').catch(() => '')),
  );
  const secrets = [...kept, environment.SPOOR_TOKEN ?? '', token ?? '']
    .map((one) => one.trim())
    .filter((one) => one.length >= 8);
  const home = homedir();
  // Messages name real paths, too. The longer first, of which the other may be a part.
  const homes = [...new Set([home, await realpath(home).catch(() => home)])]
    .filter((path) => path.length > 1)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of secrets) clean = clean.replaceAll(secret, '\u2026');
    for (const path of homes) clean = clean.replaceAll(path, '~');
    return clean
      .replace(/https?:\/\/[^\s"',;)]+/g, (url) => originOf(url))
      .replace(/"[^"\n]*"|(?<!\w)'[^'\n]*'/g, '"\u2026"');
  };
}

/** Of a line of JSON when, how bad and what; its fields may have anything in them. */
function loggedLine(line: string, clean: (text: string) => string): string {
  try {
    const { time, level, message } = JSON.parse(line) as Record<string, unknown>;
    return [time, level, clean(String(message))].filter((part) => part !== undefined).join(' ');
  } catch {
    return clean(line);
  }
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return '\u2026';
  }
}
