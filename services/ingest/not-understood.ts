/** What is said of requests of which nothing was understood, and of bodies that are not what their headers say. */

import { zipkinSpansFromProtobuf } from '../../core/formats/zipkin/from-protobuf';
import { SpoorError } from '../../core/model/errors';
import { parseExactJson } from '../../core/otlp/exact-json';
import type { ResourceAttribute } from '../../core/otlp/resource-attribute';
import { lookOfJson } from '../../core/otlp/unknown-json';
import { WireError } from '../../core/otlp/wire-reader';
import { type Decoded, SIGNALS, type Signal } from './signals';

const NOTHING = new Uint8Array(0);
const NEWLINE = 10;
const SPACES = [9, NEWLINE, 13, 32];
const MAGICS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['snappy', [0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50]],
];

/** @param look what it looks like, and what to do */
export function notUnderstood(look: string): string {
  return `Nothing of this request was understood, and nothing of it is stored. It looks like ${look}.`;
}

/**
 * Decodes an export request. One that can be read as something else only is answered with what it looks like, and not refused: its
 * sender would say no more than that it failed.
 * @throws WireError when it is nothing we know, SpoorError PAYLOAD_TOO_LARGE
 */
export function decodeOrTell(signal: Signal, request: Uint8Array, attribute: ResourceAttribute | null = null): Decoded {
  let decoded: Decoded | null = null;
  let failure: unknown = null;
  try {
    decoded = signal.decode(request, attribute);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    failure = error;
  }
  if (decoded && (decoded.batch.length > 0 || request.length === 0 || isEmptyExport(decoded))) return decoded;
  const look = lookOfProtobuf(signal, request) ?? (decoded?.rejected === 0 ? 'protobuf of another type' : null);
  if (look === null) {
    if (decoded) return decoded;
    throw failure;
  }
  return { ...signal.decode(NOTHING), notUnderstood: notUnderstood(look) };
}

/** Exporters send resources that had nothing to tell. */
function isEmptyExport({ batch, rejected }: Decoded): boolean {
  return rejected === 0 && batch.resources.length > 0;
}

/** Null: it is nothing else that we know. */
function lookOfProtobuf(signal: Signal, request: Uint8Array): string | null {
  const other = SIGNALS.find((one) => one !== signal && isOf(() => wholeOf(one, request)));
  if (other) return `${other.name}: export them to ${other.httpPath}`;
  const isZipkin = isOf(() => zipkinSpansFromProtobuf(request).length > 0);
  return isZipkin ? 'Zipkin spans: send them to /api/v2/spans' : null;
}

function wholeOf(signal: Signal, request: Uint8Array): boolean {
  const { batch, rejected } = signal.decode(request);
  return batch.length > 0 && rejected === 0;
}

function isOf(reads: () => boolean): boolean {
  try {
    return reads();
  } catch (error) {
    if (error instanceof WireError || error instanceof SpoorError) return false;
    throw error;
  }
}

/** The same for a body that should be JSON and is not: lines of it, each a document. Null: it is none. */
export function lookOfText(bytes: Uint8Array, path: string): string | null {
  const end = bytes.indexOf(NEWLINE);
  if (end <= 0) return null;
  let first: unknown;
  try {
    first = parseExactJson(bytes.subarray(0, end));
  } catch {
    return null;
  }
  if (typeof first !== 'object' || first === null) return null;
  const inner = lookOfJson(first, path);
  return `JSON lines: send each line as a request of its own${inner === null ? '' : `. The first looks like ${inner}`}`;
}

/** What a body is that cannot be read as what its headers say; empty where it says nothing. */
export function hintOf(bytes: Uint8Array, expected: 'protobuf' | 'json'): string {
  const magic = MAGICS.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (magic) return ` It looks like ${magic[0]}, of which its Content-Encoding says nothing.`;
  const first = bytes.find((byte) => !SPACES.includes(byte));
  const isJson = first === 0x7b || first === 0x5b;
  if (expected === 'protobuf') return isJson ? ' It looks like JSON: its Content-Type should be application/json.' : '';
  const isBinary = bytes.subarray(0, 64).some((byte) => byte < 9);
  return isBinary ? ' It looks like protobuf: its Content-Type should be application/x-protobuf.' : '';
}
