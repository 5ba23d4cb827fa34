/**
 * The server's own traces, over OTLP to wherever the usual OTEL_* variables point: a Spoor, say. Requests of people and programs are
 * traced; what comes in by OTLP is not, as a server that exports to itself would never come to rest.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { SqlClient, SqlStatements } from '../../core/store/sql/sql-client';
import type { ServerDatabase } from '../adapters/database';

/** Of what was asked, when it is answered. */
interface Answered {
  /** Template of the path. */
  readonly route: string;
  readonly status: number;
  readonly requestId: string;
}

interface RequestSpan {
  readonly traceId: string;
  /** What is asked of the database meanwhile is a part of it. */
  within<T>(run: () => Promise<T>): Promise<T>;
  end(answered: Answered): void;
}

export interface Tracing {
  /** @param headers of the request: a `traceparent` is gone on with */
  begin(method: string, headers: Headers): RequestSpan;
  /** The same, whose statements are traced where a request asks for them. */
  traced(database: ServerDatabase): ServerDatabase;
  close(): Promise<void>;
}

const GETTER = {
  keys: (headers: Headers) => [...headers.keys()],
  get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
};
const SERVER_ERROR = 500;
/** Unless OTEL_BSP_SCHEDULE_DELAY says otherwise. */
const DELAY_MS = 5_000;

/** Of a statement; values are parameters, and are not said. */
const MAX_TEXT = 2_000;
type Asks = <T>(text: string, run: () => Promise<T>) => Promise<T>;

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
  const requests = new AsyncLocalStorage<Context>();
  const asked: Asks = async (text, run) => {
    const parent = requests.getStore();
    if (!parent) return run();
    const summary = summaryOf(text);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.query.summary': summary,
      'db.query.text': text.slice(0, MAX_TEXT),
    };
    const span = tracer.startSpan(summary, { kind: SpanKind.CLIENT, attributes }, parent);
    try {
      return await run();
    } catch (error) {
      span.setAttribute('error.type', String((error as { code?: unknown }).code ?? (error as Error).name));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
  return {
    begin(method, headers) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, GETTER);
      const attributes = { 'http.request.method': method };
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
      const within = trace.setSpan(parent, span);
      return {
        traceId: span.spanContext().traceId,
        within: (run) => requests.run(within, run),
        end: (answered) => end(span, method, answered),
      };
    },
    traced: (database) => ({
      ...database,
      system: tracedSql(database.system, asked),
      tenant: (workspaceId) => tracedSql(database.tenant(workspaceId), asked),
    }),
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

function tracedSql(sql: SqlClient, asked: Asks): SqlClient {
  return {
    ...tracedStatements(sql, asked),
    transaction: (run, kind) => sql.transaction((tx) => run(tracedSql(tx, asked)), kind),
    snapshot: (run, goesOn) => sql.snapshot(run, goesOn),
  };
}

function tracedStatements(sql: SqlStatements, asked: Asks): SqlStatements {
  return {
    query: (text, ...more) => asked(text, () => sql.query(text, ...more)),
    execute: (text, ...more) => asked(text, () => sql.execute(text, ...more)),
    copyIn: (table, columns, data) => asked(`copy ${table} from stdin`, () => sql.copyIn(table, columns, data)),
    copyOut: (select) => asked(select, () => sql.copyOut(select)),
  };
}

/** `SELECT trace`: of which there are few. */
function summaryOf(text: string): string {
  const verb = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  const table = /\b(?:from|into|update|copy)\s+([a-z_]+)\b/i.exec(text)?.[1];
  return table ? `${verb} ${table}` : verb;
}
