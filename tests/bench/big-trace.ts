/**
 * One large trace as OTLP batches: a tree of eight children a span, times inside their parents with some overlap, a few errors
 * among the leaves. Leaves come first, as programs export them.
 */
import { WireWriter } from '../../core/otlp/wire-writer';

const FAN_OUT = 8;
const BATCH_SPANS = 1_000;
const START_NS = 1_700_000_000_000_000_000n;
const ROOT_NS = 3.6e12;
const SERVICES = [
  'gateway',
  'checkout',
  'catalog',
  'pricing',
  'inventory',
  'payments',
  'search',
  'mailer',
  'ledger-db',
];
const VERBS = ['GET', 'POST', 'SELECT', 'publish', 'render', 'lookup', 'validate'];
/** One leaf in so many fails. */
const ERROR_EVERY = 997;

export const BIG_TRACE_SIZES = [10_000, 50_000, 100_000, 1_000_000] as const;

export function bigTraceId(spans: number): string {
  return spans.toString(16).padStart(32, 'b');
}

/** Batches of a thousand spans. */
export function* bigTrace(spans: number): Generator<Uint8Array> {
  const start = new Float64Array(spans);
  const duration = new Float64Array(spans);
  duration[0] = ROOT_NS;
  for (let i = 1; i < spans; i++) {
    const parent = parentOf(i);
    const slot = (duration[parent] as number) / FAN_OUT;
    const k = (i - 1) % FAN_OUT;
    start[i] = Math.floor((start[parent] as number) + slot * (k + 0.3 * noise(i)));
    duration[i] = Math.floor(Math.min(slot * (0.2 + 1.3 * noise(i + 7)), (FAN_OUT - k - 0.3) * slot));
  }
  for (let end = spans; end > 0; end -= BATCH_SPANS) yield batch(spans, Math.max(0, end - BATCH_SPANS), end);

  function batch(total: number, from: number, to: number): Uint8Array {
    const byService = new Map<string, number[]>();
    for (let i = from; i < to; i++) {
      const service = SERVICES[serviceOf(i)] as string;
      byService.set(service, [...(byService.get(service) ?? []), i]);
    }
    const writer = new WireWriter(BATCH_SPANS * 200);
    for (const [service, members] of byService) {
      writer.message(1, (resourceSpans) => {
        resourceSpans.message(1, (resource) => attribute(resource, 1, 'service.name', service));
        resourceSpans.message(2, (scopeSpans) => {
          for (const i of members) scopeSpans.message(2, (span) => writeSpan(span, total, i));
        });
      });
    }
    return writer.finish();
  }

  function writeSpan(span: WireWriter, total: number, i: number): void {
    const startNs = START_NS + BigInt(start[i] as number);
    span.data(1, id(16, bigTraceId(total)));
    span.data(2, id(8, (i + 1).toString(16).padStart(16, '0')));
    if (i > 0) span.data(4, id(8, (parentOf(i) + 1).toString(16).padStart(16, '0')));
    span.string(5, `${VERBS[i % VERBS.length]} ${SERVICES[serviceOf(i)]}/${i % 23}`);
    span.varint(6, 1 + (i % 5));
    span.fixed64(7, startNs);
    span.fixed64(8, startNs + BigInt(duration[i] as number));
    attribute(span, 9, 'http.route', `/api/items/${i % 25}`);
    attribute(span, 9, 'thread.id', String(i % 16));
    if (i * FAN_OUT + 1 >= total && i % ERROR_EVERY === 0) span.message(15, (status) => status.varint(3, 2));
  }
}

function parentOf(i: number): number {
  return Math.floor((i - 1) / FAN_OUT);
}

/** A span mostly runs where its parent does. */
function serviceOf(i: number): number {
  return i === 0 ? 0 : i % 3 === 0 ? i % SERVICES.length : serviceOf(parentOf(i));
}

/** 0 to 1, the same for the same number. */
function noise(n: number): number {
  return ((Math.imul(n ^ 0x9e3779b9, 0x85ebca6b) >>> 0) % 10_007) / 10_007;
}

function attribute(out: WireWriter, field: number, key: string, value: string): void {
  out.message(field, (pair) => {
    pair.string(1, key);
    pair.message(2, (any) => any.string(1, value));
  });
}

function id(length: number, hex: string): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let k = 0; k < length; k++) bytes[k] = Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16);
  return bytes;
}
