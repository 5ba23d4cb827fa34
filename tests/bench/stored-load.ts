/**
 * What a busy team has stored after two days: traces of fifty spans in twelve services, with routes, users, rare errors, texts that
 * stand in payloads, and random ids. Any part of it can be made on its own.
 */
import { WireWriter } from '../../core/otlp/wire-writer';

export const STORED_TRACE_SPANS = 50;
const HOURS = 48;
const NS_PER_HOUR = 3_600_000_000_000n;
/** Traces of a request, a resource for each service. */
const REQUEST_TRACES = 20;

export const SERVICES = [
  'gateway',
  'checkout',
  'cart',
  'catalogue',
  'pricing',
  'payments',
  'inventory',
  'shipping',
  'mail',
  'search',
  'users',
  'audit',
] as const;
export const WORDS = Array.from({ length: 4_000 }, (_, i) => `w${(mix(i) % 46_656).toString(36)}`);

/** Requests of traces `first` to `last`, spread evenly over the two days before `untilNs`. */
export function* storedRequests(first: number, last: number, of: number, untilNs: bigint): Generator<Uint8Array> {
  const stepNs = (BigInt(HOURS) * NS_PER_HOUR) / BigInt(of);
  for (let trace = first; trace < last; trace += REQUEST_TRACES) {
    const traces = Array.from({ length: Math.min(REQUEST_TRACES, last - trace) }, (_, i) => trace + i);
    yield requestOf(traces, (n) => untilNs - BigInt(of - n) * stepNs);
  }
}

function requestOf(traces: readonly number[], startOf: (trace: number) => bigint): Uint8Array {
  const writer = new WireWriter(traces.length * STORED_TRACE_SPANS * 320);
  for (const [service, name] of SERVICES.entries()) {
    writer.message(1, (resourceSpans) => {
      resourceSpans.message(1, (resource) => {
        attribute(resource, 1, 'service.name', name);
        attribute(resource, 1, 'deployment.environment.name', service % 4 === 0 ? 'staging' : 'production');
      });
      resourceSpans.message(2, (scopeSpans) => {
        for (const trace of traces) {
          for (let i = 0; i < STORED_TRACE_SPANS; i++) {
            if (serviceOf(i) === service) scopeSpans.message(2, (span) => writeSpan(span, trace, i, startOf(trace)));
          }
        }
      });
    });
  }
  return writer.finish();
}

/** The root is the gateway's; each service calls the next. */
function serviceOf(span: number): number {
  return span % SERVICES.length;
}

function writeSpan(span: WireWriter, trace: number, i: number, traceStartNs: bigint): void {
  const random = mix(trace * STORED_TRACE_SPANS + i);
  const durationNs = i === 0 ? 400_000_000n : BigInt(1_000_000 + (random % 40_000_000) * (random % 97 === 0 ? 10 : 1));
  const startNs = traceStartNs + BigInt(i) * 4_000_000n;
  const failed = trace % 20 === 3 && i > 40;
  span.data(1, traceIdOf(trace));
  span.data(2, spanIdOf(trace, i));
  if (i > 0) span.data(4, spanIdOf(trace, i < 8 ? 0 : i >> 2));
  span.string(5, i === 0 ? `GET /api/${random % 20}` : `${SERVICES[serviceOf(i)]} operation ${i % 9}`);
  span.varint(6, i === 0 ? 2 : 1 + (i % 3));
  span.fixed64(7, startNs);
  span.fixed64(8, startNs + durationNs);
  attribute(span, 9, 'http.request.method', random % 3 === 0 ? 'POST' : 'GET');
  attribute(span, 9, 'http.route', `/api/items/${random % 200}`);
  attribute(span, 9, 'http.response.status_code', failed ? 500 : 200);
  attribute(span, 9, 'enduser.id', `user-${mix(trace) % 5_000}`);
  attribute(span, 9, 'server.address', `10.0.${random % 4}.${random % 50}`);
  if (i % 10 === 5) attribute(span, 9, 'log.message', textOf(trace, random));
  if (failed) {
    span.message(15, (status) => {
      status.string(2, `upstream ${SERVICES[serviceOf(i + 1)]} timed out after ${random % 900} ms`);
      status.varint(3, 2);
    });
  }
}

/** Forty words; one trace in a thousand has a word of its own. */
function textOf(trace: number, random: number): string {
  const words = Array.from({ length: 40 }, (_, i) => WORDS[mix(random + i) % WORDS.length]);
  return `${words.join(' ')}${trace % 1_000 === 7 ? ` needle${trace}` : ''}`;
}

export function attribute(out: WireWriter, field: number, key: string, value: string | number): void {
  out.message(field, (pair) => {
    pair.string(1, key);
    pair.message(2, (any) => (typeof value === 'string' ? any.string(1, value) : any.varint(3, value)));
  });
}

export function traceIdOf(trace: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 4; i++) view.setUint32(i * 4, mix(trace * 4 + i) | 1);
  view.setUint32(8, trace);
  return bytes;
}

function spanIdOf(trace: number, i: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, mix(trace * 100 + i));
  view.setUint32(4, trace * STORED_TRACE_SPANS + i + 1);
  return bytes;
}

/** A permutation of 32-bit numbers (the last step of MurmurHash3). */
export function mix(n: number): number {
  let h = n | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
