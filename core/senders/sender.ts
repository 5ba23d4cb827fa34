/** What sends telemetry to Spoor, and the lines that make it do so: shown where a workspace is empty, and in docs/senders.md. */
export interface SenderTarget {
  /** Where OTLP over HTTP is received, such as `http://127.0.0.1:4318`. */
  readonly http: string;
  /** A team server takes nothing without a key. */
  readonly wantsKey: boolean;
}

interface Sender {
  readonly id: string;
  readonly title: string;
  /** Complete enough to paste. Null: it cannot send a key, so it cannot send to this target. */
  lines(target: SenderTarget): string | null;
  /** What else to know, in a sentence or two. */
  readonly note?: string;
}

export interface SenderGroup {
  readonly title: string;
  readonly senders: readonly Sender[];
}

/** Of a shell: where a team server's key is put in. */
export const KEY = '$SPOOR_API_KEY';

/** Variables before a command, each on a line that the shell joins with the next. */
export function before(command: string, { http, wantsKey }: SenderTarget, more: readonly string[] = []): string {
  const variables = [
    `OTEL_EXPORTER_OTLP_ENDPOINT=${http}`,
    'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ...headers(wantsKey),
    ...more,
    'OTEL_SERVICE_NAME=my-service',
  ];
  return `${variables.map((one) => `${one} \\\n`).join('')}${command}`;
}

/** Variables for all that is started from a shell, then what is started. */
export function exported(variables: readonly string[], command: string): string {
  return `${variables.map((one) => `export ${one}\n`).join('')}${command}`;
}

export function headers(wantsKey: boolean): string[] {
  return wantsKey ? [`OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer ${KEY}"`] : [];
}

/** SDKs send traces unasked; some send logs and metrics only on demand. */
export const ALL_SIGNALS = 'OTEL_TRACES_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp';
