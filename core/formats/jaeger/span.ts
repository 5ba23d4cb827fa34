/** One span of Jaeger's JSON. */
import { COST, type DecodeBudget } from '../../otlp/decode-budget';
import { listOf } from '../../otlp/json-envelope';
import { eachOf, get, type JsonObject } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { nsFromMicros } from '../micros';
import { type Span, type SpanGroup, type SpanLink, STATUS_ERROR, STATUS_OK } from '../spans';
import { Tags, textOf } from './tags';

const KINDS = new Map<unknown, number>([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
]);
const KIND_SERVER = 2;
/** Of spans in which OpenTelemetry said all there is: an unset status of theirs is one. */
const OTEL_TAGS = ['otel.scope.name', 'otel.library.name', 'internal.span.format'];
/** Where Jaeger itself keeps them in OTLP. */
const WARNINGS = '@jaeger@warnings';
const REF_TYPE = 'opentracing.ref_type';
const FLAG_SAMPLED = 1;
const FLAG_DEBUG = 2;

interface ReadSpan {
  readonly span: Span;
  readonly scope: SpanGroup['scope'];
}

/** @param traceWarnings of its trace, which it has to tell @throws JsonShapeError */
export function jaegerSpan(
  span: JsonObject,
  at: string,
  traceWarnings: readonly unknown[],
  budget: DecodeBudget,
): ReadSpan {
  const tags = new Tags(span, 'tags', at, budget);
  const isOtel = OTEL_TAGS.some((name) => tags.get(name) !== undefined);
  const scope = {
    name: tags.take('otel.scope.name') ?? tags.take('otel.library.name') ?? '',
    version: tags.take('otel.scope.version') ?? tags.take('otel.library.version') ?? '',
  };
  const kind = KINDS.get(tags.get('span.kind')) ?? 0;
  if (kind !== 0) tags.remove('span.kind');
  const status = statusOf(tags, kind, isOtel);
  const traceState = tags.take('w3c.tracestate') ?? '';
  const said = get(span, 'flags');
  const flags = typeof said === 'number' ? said : 0;
  if (flags & FLAG_DEBUG) tags.add('jaeger.debug', true);
  addWarnings(tags, traceWarnings, budget);
  addWarnings(tags, listOf(span, 'warnings'), budget);
  const traceId = id(get(span, 'traceID'), 32, `${at}.traceID`);
  const { parentId, links } = relations(span, traceId, at, budget);
  const startNs = time(span, 'startTime', at);
  return {
    scope,
    span: {
      traceId,
      spanId: id(get(span, 'spanID'), 16, `${at}.spanID`),
      parentId,
      traceState,
      name: textOf(get(span, 'operationName')),
      kind,
      startNs,
      endNs: startNs + time(span, 'duration', at),
      attributes: tags.rest(),
      events: events(span, at, budget),
      links,
      status,
      flags: flags & FLAG_SAMPLED,
    },
  };
}

function statusOf(tags: Tags, kind: number, isOtel: boolean): Span['status'] {
  const error = tags.get('error');
  const isMarked = error === true || error === 'true';
  if (isMarked) tags.remove('error');
  const said = tags.take('otel.status_code')?.toUpperCase();
  const http = Number(tags.get('http.status_code') ?? 0);
  // As HTTP's conventions have it: what a client asks wrongly is no error of the server.
  const isHttpError = said === undefined && !isOtel && http >= (kind === KIND_SERVER ? 500 : 400);
  const isFailed = isMarked || said === 'ERROR' || isHttpError;
  const message = tags.take('otel.status_description') ?? (isFailed ? saidByHttp(tags) : '');
  const code = isFailed ? STATUS_ERROR : said === 'OK' ? STATUS_OK : 0;
  return code === 0 && message === '' ? null : { code, message };
}

function saidByHttp(tags: Tags): string {
  const message = tags.get('http.status_message');
  return typeof message === 'string' ? message : '';
}

function addWarnings(tags: Tags, warnings: readonly unknown[], budget: DecodeBudget): void {
  if (warnings.length === 0) return;
  budget.charge(warnings.length * COST.item);
  const said = tags.get(WARNINGS);
  tags.remove(WARNINGS);
  const known = Array.isArray(said) ? said : said === undefined ? [] : [said];
  tags.add(WARNINGS, [...known, ...warnings.map(textOf)]);
}

/**
 * The first reference to a span of the same trace that is its parent, or else that it follows from (as Jaeger's own model has it), is the
 * parent. All others, and those that it follows from, are links.
 */
function relations(
  span: JsonObject,
  traceId: string,
  at: string,
  budget: DecodeBudget,
): { readonly parentId: string | null; readonly links: readonly SpanLink[] } {
  const references: (SpanLink & { readonly isParent: boolean })[] = [];
  eachOf(span, 'references', at, (reference, referenceAt) => {
    budget.charge(COST.item);
    const ids = [get(reference, 'traceID'), get(reference, 'spanID')];
    // Zeros mean no span.
    if (ids.some((one) => typeof one === 'string' && /^0*$/.test(one.slice(0, 64)))) return;
    const isParent = textOf(get(reference, 'refType')).toUpperCase() !== 'FOLLOWS_FROM';
    references.push({
      traceId: id(ids[0], 32, `${referenceAt}.traceID`),
      spanId: id(ids[1], 16, `${referenceAt}.spanID`),
      attributes: [[REF_TYPE, isParent ? 'child_of' : 'follows_from']],
      isParent,
    });
  });
  const own = references.filter((reference) => reference.traceId === traceId);
  const parent = own.find(({ isParent }) => isParent) ?? own[0] ?? null;
  const legacy = references.length === 0 ? get(span, 'parentSpanID') : undefined;
  const isLegacy = typeof legacy === 'string' && !/^0*$/.test(legacy.slice(0, 64));
  const links = references.filter((one) => !(one.isParent && one.traceId === traceId && one.spanId === parent?.spanId));
  return {
    parentId: isLegacy ? id(legacy, 16, `${at}.parentSpanID`) : (parent?.spanId ?? null),
    links,
  };
}

function events(span: JsonObject, at: string, budget: DecodeBudget): Span['events'] {
  const all: Span['events'][number][] = [];
  eachOf(span, 'logs', at, (log, logAt) => {
    budget.charge(COST.item);
    const fields = new Tags(log, 'fields', logAt, budget);
    const name = fields.take('event') ?? '';
    all.push({ timeNs: time(log, 'timestamp', logAt), name, attributes: fields.rest() });
  });
  return all;
}

/** Leading zeros may be left out. */
function id(value: unknown, digits: number, at: string): string {
  if (typeof value !== 'string' || value.length > digits || !/^[0-9a-fA-F]+$/.test(value)) {
    throw new JsonShapeError(`${at}: not hex of at most ${digits} digits`);
  }
  const padded = value.toLowerCase().padStart(digits, '0');
  if (/^0+$/.test(padded)) throw new JsonShapeError(`${at}: all zero`);
  return padded;
}

function time(owner: JsonObject, name: string, at: string): bigint {
  const value = get(owner, name);
  const ns = value === undefined ? 0n : nsFromMicros(value, `${at}.${name}`);
  if (ns < 0n) throw new JsonShapeError(`${at}.${name}: below zero`);
  return ns;
}
