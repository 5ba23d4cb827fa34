/**
 * Inputs of hostile shapes for every decoder: many empty messages, deep nesting, wide maps, huge numbers, long keys, repeated and
 * duplicated fields, bombs, directories that lie. A decoder reads one or refuses it by name; all else is a finding.
 */

import { documentOf } from '../../core/formats/chrome-trace/document';
import { FORMATS } from '../../core/formats/formats';
import { zipkinSpansFromProtobuf } from '../../core/formats/zipkin/from-protobuf';
import { protobufFromZipkin } from '../../core/formats/zipkin/to-otlp';
import { SpoorError } from '../../core/model/errors';
import { OLD_SCOPES } from '../../core/otlp/envelope';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { listsOfOthers, lookOfJson } from '../../core/otlp/unknown-json';
import { WireError } from '../../core/otlp/wire-reader';
import { hexOf } from '../../services/ingest/digest';
import { decodeOrTell } from '../../services/ingest/not-understood';
import { SIGNALS } from '../../services/ingest/signals';
import { unsnappy } from '../../services/ingest/unsnappy';
import { unzstd } from '../../services/ingest/unzstd';
import { packFile, unpackFile } from '../../workers/sync/spoor-file';
import { damage } from './damage';
import { CALL_KIND } from './hostile-calls';
import { RULE_KINDS } from './hostile-rules';
import { RUN_KINDS } from './hostile-runs';
import { TEXT_KINDS } from './hostile-text';
import type { HostileKind } from './kind';
import { ORACLES, type SignalName } from './oracle';
import { type Random, repeats } from './random';

// --- protobuf -----------------------------------------------------------------------------------------------------

const NUMBERS = [0, 1, 0x7f, 0xff];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** A field of any type, mostly with nothing in it. */
function unit(random: Random): number[] {
  const field = 1 + random.below(17);
  switch (random.below(8)) {
    case 0:
      return [...varint(field << 3), ...Array<number>(random.below(12)).fill(0xff), random.pick(NUMBERS) & 0x7f];
    case 1:
      return [...varint((field << 3) | 1), ...random.bytes(8)];
    case 2:
      return [...varint((field << 3) | 5), ...random.bytes(4)];
    case 3:
      return [...varint((field << 3) | 3), ...varint((field << 3) | 4)];
    case 4: {
      const text = random.bytes(random.below(40));
      return [...varint((field << 3) | 2), ...varint(text.length), ...text];
    }
    default:
      return [...varint((field << 3) | 2), 0];
  }
}

/** Units again and again, in messages of plausible fields, sometimes as deep as anything may be and deeper. */
function drawMessages(random: Random): Uint8Array {
  const one = unit(random);
  let result: Buffer = Buffer.alloc(one.length * repeats(random), Buffer.from(one));
  const depth = random.below(20) === 0 ? random.below(160) : random.below(8);
  for (let i = 0; i < depth; i++) {
    const scopes = random.below(8) === 0 ? OLD_SCOPES : 2;
    const field = i >= depth - 3 ? [1, scopes, 2][depth - 1 - i] : random.pick([1, 2, 5, 6, 7, 9, 10, 11, 15]);
    const same = random.below(4) === 0 ? Buffer.from(unit(random)) : Buffer.alloc(0);
    result = Buffer.concat([Buffer.from([...varint(((field ?? 1) << 3) | 2), ...varint(result.length)]), result, same]);
  }
  return Uint8Array.from(result);
}

/** Units again and again in a value of lists in lists, or maps in maps: as deep as it is read, or deeper. */
function drawDeepValue(random: Random): Uint8Array {
  const one = unit(random);
  const content = Buffer.alloc(one.length * repeats(random), Buffer.from(one));
  const level = random.pick([
    [5, 1],
    [6, 1, 2],
  ]);
  const levels = Array<number[]>(60 + random.below(random.below(20) === 0 ? 1_200 : 12)).fill(level);
  const body = random.below(2) === 0 ? [5] : [2, random.pick([6, 7, 9])];
  let head: number[] = [];
  for (const field of [...levels.flat(), ...body, 2, 2, 1])
    head = [...varint((field << 3) | 2), ...varint(head.length + content.length), ...head];
  return Uint8Array.from(Buffer.concat([Buffer.from(head), content]));
}

/** What protobufjs takes longer for than it is worth. */
const ORACLE_BYTES = 20_000;

function readsProtobuf(name: SignalName): (bytes: Uint8Array) => string | null {
  return (bytes) => {
    const signal = SIGNALS.find((one) => one.name === name);
    if (signal) refusing(() => decodeOrTell(signal, bytes));
    signal?.decode(bytes);
    if (bytes.length > ORACLE_BYTES) return null;
    try {
      ORACLES[name].decode(bytes);
    } catch (error) {
      const known = /not valid for encoding utf-8|max depth|nesting/i.test(String(error));
      return known ? null : `accepted, though the oracle says ${String(error)}`;
    }
    return null;
  };
}

