/** Writes and reads `.spoor` files (core/api/spoor-file.ts). What is damaged, or of another version, is refused whole. */
import { createHash } from 'node:crypto';
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { SpoorError } from '../../core/api/errors';
import {
  OLDEST_SPOOR_FILE_VERSION,
  SPOOR_FILE_HEADER,
  SPOOR_FILE_MANIFEST,
  SPOOR_FILE_OBJECTS,
  SPOOR_FILE_VERSION,
  type SpoorFileManifest,
} from '../../core/api/spoor-file';
import { OBJECT_FIELDS } from '../../core/api/sync';
import type { Fields, FiledObject } from '../../core/sync/objects';

/** Unpacked: more than this is no file that one Spoor wrote. */
const MAX_UNPACKED = 1024 * 1024 * 1024;
const MANIFEST = 'manifest.json';
const OBJECTS = 'objects.json';
const SPANS = /^spans\/\d{5}\.pb$/;

export interface SpoorFile {
  /** OTLP. */
  readonly requests: readonly Uint8Array[];
  readonly objects: readonly FiledObject[];
}

export function packFile({ requests, objects }: SpoorFile, counts: { traces: number; spans: number }): Uint8Array {
  const entries: Zippable = {};
  for (const [i, request] of requests.entries()) entries[`spans/${String(i + 1).padStart(5, '0')}.pb`] = request;
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
  const manifestBytes = entries[MANIFEST];
  if (!manifestBytes) throw damaged('it has no manifest');
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
    const bytes = entries[name];
    if (!bytes) throw damaged(`${name} is missing`);
    if (digestOf(bytes) !== digest) throw damaged(`${name} is not what the manifest says`);
  }
  const names = Object.keys(manifest.data.entries).filter((name) => SPANS.test(name));
  const objects = SPOOR_FILE_OBJECTS.safeParse(jsonOf(entries[OBJECTS] ?? strToU8('[]')));
  if (!objects.success) throw damaged('what people wrote cannot be read');
  return {
    requests: names.sort().map((name) => entries[name] as Uint8Array),
    objects: objects.data.map(({ fields, ...object }) => {
      const { success, data } = OBJECT_FIELDS[object.kind].safeParse(fields);
      if (!success) throw damaged(`a ${object.kind} in it is not valid`);
      return { ...object, fields: data as Fields };
    }),
  };
}

function unzipped(file: Uint8Array): Record<string, Uint8Array> {
  let size = 0;
  try {
    return unzipSync(file, {
      // Sizes are what the file says; unpacking stops there.
      filter: ({ name, originalSize }) => {
        size += originalSize;
        if (size > MAX_UNPACKED) throw refused('This file would unpack to more than 1 GiB; it is not opened.');
        return name === MANIFEST || name === OBJECTS || SPANS.test(name);
      },
    });
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    throw refused('This is no .spoor file, or it was cut off. Get it again from who sent it.');
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(strFromU8(bytes));
  } catch {
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
