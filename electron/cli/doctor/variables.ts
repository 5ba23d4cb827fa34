/** OTEL_ variables that keep telemetry away: the mistakes that SDKs do not tell of. */
import { broken, type Finding, fine, warning } from './finding';

const CHECK = 'variables';
const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const;
const PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'];
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const SIGNAL_PATH = /\/v1\/(traces|metrics|logs)\/?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/** Ports of the Spoor that runs, or those that it takes. */
export interface ReceiverPorts {
  readonly http: number | null;
  readonly grpc: number | null;
}

export function variableFindings(environment: NodeJS.ProcessEnv, ports: ReceiverPorts): Finding[] {
  const findings = [
    ...endpointFindings(ENDPOINT, null, environment, ports),
    ...SIGNALS.flatMap((signal) =>
      endpointFindings(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, signal.toLowerCase(), environment, ports),
    ),
    ...['', ...SIGNALS.map((signal) => `${signal}_`)].flatMap((part) =>
      protocolFindings(`OTEL_EXPORTER_OTLP_${part}PROTOCOL`, environment),
    ),
    ...SIGNALS.flatMap((signal) => exporterFindings(signal, environment)),
    ...switchFindings(environment),
    ...listFindings('OTEL_RESOURCE_ATTRIBUTES', environment),
    ...listFindings('OTEL_EXPORTER_OTLP_HEADERS', environment),
    ...proxyFindings(environment),
  ];
  const set = Object.keys(environment).filter((name) => name.startsWith('OTEL_') && environment[name]);
  if (findings.length > 0) return findings;
  if (set.length > 0) return [fine(CHECK, `${set.length} OTEL_ variables are set, and lead here.`)];
  return [fine(CHECK, 'No OTEL_ variable is set: SDKs take http://localhost:4318 or 4317, as Spoor does.')];
}

function endpointFindings(
  name: string,
  signal: string | null,
  environment: NodeJS.ProcessEnv,
  { http, grpc }: ReceiverPorts,
): Finding[] {
  const value = environment[name];
  if (!value) return [];
  const here = `http://localhost:${http ?? 4318}`;
  const whole = signal === null ? here : `${here}/v1/${signal}`;
  if (/^["'].*["']$|^\s|\s$/.test(value)) {
    return [
      broken(
        CHECK,
        `${name} has quotes or spaces around its value, which SDKs take for a part of it.`,
        `Set ${name}=${whole}`,
      ),
    ];
  }
  const url = urlOf(value);
  if (url === null) {
    return [broken(CHECK, `${name} is no URL: it needs http:// before the host.`, `Set ${name}=${whole}`)];
  }
  const shown = `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
  if (!LOOPBACK.test(url.hostname)) {
    return [warning(CHECK, `${name} leads to ${shown}, not to this computer.`, `Unset it, or set ${name}=${whole}`)];
  }
  if (url.protocol === 'https:') {
    return [broken(CHECK, `${name} asks for https at ${shown}, where Spoor speaks http.`, `Set ${name}=${whole}`)];
  }
  const signalName = signal === null ? '' : `${signal.toUpperCase()}_`;
  const protocol =
    environment[`OTEL_EXPORTER_OTLP_${signalName}PROTOCOL`] || environment.OTEL_EXPORTER_OTLP_PROTOCOL || '';
  const port = Number(url.port || '80');
  if (protocol === 'grpc' && port === http) {
    const mend =
      grpc === null ? 'Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf' : `Set ${name}=http://localhost:${grpc}`;
    return [broken(CHECK, `${name} sends gRPC to port ${port}, where Spoor takes OTLP over HTTP.`, mend)];
  }
  if (protocol.startsWith('http') && port === grpc) {
    return [
      broken(CHECK, `${name} sends ${protocol} to port ${port}, where Spoor takes gRPC.`, `Set ${name}=${whole}`),
    ];
  }
  if (port !== http && port !== grpc) {
    const mend = `Set ${name}=${whole}`;
    return [broken(CHECK, `${name} leads to port ${port}, where this Spoor does not listen.`, mend)];
  }
  return protocol === 'grpc' || port === grpc ? [] : pathFindings(name, signal, url, whole);
}

