/** Writes and reads `.spoor` files (core/api/spoor-file.ts). What is damaged, or of another version, is refused whole. */
import { createHash } from 'node:crypto';
import { strFromU8, strToU8, type Zippable, zipSync } from 'fflate';
import {
  OLDEST_SPOOR_FILE_VERSION,
  SPOOR_FILE_HEADER,
  SPOOR_FILE_MANIFEST,
  SPOOR_FILE_OBJECTS,
  SPOOR_FILE_VERSION,
  type SpoorFileManifest,
} from '../../core/api/spoor-file';
import { OBJECT_FIELDS } from '../../core/api/sync';
import { SpoorError } from '../../core/model/errors';
import { checkJson } from '../../core/otlp/exact-json';
import type { Fields, FiledObject } from '../../core/sync/objects';
import { type ZipEntry, ZipError, zipEntries } from '../../services/zip-reader';

const MIB = 1024 * 1024;
/** More than this is no file that one Spoor wrote: 250,000 spans, with the traces 200 to an entry. */
const LIMITS = { entries: 10_000, nameBytes: 100, entryBytes: 512 * MIB, totalBytes: 1024 * MIB };
const MAX_MANIFEST = 4 * MIB;
const MAX_OBJECTS = 64 * MIB;
const MANIFEST = 'manifest.json';
const OBJECTS = 'objects.json';
const SPANS = /^spans\/\d{5}\.pb$/;

export interface SpoorFile {
  /** OTLP; of a file that is read, each is unpacked when its turn comes. */
  readonly requests: Iterable<Uint8Array>;
  readonly objects: readonly FiledObject[];
}

export function packFile({ requests, objects }: SpoorFile, counts: { traces: number; spans: number }): Uint8Array {
  const entries: Zippable = {};
  let count = 0;
  for (const request of requests) entries[`spans/${String(++count).padStart(5, '0')}.pb`] = request;
  entries[OBJECTS] = strToU8(JSON.stringify(objects));
  const manifest: SpoorFileManifest = {
    format: 'spoor',
    version: SPOOR_FILE_VERSION,
    createdAt: new Date().toISOString(),
    ...counts,
    entries: Object.fromEntries(Object.entries(entries).map(([name, bytes]) => [name, digestOf(bytes as Uint8Array)])),
  };
  return zipSync({ [MANIFEST]: strToU8(JSON.stringify(manifest, null, 2)), ...entries }, { level: 6 });
}

/** @throws SpoorError VALIDATION_ERROR */
export function unpackFile(file: Uint8Array): SpoorFile {
  const entries = unzipped(file);
  const manifestEntry = entries.get(MANIFEST);
  if (!manifestEntry) throw damaged('it has no manifest');
  const manifestBytes = contents(manifestEntry, MAX_MANIFEST);
  const header = SPOOR_FILE_HEADER.safeParse(jsonOf(manifestBytes));
  if (!header.success) throw damaged('its manifest is none');
  const { version } = header.data;
  if (version > SPOOR_FILE_VERSION) {
    throw refused(
      `This file is of version ${version}; this Spoor reads up to ${SPOOR_FILE_VERSION}. Update Spoor to open it.`,
    );
  }
  if (version < OLDEST_SPOOR_FILE_VERSION) {
    throw refused(
      `This file is of version ${version}, which no Spoor reads any more. Ask for it to be exported again.`,
    );
  }
  const manifest = SPOOR_FILE_MANIFEST.safeParse(jsonOf(manifestBytes));
  if (!manifest.success) throw damaged('its manifest is not whole');
  for (const [name, digest] of Object.entries(manifest.data.entries)) {
    const entry = entries.get(name);
    if (!entry) throw damaged(`${name} is missing`);
    if (digestOf(contents(entry)) !== digest) throw damaged(`${name} is not what the manifest says`);
  }
  const names = Object.keys(manifest.data.entries).filter((name) => SPANS.test(name));
  const objectsEntry = entries.get(OBJECTS);
  const objects = SPOOR_FILE_OBJECTS.safeParse(objectsEntry ? jsonOf(contents(objectsEntry, MAX_OBJECTS)) : []);
  if (!objects.success) throw damaged('what people wrote cannot be read');
  return {
    requests: requestsOf(names.sort().map((name) => entries.get(name) as ZipEntry)),
    objects: objects.data.map(({ fields, ...object }) => {
      const { success, data } = OBJECT_FIELDS[object.kind].safeParse(fields);
      if (!success) throw damaged(`a ${object.kind} in it is not valid`);
      return { ...object, fields: data as Fields };
    }),
  };
}

function* requestsOf(entries: readonly ZipEntry[]): Generator<Uint8Array> {
  for (const entry of entries) yield contents(entry);
}

function unzipped(file: Uint8Array): Map<string, ZipEntry> {
  try {
    return zipEntries(file, LIMITS);
  } catch (error) {
    if (error instanceof ZipError && error.message.includes('unpack to more')) {
      throw refused(`This file is not opened: ${error.message}.`);
    }
    const how = error instanceof Error ? error.message : String(error);
    throw refused(`This is no .spoor file, or it was cut off: ${how}. Get it again from who sent it.`);
  }
}

/** @throws SpoorError where it is not what the directory says, or too large to be looked at at once */
function contents(entry: ZipEntry, limit = LIMITS.entryBytes): Uint8Array {
  if (entry.size > limit)
    throw refused(`${entry.name} in this file has more than ${limit / MIB} MiB; it is not opened.`);
  try {
    return entry.read();
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    checkJson(bytes);
    return JSON.parse(strFromU8(bytes));
  } catch (error) {
    if (error instanceof SpoorError) throw refused('This file holds more than can be read at once; it is not opened.');
    return null;
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function damaged(how: string): SpoorError {
  return refused(`This file is damaged: ${how}. Nothing of it was taken. Get it again from who sent it.`);
}

function refused(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message, [{ field: 'file', code: 'invalid', message }]);
}
