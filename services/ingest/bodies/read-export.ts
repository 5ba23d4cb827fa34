/** What an export request in JSON holds, before any of it is stored. */
import { SpoorError } from '../../../core/model/errors';
import { parseExactJson } from '../../../core/otlp/exact-json';
import { WrittenRecords } from '../../../core/otlp/json-envelope';
import { JsonShapeError } from '../../../core/otlp/json-shape-error';
import { listsOfOthers, lookOfJson } from '../../../core/otlp/unknown-json';
import { hintOf, lookOfText } from '../not-understood';
import { type Signal, signalNamed, signalOfJson, TRACES } from '../signals';

export interface ExportAsked {
  /** Where it was sent. */
  readonly path: string;
  /** What the path says it is; null: its content says it. */
  readonly signal: Signal['name'] | null;
}

export type ReadExport = UnknownExport | KnownExport;

interface UnknownExport {
  readonly signal: Signal['name'];
  /** What it looks like; null: it was understood. */
  readonly look: string;
}

interface KnownExport {
  readonly signal: Signal['name'];
  readonly look: null;
  readonly protobuf: Uint8Array;
  /** Records that cannot be read. */
  readonly refused: number;
  /** Why the first was not; empty: all were. */
  readonly reason: string;
  /** What the sender should know of those that were; empty: nothing. */
  readonly notices: readonly string[];
}

/** It cannot be read as JSON. */
export class NotJson extends Error {
  override readonly name = 'NotJson';

  /** @param hint what it looks like; empty: like nothing else */
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** @throws NotJson, JsonShapeError, SpoorError PAYLOAD_TOO_LARGE */
export function readExport(bytes: Uint8Array, { path, signal: named }: ExportAsked): ReadExport {
  let json: unknown;
  try {
    json = parseExactJson(bytes);
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    const lines = lookOfText(bytes, path);
    if (lines !== null) return { signal: named ?? TRACES.name, look: lines };
    throw new NotJson(error instanceof Error ? error.message : String(error), hintOf(bytes, 'json'));
  }
  const signal = named === null ? signalOfJson(json) : signalNamed(named);
  const records = new WrittenRecords();
  let protobuf: Uint8Array;
  try {
    protobuf = signal.fromJson(json, records);
  } catch (error) {
    const look = error instanceof JsonShapeError && records.refused === 0 ? lookOfJson(json, path) : null;
    if (look === null) throw error;
    return { signal: signal.name, look };
  }
  const look = records.written === 0 ? lookOfJson(json, path) : null;
  if (look !== null) return { signal: signal.name, look };
  const ignored = listsOfOthers(json, signal.name).map((list) => `ignored: ${list}`);
  return {
    signal: signal.name,
    look: null,
    protobuf,
    refused: records.refused,
    reason: records.reason,
    notices: [records.notice, ...ignored].filter((notice) => notice !== ''),
  };
}
