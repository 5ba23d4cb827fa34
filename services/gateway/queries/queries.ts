/** Checks what callers send before it reaches SQL. Strings come from REST, typed values from the renderer; both are untrusted. */
import { z } from 'zod';
import type { AgentListQuery } from '../../../core/api/agents';
import { type AnnotationEdit, MAX_NOTE_CHARS } from '../../../core/api/annotation';
import type { AttributeQuery } from '../../../core/api/attributes';
import type { HistogramQuery } from '../../../core/api/contract';
import type { PageQuery } from '../../../core/api/page';
import type { SavedViewEdit } from '../../../core/api/saved-view';
import type { GroupQuery, QueryRequest } from '../../../core/api/search';
import type { OperationListQuery, RedQuery, ServiceEdgeQuery } from '../../../core/api/service-metrics';
import type { SessionListQuery } from '../../../core/api/session';
import type { LogListQuery, MetricListQuery, MetricPointQuery } from '../../../core/api/telemetry';
import { TRACE_SORTS, type TraceListQuery } from '../../../core/api/trace-list-query';
import { USAGE_BY, type UsageQuery } from '../../../core/api/usage';
import { type ErrorDetail, SpoorError } from '../../../core/model/errors';

const MAX_LIMIT = 100;
const WHOLE_LIST = 1_000;
const DEFAULT_TURNS = 50;
const MAX_BUCKETS = 500;
const MAX_WAIT_MS = 60_000;
const text = z.string().max(2_000).optional();
const query = z.string().max(10_000).optional();
/** Of `DeploymentFilter`. */
export const DEPLOYMENT = { environment: text, version: text, team: text };
const waitMs = z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional();

export const TRACE_LIST = z.object({
  query,
  from: text,
  to: text,
  sort: z.enum(TRACE_SORTS, { message: `is one of ${TRACE_SORTS.join(', ')}` }).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).optional(),
  cursor: text,
  waitMs,
  ...DEPLOYMENT,
});

export const QUERY = TRACE_LIST.extend({
  query: z.string().min(1).max(10_000),
  stepNs: z.coerce.number().int().min(1).optional(),
});

export const HISTOGRAM = z.object({
  query,
  from: text,
  to: text,
  waitMs,
  ...DEPLOYMENT,
  buckets: z.coerce.number().int().min(1).max(MAX_BUCKETS).optional(),
});

const limit = z.coerce.number().int().min(1).max(MAX_LIMIT).optional();
export const LOG_LIST = z.object({ query: text, traceId: text, from: text, to: text, limit, cursor: text });
export const METRIC_LIST = z.object({ query: text, limit, cursor: text });
export const METRIC_POINTS = z.object({ from: text, to: text, limit, cursor: text });
/** Of lists that were given whole once, and still are where they are no longer than that. */
const longLimit = z.coerce.number().int().min(1).max(WHOLE_LIST).optional();
export const PAGE = z.object({ limit: longLimit, cursor: text });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function pageQuery(input: unknown): PageQuery {
  return parse(PAGE, input ?? {});
}

