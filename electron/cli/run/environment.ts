/**
 * The variables that make a program export to Spoor. The SDKs of all languages read OTEL_*; coding agents have some of their own besides.
 * What the user has set is kept, and named where it leads elsewhere.
 */
import type { ExportTarget } from './target';

export const RUN_ID_ATTRIBUTE = 'spoor.run.id';

const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const;
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
const HTTP = 'http/protobuf';
/** Of exporters, which --override replaces: where to, how, and with what secret of another receiver. */
const OF_EXPORTERS =
  /^OTEL_EXPORTER_OTLP_(?:(?:TRACES|METRICS|LOGS)_)?(?:ENDPOINT|PROTOCOL|HEADERS|INSECURE|CERTIFICATE|CLIENT_KEY|CLIENT_CERTIFICATE)$|^OTEL_(?:TRACES|METRICS|LOGS)_EXPORTER$|^OTEL_SDK_DISABLED$/;

/** The default of five seconds between two exports, and of a minute between two of metrics, is long for a program that ends soon. */
const DELAYS = {
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  // Some SDKs refuse one that is longer than the interval.
  OTEL_METRIC_EXPORT_TIMEOUT: '5000',
  // Claude Code's own.
  OTEL_LOGS_EXPORT_INTERVAL: '1000',
  OTEL_TRACES_EXPORT_INTERVAL: '1000',
};

/** Prompts, answers and arguments of tools, which agents leave out unless they are asked. Gemini CLI sends them unasked. */
const CONTENT = {
  OTEL_LOG_USER_PROMPTS: '1',
  OTEL_LOG_TOOL_DETAILS: '1',
  OTEL_LOG_TOOL_CONTENT: '1',
  COPILOT_OTEL_CAPTURE_CONTENT: 'true',
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
};

export interface RunEnvironment {
  /** The whole environment of the program. */
  readonly environment: NodeJS.ProcessEnv;
  /** What the user has set that keeps telemetry from Spoor, a sentence each. */
  readonly notes: readonly string[];
}

export interface RunIdentity {
  readonly runId: string;
  /** Null: the program names itself. */
  readonly name: string | null;
  readonly content: boolean;
  readonly override: boolean;
}

export function environmentFor(given: NodeJS.ProcessEnv, target: ExportTarget, run: RunIdentity): RunEnvironment {
  const own = run.override
    ? Object.fromEntries(Object.entries(given).filter(([name]) => !OF_EXPORTERS.test(name)))
    : given;
  const wanted: Record<string, string> = {
    ...exporters(own, target),
    ...DELAYS,
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    // Its traces, which are a beta.
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
    GEMINI_TELEMETRY_ENABLED: 'true',
    GEMINI_TELEMETRY_TARGET: 'local',
    GEMINI_TELEMETRY_OTLP_ENDPOINT: target.http,
    GEMINI_TELEMETRY_OTLP_PROTOCOL: 'http',
    GEMINI_TELEMETRY_TRACES_ENABLED: 'true',
    COPILOT_OTEL_ENABLED: 'true',
    ...(run.content ? CONTENT : {}),
  };
  const set = Object.fromEntries(Object.entries(wanted).filter(([name]) => !own[name]));
  const attributes = [own.OTEL_RESOURCE_ATTRIBUTES, `${RUN_ID_ATTRIBUTE}=${run.runId}`].filter(Boolean).join(',');
  return {
    environment: {
      ...own,
      ...set,
      OTEL_RESOURCE_ATTRIBUTES: attributes,
      ...(run.name === null ? {} : { OTEL_SERVICE_NAME: run.name }),
    },
    notes: notesOf(own, target),
  };
}

/** An endpoint goes with a protocol: where the user has chosen one of them, the other fits it. */
function exporters(own: NodeJS.ProcessEnv, target: ExportTarget): Record<string, string> {
  const wanted: Record<string, string> = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
  };
  const protocol = own[PROTOCOL] || protocolOf(own[ENDPOINT], target) || HTTP;
  wanted[ENDPOINT] = endpointOf(protocol, target);
  // An endpoint of somebody else's has a protocol that only they know.
  if (!own[ENDPOINT] || protocolOf(own[ENDPOINT], target) !== null) wanted[PROTOCOL] = protocol;
  if (protocol === 'grpc') wanted.OTEL_EXPORTER_OTLP_INSECURE = 'true';
  for (const signal of SIGNALS) {
    const ofSignal = own[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`];
    if (!ofSignal || (ofSignal === 'grpc') === (protocol === 'grpc') || own[ENDPOINT]) continue;
    const base = endpointOf(ofSignal, target);
    wanted[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] = ofSignal === 'grpc' ? base : `${base}/v1/${signal.toLowerCase()}`;
  }
  return wanted;
}

function endpointOf(protocol: string, { http, grpc }: ExportTarget): string {
  return protocol === 'grpc' ? (grpc ?? http) : http;
}

/** What a receiver of ours at this address speaks; null: it is none of ours. */
function protocolOf(endpoint: string | undefined, { http, grpc }: ExportTarget): string | null {
  const port = portHere(endpoint);
  if (port === null) return null;
  if (grpc !== null && port === new URL(grpc).port) return 'grpc';
  return port === new URL(http).port ? HTTP : null;
}

/** The port of an address of this machine. */
function portHere(endpoint: string | undefined): string | null {
  try {
    const { hostname, port, protocol } = new URL(endpoint ?? '');
    const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname);
    return isHere ? port || (protocol === 'https:' ? '443' : '80') : null;
  } catch {
    return null;
  }
}

function notesOf(own: NodeJS.ProcessEnv, target: ExportTarget): string[] {
  const notes: string[] = [];
  for (const name of [ENDPOINT, ...SIGNALS.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)]) {
    const value = own[name];
    if (!value || protocolOf(value, target) !== null) continue;
    notes.push(
      `${name} is set to ${originOf(value)} and kept: what it is for does not come here. --override replaces it.`,
    );
  }
  for (const signal of SIGNALS) {
    const value = own[`OTEL_${signal}_EXPORTER`];
    if (!value || value.split(',').some((one) => one.trim().startsWith('otlp'))) continue;
    notes.push(
      `OTEL_${signal}_EXPORTER is set to ${value} and kept: ${signal.toLowerCase()} do not come here. --override replaces it.`,
    );
  }
  if (own.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    notes.push('OTEL_SDK_DISABLED is true and kept: SDKs send nothing. --override takes it away.');
  }
  if (own[PROTOCOL] === 'grpc' && target.grpc === null) {
    notes.push('OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which Spoor does not receive now: its port is taken.');
  }
  return notes;
}

/** An address may hold a key. */
function originOf(value: string): string {
  try {
    return new URL(value).origin;
  } catch {
    return 'something that is no URL';
  }
}
