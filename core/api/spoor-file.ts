/**
 * A `.spoor` file: a ZIP that any tool opens, with
 *
 *   manifest.json     this, and the SHA-256 of every other entry
 *   spans/00001.pb    OTLP ExportTraceServiceRequest, as many as there are
 *   objects.json      annotations, scores, comments and tags of the traces, as sync has them (core/api/sync.ts)
 *
 * History: 1: as above.
 */
import { z } from 'zod';
import { OBJECT_KINDS } from '../sync/objects';
import { STAMP } from '../sync/stamp';

export const SPOOR_FILE_VERSION = 1;
export const OLDEST_SPOOR_FILE_VERSION = 1;

/** Read alone first: what else a newer version has is not known here. */
export const SPOOR_FILE_HEADER = z.object({ format: z.literal('spoor'), version: z.int() });

export const SPOOR_FILE_MANIFEST = SPOOR_FILE_HEADER.extend({
  createdAt: z.iso.datetime(),
  /** Of the Spoor that wrote it. */
  traces: z.int().min(0),
  spans: z.int().min(0),
  /** SHA-256 in hex, by name. */
  entries: z.record(z.string().max(100), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type SpoorFileManifest = z.infer<typeof SPOOR_FILE_MANIFEST>;

/** The fields are checked by OBJECT_FIELDS. */
export const SPOOR_FILE_OBJECTS = z
  .array(
    z.object({
      kind: z.enum(OBJECT_KINDS),
      id: z.uuid(),
      stamp: z.string().regex(STAMP),
      fields: z.record(z.string().max(50), z.unknown()),
    }),
  )
  .max(100_000);
