/**
 * The two levels that every export request wraps its records in, from JSON to protobuf. A record with a value that cannot be read is
 * left out alone, as the decoder leaves out one that breaks the data model. Names of before 2022 (instrumentation library) count as well.
 */
import { asObject, get, type JsonObject, optionalObject, writeString, writeUint32 } from './json-fields';
import { JsonShapeError } from './json-shape-error';
import { writeOwnerAttributes } from './json-values';
import { WireWriter } from './wire-writer';

/** What became of the records of a JSON request. */
export class WrittenRecords {
  written = 0;
  refused = 0;
  /** Why the first was refused; empty when none was. */
  reason = '';
  private unnamed = 0;
  private firstUnnamed = '';

  /** Writes with `write`, or nothing at all, and counts the records that it would have written. @param countOf them */
  attempt(out: WireWriter, countOf: () => number, write: () => void): void {
    const start = out.position;
    const { unnamed, firstUnnamed } = this;
    try {
      write();
    } catch (error) {
      if (!(error instanceof JsonShapeError)) throw error;
      out.rewind(start);
      Object.assign(this, { unnamed, firstUnnamed });
      this.refused += countOf();
      this.reason ||= error.message;
    }
  }

  /** Of a record that is written: a name that means nothing stood there. */
  leaveUnspecified(what: string): void {
    this.unnamed++;
    this.firstUnnamed ||= what;
  }

  /** What the sender should know of records that were written; empty: nothing. */
  get notice(): string {
    if (this.unnamed === 0) return '';
    const others = this.unnamed > 1 ? ` and ${this.unnamed - 1} more` : '';
    return `stored as unspecified, because the name is unknown: ${this.firstUnnamed}${others}`;
  }
}

type WriteRecord = (out: WireWriter, record: JsonObject, at: string, written: WrittenRecords) => void;

/** Names in an export request of one signal: of the lists, from the outermost to the records, the present name first. */
export interface EnvelopeNames {
  readonly resources: string;
  readonly scopes: readonly string[];
  readonly records: readonly string[];
  /** What a record counts as in answers; 1 unless it is given. */
  readonly countOf?: (record: unknown) => number;
}

/**
 * An export request: resources, in them scopes, in them records.
 * @param written counts the records; null: a value that cannot be read ends it
 * @throws JsonShapeError naming the first bad value, when nothing can be read
 */
export function protobufFromEnvelopes(
  request: unknown,
  names: EnvelopeNames,
  record: WriteRecord,
  written: WrittenRecords | null = null,
): Uint8Array {
  const counts = written ?? new WrittenRecords();
  const writer = new WireWriter(64 * 1024);
  writeEach(writer, asObject(request, 'the request'), [names.resources], '', counts, countIn(names, 2), (item, at) =>
    writer.message(1, (out) => {
      writeResource(out, item, at);
      writeString(out, 3, item, 'schemaUrl', at);
      writeEach(out, item, names.scopes, at, counts, countIn(names, 1), (scope, scopeAt) =>
        out.message(2, (message) => {
          writeScope(message, scope, scopeAt);
          writeString(message, 3, scope, 'schemaUrl', scopeAt);
          writeEach(message, scope, names.records, scopeAt, counts, countIn(names, 0), (one, oneAt) => {
            message.message(2, (inner) => record(inner, one, oneAt, counts));
            if (!names.countOf) counts.written++;
          });
        }),
      );
    }),
  );
  if (counts.reason !== '' && (written === null || counts.written === 0)) throw new JsonShapeError(counts.reason);
  return writer.finish();
}

/** Writes what is in lists of these names, each item that can be. */
export function writeEach(
  out: WireWriter,
  owner: JsonObject,
  names: readonly string[],
  at: string,
  counts: WrittenRecords,
  countOf: (item: unknown) => number,
  write: (item: JsonObject, at: string) => void,
): void {
  for (const name of names) {
    const list = get(owner, name);
    if (list === undefined) continue;
    const listAt = at === '' ? name : `${at}.${name}`;
    if (!Array.isArray(list)) {
      counts.reason ||= `${listAt}: not an array`;
      continue;
    }
    for (const [i, item] of list.entries()) {
      const itemAt = `${listAt}[${i}]`;
      counts.attempt(
        out,
        () => countOf(item),
        () => write(asObject(item, itemAt), itemAt),
      );
    }
  }
}

/** Counts the records so many levels down, as far as there are any. */
function countIn(names: EnvelopeNames, levels: number): (item: unknown) => number {
  if (levels === 0) return names.countOf ?? (() => 1);
  const below = countIn(names, levels - 1);
  return (item) => {
    let count = 0;
    for (const name of levels === 1 ? names.records : names.scopes) {
      for (const one of listOf(item, name)) count += below(one);
    }
    return count;
  };
}

/** Nothing where it is no list. */
export function listOf(owner: unknown, name: string): readonly unknown[] {
  if (typeof owner !== 'object' || owner === null) return [];
  const list = get(owner as JsonObject, name);
  return Array.isArray(list) ? list : [];
}

function writeResource(out: WireWriter, owner: JsonObject, at: string): void {
  const resource = optionalObject(owner, 'resource', at);
  if (!resource) return;
  out.message(1, (message) => {
    writeOwnerAttributes(message, 1, resource, `${at}.resource`);
    writeUint32(message, 2, resource, 'droppedAttributesCount', `${at}.resource`);
  });
}

function writeScope(out: WireWriter, owner: JsonObject, at: string): void {
  for (const name of ['scope', 'instrumentationLibrary']) {
    const scope = optionalObject(owner, name, at);
    if (!scope) continue;
    out.message(1, (message) => {
      writeString(message, 1, scope, 'name', `${at}.${name}`);
      writeString(message, 2, scope, 'version', `${at}.${name}`);
      writeOwnerAttributes(message, 3, scope, `${at}.${name}`);
      writeUint32(message, 4, scope, 'droppedAttributesCount', `${at}.${name}`);
    });
    return;
  }
}