function pathFindings(name: string, signal: string | null, { pathname }: URL, whole: string): Finding[] {
  const mend = `Set ${name}=${whole}`;
  const found = SIGNAL_PATH.exec(pathname)?.[1] ?? null;
  if (/\/v1\/(?:traces|metrics|logs)\/v1\//.test(pathname)) {
    return [broken(CHECK, `${name} has the path of a signal twice: ${pathname}.`, mend)];
  }
  if (signal === null && found !== null) {
    const message = `${name} ends in /v1/${found}, and SDKs add that again: they send to ${pathname}/v1/traces.`;
    return [broken(CHECK, message, mend)];
  }
  if (signal !== null && found !== signal) {
    const what =
      found === null
        ? `has no /v1/${signal}, which SDKs do not add to it`
        : `ends in /v1/${found}, which takes ${found}`;
    return [broken(CHECK, `${name} ${what}.`, mend)];
  }
  return [];
}

function protocolFindings(name: string, environment: NodeJS.ProcessEnv): Finding[] {
  const value = environment[name];
  if (!value || PROTOCOLS.includes(value)) return [];
  return [
    broken(
      CHECK,
      `${name} is ${shortly(value)}, which is none of ${PROTOCOLS.join(', ')}.`,
      `Set ${name}=http/protobuf`,
    ),
  ];
}

function exporterFindings(signal: string, environment: NodeJS.ProcessEnv): Finding[] {
  const name = `OTEL_${signal}_EXPORTER`;
  const value = environment[name];
  if (!value || value.split(',').some((one) => one.trim().startsWith('otlp') || one.trim() === 'zipkin')) return [];
  return [
    warning(
      CHECK,
      `${name} is ${shortly(value)}: ${signal.toLowerCase()} are not exported.`,
      `Set ${name}=otlp, or unset it`,
    ),
  ];
}

function switchFindings(environment: NodeJS.ProcessEnv): Finding[] {
  const findings: Finding[] = [];
  const { OTEL_SDK_DISABLED, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG } = environment;
  if (OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    findings.push(broken(CHECK, 'OTEL_SDK_DISABLED is true: SDKs record nothing.', 'Unset OTEL_SDK_DISABLED'));
  }
  if (OTEL_TRACES_SAMPLER?.endsWith('always_off')) {
    findings.push(
      broken(
        CHECK,
        `OTEL_TRACES_SAMPLER is ${OTEL_TRACES_SAMPLER}: no trace is recorded.`,
        'Unset OTEL_TRACES_SAMPLER',
      ),
    );
  }
  if (OTEL_TRACES_SAMPLER?.endsWith('traceidratio') && OTEL_TRACES_SAMPLER_ARG && Number(OTEL_TRACES_SAMPLER_ARG) < 1) {
    const message = `OTEL_TRACES_SAMPLER_ARG is ${shortly(OTEL_TRACES_SAMPLER_ARG)}: the other traces are not recorded.`;
    findings.push(warning(CHECK, message, 'Unset OTEL_TRACES_SAMPLER while you look for something'));
  }
  return findings;
}

/** `key=value` pairs, with commas between them. */
function listFindings(name: string, environment: NodeJS.ProcessEnv): Finding[] {
  const value = environment[name];
  if (!value || value.split(',').every((pair) => pair.trim() === '' || /^[^=]+=/.test(pair.trim()))) return [];
  return [
    broken(CHECK, `${name} is no list of key=value with commas between them.`, `Write ${name}=key=value,other=value`),
  ];
}

function proxyFindings(environment: NodeJS.ProcessEnv): Finding[] {
  const proxy = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'].find((name) => environment[name]);
  const without = `${environment.NO_PROXY ?? ''},${environment.no_proxy ?? ''}`;
  if (proxy === undefined || /(?:^|,)\s*(?:\*|localhost|127\.0\.0\.1)\s*(?:,|$)/.test(without)) return [];
  const message = `${proxy} is set and NO_PROXY does not name localhost: some exporters send to the proxy instead.`;
  return [warning(CHECK, message, 'Set NO_PROXY=localhost,127.0.0.1')];
}

function urlOf(value: string): URL | null {
  try {
    const url = new URL(value);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A value that is no address may be a secret in the wrong place: only its beginning is shown. */
function shortly(value: string): string {
  return value.length > 24 ? `${value.slice(0, 12)}\u2026` : value;
}
