/** Logs of the sample workspace: of each request to a service, of what failed, and a few that belong to no trace. */
import { keyValues, type SampleSpan, type SampleValue } from './otlp-builder';
import { SAMPLE_RESOURCE } from './sample-mark';

const SERVER = 2;
const SLOW_NS = 400_000_000n;
const NS_PER_S = 1_000_000_000n;
/** SeverityNumber of OpenTelemetry's log data model. */
const SEVERITIES = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 } as const;

interface SampleLog {
  readonly service: string;
  readonly timeNs: bigint;
  readonly level: keyof typeof SEVERITIES;
  /** Text, or the fields of a structured body. */
  readonly body: string | Readonly<Record<string, SampleValue>>;
  readonly attributes?: Readonly<Record<string, SampleValue>>;
  readonly eventName?: string;
  readonly span?: SampleSpan;
}

/** One OTLP/JSON request of what programs log about these spans. */
export function sampleLogs(spans: readonly SampleSpan[], nowNs: bigint): object {
  const logs = [...spans.flatMap(logsOf), ...startedServices(nowNs)];
  const services = [...new Set(logs.map(({ service }) => service))];
  return {
    resourceLogs: services.map((service) => ({
      resource: {
        attributes: keyValues({
          'service.name': service,
          'deployment.environment.name': 'production',
          ...SAMPLE_RESOURCE,
        }),
      },
      scopeLogs: [
        { scope: { name: `${service}.log` }, logRecords: logs.filter((log) => log.service === service).map(logRecord) },
      ],
    })),
  };
}

function logsOf(span: SampleSpan): SampleLog[] {
  const { service, name, kind, startNs, endNs, error } = span;
  const ms = Number((endNs - startNs) / 1_000_000n);
  const own = { service, span, timeNs: endNs };
  if (error !== undefined) {
    return [{ ...own, level: 'ERROR', body: `${name} failed: ${error}`, attributes: { 'exception.message': error } }];
  }
  if (kind !== SERVER) return [];
  const served: SampleLog = { ...own, level: 'INFO', body: { message: `${name} served`, duration_ms: ms } };
  if (endNs - startNs < SLOW_NS) return [served];
  return [served, { ...own, level: 'WARN', body: `${name} took ${ms} ms, more than 400 ms` }];
}

function startedServices(nowNs: bigint): SampleLog[] {
  return ['web', 'catalog', 'checkout', 'payments'].flatMap((service, i): SampleLog[] => {
    const timeNs = nowNs - BigInt(1_500 - i * 3) * NS_PER_S;
    return [
      { service, timeNs, level: 'DEBUG', body: 'configuration read from /etc/shop.yaml' },
      {
        service,
        timeNs: timeNs + NS_PER_S,
        level: 'INFO',
        eventName: 'service.started',
        body: { version: '1.4.0', port: 8_080 + i },
      },
    ];
  });
}

function logRecord({ timeNs, level, body, attributes, eventName, span }: SampleLog): object {
  return {
    timeUnixNano: String(timeNs),
    observedTimeUnixNano: String(timeNs),
    severityNumber: SEVERITIES[level],
    severityText: level,
    body: typeof body === 'string' ? { stringValue: body } : { kvlistValue: { values: keyValues(body) } },
    attributes: keyValues(attributes),
    ...(eventName !== undefined && { eventName }),
    ...(span && { traceId: span.traceId, spanId: span.spanId }),
  };
}