// --- JSON ---------------------------------------------------------------------------------------------------------

const NAMES = [
  'resourceSpans',
  'resource_logs',
  'batches',
  'trace',
  'instrumentationLibrarySpans',
  'instrumentationLibraryLogs',
  'instrumentationLibrary',
  'logs',
  'traceID',
  'processes',
  'spanID',
  'references',
  'startTime',
  'fields',
  'processID',
  'warnings',
  'result',
  'traceEvents',
  'ph',
  'ts',
  'dur',
  'pid',
  'args',
  'bind_id',
  'resourceMetrics',
  'scopeSpans',
  'scopeLogs',
  'scopeMetrics',
  'spans',
  'logRecords',
  'metrics',
  'resource',
  'scope',
  'attributes',
  'events',
  'links',
  'key',
  'value',
  'stringValue',
  'intValue',
  'arrayValue',
  'kvlistValue',
  'values',
  'traceId',
  'spanId',
  'name',
  'kind',
  'startTimeUnixNano',
  'status',
  'body',
  'gauge',
  'dataPoints',
  'asInt',
  'bytesValue',
  'id',
  'timestamp',
  'duration',
  'tags',
  'annotations',
  'binaryAnnotations',
  'endpoint',
  'localEndpoint',
  'port',
  'shared',
  'data',
  'object',
  'trace_id',
  'started_at',
  'span_data',
  'usage',
  '__proto__',
  'constructor',
  'x'.repeat(500),
];
const TEXTS = [
  '""',
  '"1"',
  '"00000000000000000000000000000001"',
  '"trace.span"',
  '"B"',
  '"E"',
  '"X"',
  '"2026-01-01T00:00:00Z"',
  '"=========x"',
  '"\\u0000\\u0000"',
  '"SPAN_KIND_SERVER"',
  '"\\ud800"',
  '0',
  '-1',
  '1e999',
  '1234567890123456789',
  '-9223372036854775809',
  '1.5',
  'true',
  'null',
  '"99999999999999999999999999"',
  '{',
  ']',
  '"',
  '\\',
];

function json(random: Random, depth: number): string {
  if (depth <= 0 || random.below(4) === 0)
    return random.pick(TEXTS.slice(0, random.below(30) === 0 ? TEXTS.length : -4));
  const width = depth > 4 ? 1 + random.below(2) : random.below(4);
  if (random.below(2) === 0) {
    if (random.below(50) === 0) return `[${Array<string>(repeats(random)).fill(json(random, 1)).join(',')}]`;
    return `[${Array.from({ length: width }, () => json(random, depth - 1)).join(',')}]`;
  }
  const members = random.below(50) === 0 ? repeats(random) : width;
  const wide = members > 4;
  return `{${Array.from({ length: members }, (_, i) => `"${wide ? `k${i}` : random.pick(NAMES)}":${wide ? '0' : json(random, depth - 1)}`).join(',')}}`;
}

function drawJson(random: Random): Uint8Array {
  const depth = random.below(100) === 0 ? random.below(700) : random.below(14);
  if (depth > 20) {
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"arrayValue":{"values":[', ']}}'],
      ['{"kvlistValue":{"values":[{"key":"a","value":', '}]}}'],
    ]) as [string, string];
    return Buffer.from(`${open.repeat(depth)}1${close.repeat(depth)}`);
  }
  const text = json(random, depth);
  const list = random.pick(['resourceSpans', 'resourceLogs', 'resourceMetrics']);
  return Buffer.from(random.below(2) === 0 ? text : `{"${list}":[${text}]}`);
}

function readsJson(bytes: Uint8Array): string | null {
  refusing(() => documentOf(bytes));
  const request = parseExactJson(bytes);
  for (const format of FORMATS) {
    format.matches(request);
    refusing(() => {
      for (const { signal, protobuf } of format
        .open({ nowNs: () => 1n, hexOf })
        .fromJson(request, new WrittenRecords()))
        SIGNALS.find(({ name }) => name === signal)?.decode(protobuf);
    });
  }
  for (const signal of SIGNALS) {
    refusing(() => signal.decode(signal.fromJson(request)));
    lookOfJson(request, signal.httpPath);
    listsOfOthers(request, signal.name);
    const records = new WrittenRecords();
    refusing(() => signal.decode(signal.fromJson(request, records)));
    if (records.refused < 0 || records.written < 0) return 'counted below zero';
  }
  return null;
}

// --- the rest -----------------------------------------------------------------------------------------------------

const REQUEST = Uint8Array.of(10, 0, 10, 0);

function drawFile(random: Random): Uint8Array {
  const requests = Array.from({ length: random.below(4) }, () =>
    random.below(2) === 0 ? REQUEST : new Uint8Array(repeats(random) * 50),
  );
  const file = Uint8Array.from(packFile({ requests, objects: [] }, { traces: 0, spans: 0 }));
  if (random.below(2) === 0) return damage(file, random);
  // The directory stands at the end: its counts, sizes and places lie.
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = Math.max(0, file.length - 1 - random.below(300));
    file[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
  }
  return file;
}

