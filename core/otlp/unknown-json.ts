/**
 * Says what a JSON request looks like in which no record was found. Exporters hear "200" and forget what they sent, so whoever set them
 * up has to be told: other signals, other tracers' formats, and envelopes that are not whole are what they send by mistake.
 */
import { listOf } from './json-envelope';
import { get, type JsonObject } from './json-fields';

interface SignalShape {
  readonly signal: string;
  readonly path: string;
  readonly resources: string;
  readonly scopes: readonly string[];
  readonly records: readonly string[];
  /** Fields that only its records have. */
  readonly fields: readonly (readonly string[])[];
}

const SHAPES: readonly SignalShape[] = [
  {
    signal: 'traces',
    path: '/v1/traces',
    resources: 'resourceSpans',
    scopes: ['scopeSpans', 'instrumentationLibrarySpans'],
    records: ['spans'],
    fields: [['traceId', 'spanId', 'name']],
  },
  {
    signal: 'logs',
    path: '/v1/logs',
    resources: 'resourceLogs',
    scopes: ['scopeLogs', 'instrumentationLibraryLogs'],
    records: ['logRecords'],
    fields: [['severityNumber'], ['severityText'], ['body', 'timeUnixNano'], ['observedTimeUnixNano']],
  },
  {
    signal: 'metrics',
    path: '/v1/metrics',
    resources: 'resourceMetrics',
    scopes: ['scopeMetrics', 'instrumentationLibraryMetrics'],
    records: ['metrics'],
    fields: [
      ['name', 'gauge'],
      ['name', 'sum'],
      ['name', 'histogram'],
      ['name', 'summary'],
    ],
  },
];
const JAEGER =
  'Jaeger JSON: Spoor imports files of it (spoor import FILE, POST /v1/import), and receives OTLP and Zipkin v2';
const ZIPKIN = 'Zipkin v2 spans: send them to /api/v2/spans';
/** What is shown of keys that say nothing. */
const MAX_KEYS = 5;
const MAX_KEY_CHARS = 40;

/** @param path where it was sent. Null: nothing is in it */
export function lookOfJson(request: unknown, path: string): string | null {
  const isList = Array.isArray(request);
  const first = isList ? request.find(isObject) : request;
  if (!isObject(first) || Object.keys(first).length === 0) return null;
  const named = SHAPES.find(({ resources }) => has(first, resources));
  if (named && isList) return `a list of requests with ${named.resources}: send each by itself`;
  return (
    (named && named.path !== path ? otherSignal(named, named.resources) : null) ??
    otherFormat(first) ??
    (named ? innerLook(first, named) : null) ??
    withoutEnvelope(first, path, isList) ??
    insideOf(first) ??
    (named ? null : unknownKeys(first, path))
  );
}

/** Lists of other signals beside the one that a request came for. */
export function listsOfOthers(request: unknown, signal: string): readonly string[] {
  return SHAPES.filter((shape) => shape.signal !== signal && listOf(request, shape.resources).length > 0).map(
    ({ resources, path }) => `${resources}, which ${path} takes`,
  );
}

function otherSignal({ signal, path }: SignalShape, seen: string): string {
  return `${signal} (${seen}): export them to ${path}`;
}

function otherFormat(request: JsonObject): string | null {
  const data = listOf(request, 'data').find(isObject) ?? request;
  const span = listOf(data, 'spans').find(isObject);
  if (has(data, 'traceID') || (span && (has(span, 'traceID') || has(span, 'operationName')))) return JAEGER;
  if (isText(request, 'traceId') && isText(request, 'id') && !has(request, 'spanId')) return ZIPKIN;
  return null;
}

/** Inside the outermost list, which is the right one. */
function innerLook(request: JsonObject, named: SignalShape): string | null {
  for (const resource of listOf(request, named.resources)) {
    if (!isObject(resource)) continue;
    const missing = named.records.find((name) => has(resource, name));
    if (missing) return `${missing} without their scope: they belong into ${named.scopes[0]}, in ${named.resources}`;
    for (const shape of SHAPES) {
      if (shape === named) continue;
      const seen = [...shape.scopes, ...shape.records].find((name) => has(resource, name));
      if (seen) return otherSignal(shape, seen);
      for (const scope of named.scopes.flatMap((name) => listOf(resource, name))) {
        const record = isObject(scope) ? shape.records.find((name) => has(scope, name)) : undefined;
        if (record) return otherSignal(shape, record);
      }
    }
  }
  return null;
}

function withoutEnvelope(item: JsonObject, path: string, isList: boolean): string | null {
  for (const { signal, path: own, resources, scopes, records, fields } of SHAPES) {
    const where = own === path ? '' : ` to ${own}`;
    const seen = scopes.find((name) => has(item, name));
    if (seen)
      return `${isList ? 'a list' : 'an element'} of ${resources} without its envelope: send {"${resources}": [...]}${where}`;
    const isRecords =
      records.some((name) => has(item, name)) || fields.some((all) => all.every((name) => has(item, name)));
    if (isRecords) {
      return `${signal} without their envelope: send {"${resources}": [{"${scopes[0]}": [{"${records[0]}": [...]}]}]}${where}`;
    }
  }
  return null;
}

/** A request that something was wrapped around. */
function insideOf(request: JsonObject): string | null {
  for (const [key, value] of Object.entries(request)) {
    const inner = Array.isArray(value) ? value.find(isObject) : value;
    const named = isObject(inner) ? SHAPES.find(({ resources }) => has(inner, resources)) : undefined;
    if (named) return `a request with ${named.resources} inside ${shown(key)}: send what is in it to ${named.path}`;
  }
  return null;
}

function unknownKeys(request: JsonObject, path: string): string {
  const keys = Object.keys(request).slice(0, MAX_KEYS).map(shown).join(', ');
  const resources = SHAPES.find((shape) => shape.path === path)?.resources ?? 'resourceSpans';
  return `JSON with ${keys}: OTLP/JSON begins with {"${resources}": [...]}`;
}

function shown(key: string): string {
  return JSON.stringify(key.slice(0, MAX_KEY_CHARS));
}

function has(owner: JsonObject, name: string): boolean {
  return get(owner, name) !== undefined;
}

function isText(owner: JsonObject, name: string): boolean {
  return typeof get(owner, name) === 'string';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
