/**
 * The server's own traces, over OTLP to wherever the usual OTEL_* variables point: a Spoor, say. Requests of people and programs are
 * traced; what comes in by OTLP is not, as a server that exports to itself would never come to rest.
 */
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Of what was asked, when it is answered. */
interface Answered {
  /** Template of the path. */
  readonly route: string;
  readonly status: number;
  readonly requestId: string;
}

interface RequestSpan {
  readonly traceId: string;
  end(answered: Answered): void;
}

export interface Tracing {
  /** @param headers of the request: a `traceparent` is gone on with */
  begin(method: string, headers: Headers): RequestSpan;
  close(): Promise<void>;
}

const GETTER = {
  keys: (headers: Headers) => [...headers.keys()],
  get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
};
const SERVER_ERROR = 500;
/** Unless OTEL_BSP_SCHEDULE_DELAY says otherwise. */
const DELAY_MS = 5_000;

/** Null: no variable says where to. */
export function openTracing(env: NodeJS.ProcessEnv, version: string): Tracing | null {
  const isSet = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!isSet || env.OTEL_TRACES_EXPORTER === 'none' || env.OTEL_SDK_DISABLED === 'true') return null;
  const own = { 'service.name': env.OTEL_SERVICE_NAME || 'spoor-server', 'service.version': version };
  const scheduledDelayMillis = Number(env.OTEL_BSP_SCHEDULE_DELAY) || DELAY_MS;
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(own)),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis })],
  });
  const tracer = provider.getTracer('spoor-server', version);
  const propagator = new W3CTraceContextPropagator();
  return {
    begin(method, headers) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, GETTER);
      const attributes = { 'http.request.method': method };
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      return { traceId: span.spanContext().traceId, end: (answered) => end(span, method, answered) };
    },
    close: () => provider.shutdown(),
  };
}

/** Names and attributes: OpenTelemetry's semantic conventions of HTTP servers, 1.23 and later. */
function end(span: Span, method: string, { route, status, requestId }: Answered): void {
  span.updateName(`${method} ${route}`);
  span.setAttributes({ 'http.route': route, 'http.response.status_code': status, 'spoor.request.id': requestId });
  if (status >= SERVER_ERROR) {
    span.setAttribute('error.type', String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