const UNPACKED_LIMIT = 1024 * 1024;
const SIZED = Buffer.from('KLUv/SQXZQAAMGhlbGxvIAEAmUsRF16uDQ==', 'base64');
const STREAMED = Buffer.from('KLUv/QRYZQAAMGhlbGxvIAEAmUsRF16uDQ==', 'base64');

function drawZstd(random: Random): Uint8Array {
  if (random.below(2) === 0) return damage(random.pick([SIZED, STREAMED]), random);
  const blocks = 1 + random.below(20);
  const body = [0x28, 0xb5, 0x2f, 0xfd, 0x00, random.pick([0x38, 0x58, 0xa8, 0xff])];
  for (let i = 0; i < blocks; i++) {
    const block = ((random.below(2) * 128 * 1024) << 3) | (random.pick([0, 1, 1, 2]) << 1) | (i === blocks - 1 ? 1 : 0);
    body.push(block & 0xff, (block >> 8) & 0xff, (block >> 16) & 0xff, 0x41);
  }
  const frames = random.below(10) === 0 ? repeats(random) : 1;
  return new Uint8Array(Buffer.alloc(body.length * frames, Uint8Array.from(body)));
}

async function readsZstd(bytes: Uint8Array): Promise<string | null> {
  let size = 0;
  try {
    for (const chunk of await unzstd(bytes, UNPACKED_LIMIT)) size += chunk.length;
  } catch {
    return null; // whatever it throws, readBody answers 400 or 413
  }
  return size > UNPACKED_LIMIT ? `unpacked to ${size}` : null;
}

function drawSnappy(random: Random): Uint8Array {
  const block = Buffer.from('0gFQeyJyZXNvdXJjZVNwYW5zIjpbXX0g/hUA/hUA8hUA', 'base64');
  const framed = Buffer.from('/wYAAHNOYVBwWQAlAACfmi0y0gFQeyJyZXNvdXJjZVNwYW5zIjpbXX0g/hUA/hUA8hUA', 'base64');
  if (random.below(3) === 0) return damage(random.pick([block, framed]), random);
  if (random.below(2) === 0) {
    // Chunks of every type and size, many of them empty.
    const chunk = Buffer.from([random.below(256), random.below(12), 0, 0, ...random.bytes(random.below(12))]);
    return Buffer.concat([
      framed.subarray(0, 10),
      Buffer.alloc(chunk.length * Math.min(repeats(random), 50_000), chunk),
    ]);
  }
  // A size that may lie, a byte, and copies again and again.
  const copies = Array.from({ length: 1 + random.below(3_000) }, () => [0xfe, random.below(3), 0]).flat();
  const claims = random.below(2) === 0 ? 1 + (copies.length / 3) * 64 : random.below(2 ** 31);
  return Uint8Array.from([...varint(claims), 0x00, 0x41, ...copies]);
}

function readsSnappy(bytes: Uint8Array): string | null {
  try {
    const { length } = unsnappy(bytes, UNPACKED_LIMIT);
    return length > UNPACKED_LIMIT ? `unpacked to ${length}` : null;
  } catch (error) {
    return error instanceof RangeError || error instanceof TypeError ? String(error) : null;
  }
}

export const HOSTILE_KINDS: readonly HostileKind[] = [
  { name: 'traces', draw: drawMessages, run: readsProtobuf('traces') },
  { name: 'traces of deep values', draw: drawDeepValue, run: readsProtobuf('traces') },
  { name: 'logs', draw: drawMessages, run: readsProtobuf('logs') },
  { name: 'logs of deep values', draw: drawDeepValue, run: readsProtobuf('logs') },
  { name: 'metrics', draw: drawMessages, run: readsProtobuf('metrics') },
  {
    name: 'zipkin protobuf',
    draw: drawMessages,
    run: (bytes) => nothing(protobufFromZipkin(zipkinSpansFromProtobuf(bytes), 1n)),
  },
  { name: 'json', draw: drawJson, run: readsJson },
  { name: 'spoor file', draw: drawFile, run: (bytes) => nothing([...unpackFile(bytes).requests]) },
  { name: 'zstd', draw: drawZstd, run: readsZstd },
  { name: 'snappy', draw: drawSnappy, run: readsSnappy },
  ...TEXT_KINDS,
  ...RULE_KINDS,
  ...RUN_KINDS,
  CALL_KIND,
];

function nothing(_: unknown): null {
  return null;
}

function refusing(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

export function isRefusal(error: unknown): boolean {
  return (
    error instanceof WireError ||
    error instanceof JsonShapeError ||
    error instanceof SyntaxError ||
    error instanceof SpoorError ||
    (error as Error).constructor.name === 'OpenAiAgentsError'
  );
}