const METRIC_ID = z.object({ metricId: z.coerce.number().int().min(1).max(0x7fff_ffff) });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function logListQuery(input: unknown): LogListQuery {
  return parse(LOG_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function metricListQuery(input: unknown): MetricListQuery {
  return parse(METRIC_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function metricPointQuery(input: unknown): MetricPointQuery {
  return parse(METRIC_POINTS, input);
}

export const ATTRIBUTES = z.object({ query: text, from: text, to: text, limit: longLimit, cursor: text });
const ATTRIBUTE_KEY = z.object({ key: z.string().min(1).max(2_000) });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function attributeQuery(input: unknown): AttributeQuery {
  return parse(ATTRIBUTES, input);
}

export const OPERATIONS = PAGE.extend({ service: text });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function operationListQuery(input: unknown): OperationListQuery {
  return parse(OPERATIONS, input ?? {});
}

/** @throws SpoorError VALIDATION_ERROR */
export function attributeKey(input: unknown): string {
  return parse(ATTRIBUTE_KEY, { key: input }).key;
}

export const ANNOTATION = z.object({ bookmarked: z.boolean(), note: z.string().max(MAX_NOTE_CHARS) });

/** @throws SpoorError VALIDATION_ERROR */
export function annotationEdit(input: unknown): AnnotationEdit {
  return parse(ANNOTATION, input);
}

/** @throws SpoorError VALIDATION_ERROR */
export function metricIdOf(input: unknown): number {
  return parse(METRIC_ID, { metricId: input }).metricId;
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function traceListQuery(input: unknown): TraceListQuery {
  return parse(TRACE_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function queryRequest(input: unknown): QueryRequest {
  return parse(QUERY, input);
}

const moment = z.iso.datetime({ offset: true }).nullable();
const name = z.string().min(1).max(200).nullable().default(null);
export const SAVED_VIEW = z.object({
  name: z.string().trim().min(1).max(200),
  query: z.string().max(10_000),
  last: z
    .string()
    .regex(/^\d{1,6}[smhd]$/)
    .nullable()
    .default(null),
  from: moment.default(null),
  to: moment.default(null),
  environment: name,
  serviceVersion: name,
  team: name,
  groupBy: z.string().min(1).max(2_000).nullable().default(null),
  sort: z.enum(TRACE_SORTS).nullable().default(null),
  columns: z.array(z.string().min(1).max(200)).max(50).nullable().default(null),
  chart: z.string().min(1).max(40).nullable().default(null),
});
export const VERSION = z.object({ version: z.number().int().min(1).max(0x7fff_ffff) });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function savedViewEdit(input: unknown): SavedViewEdit {
  return parse(SAVED_VIEW, input);
}

/** @throws SpoorError VALIDATION_ERROR */
export function versionOf(input: unknown): number {
  return parse(VERSION, { version: input }).version;
}

const SERVICE_METRICS = z.object({ from: text, to: text });
export const SERVICE_EDGES = SERVICE_METRICS.extend(PAGE.shape);
const NARROWED = SERVICE_METRICS.extend(DEPLOYMENT);
export const AGENTS = NARROWED.extend(PAGE.shape);
export const RED = NARROWED.extend({
  groupBy: z.enum(['service', 'operation']).optional(),
  stepSeconds: z.coerce.number().int().min(1).max(10_000_000).optional(),
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function serviceEdgeQuery(input: unknown): ServiceEdgeQuery {
  return parse(SERVICE_EDGES, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function redQuery(input: unknown): RedQuery {
  return parse(RED, input);
}

export const USAGE = NARROWED.extend({
  groupBy: z.enum(USAGE_BY, { message: `is one of ${USAGE_BY.join(', ')}` }).optional(),
  stepSeconds: z.coerce.number().int().min(1).max(10_000_000).optional(),
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function usageQuery(input: unknown): UsageQuery {
  return parse(USAGE, input);
}

export const SESSION_LIST = z.object({ query: text, from: text, to: text, limit, cursor: text, ...DEPLOYMENT });
/** Of the turns of a session; a page of them is found by its offset, as nothing is ever put between them for long. */
export const SESSION_TURNS = z.object({ limit, cursor: z.coerce.number().int().min(0).max(10_000_000).optional() });
const SESSION_ID = z.object({ sessionId: z.string().min(1).max(10_000) });
const SESSION_RANGE = z
  .object({ from: z.number().int().min(0), to: z.number().int().min(0) })
  .refine(({ from, to }) => to - from <= MAX_LIMIT, { message: `ask for at most ${MAX_LIMIT} traces` });

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function sessionListQuery(input: unknown): SessionListQuery {
  return parse(SESSION_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR */
export function sessionIdOf(input: unknown): string {
  return parse(SESSION_ID, { sessionId: input }).sessionId;
}

/** @throws SpoorError VALIDATION_ERROR */
export function sessionRange(input: unknown): { readonly from: number; readonly to: number } {
  return parse(SESSION_RANGE, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function sessionTurnsQuery(input: unknown): { readonly from: number; readonly to: number } {
  const { limit: rows = DEFAULT_TURNS, cursor = 0 } = parse(SESSION_TURNS, input);
  return { from: cursor, to: cursor + rows };
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function agentListQuery(input: unknown): AgentListQuery {
  return parse(AGENTS, input);
}

export const GROUPS = z.object({
  query,
  by: z.string().min(1).max(2_000),
  from: text,
  to: text,
  waitMs,
  ...DEPLOYMENT,
});

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function groupQuery(input: unknown): GroupQuery {
  return parse(GROUPS, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function histogramQuery(input: unknown): HistogramQuery {
  return parse(HISTOGRAM, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details: ErrorDetail[] = result.error.issues.map(({ path, code, message }) => ({
    field: path.join('.'),
    code,
    message,
  }));
  const first = details[0];
  throw new SpoorError(
    'VALIDATION_ERROR',
    `${first?.field || 'The query'}: ${first?.message ?? 'is not valid'}.`,
    details,
  );
}
