/** Files of any format that Spoor reads, on their way in. */
import { z } from 'zod';
import type { FileImportPart } from '../api/file-import';
import { named, whole } from './input';
import { operation, own, resource, through } from './operation';

const PART = z.strictObject({
  importId: z.string().min(1).max(100),
  bytes: z.instanceof(Uint8Array),
  isFirst: z.boolean(),
  isLast: z.boolean(),
}) as z.ZodType<FileImportPart>;

export const files = {
  /** @returns null: there is more to come @throws VALIDATION_ERROR, PAYLOAD_TOO_LARGE, RATE_LIMITED, SERVICE_UNAVAILABLE */
  importPart: operation({
    summary: 'Takes a part of a file in, of any format that Spoor reads',
    // People import into a workspace of their own, and share what is in it.
    permission: null,
    input: [whole(PART)],
    rest: null,
    run: through(({ ingest }, part: FileImportPart) => ingest.importPart(part)),
  }),
  /** What was read of it is stored. */
  cancelImport: operation({
    summary: 'Gives up a file of which parts were taken in',
    permission: null,
    input: [named('importId', z.string().min(1).max(100))],
    rest: null,
    run: through(async ({ ingest, forgetFile }, importId: string) => {
      await Promise.all([ingest.cancelImport(importId), forgetFile(importId)]);
    }),
  }),
};

export const fileResources = {
  storeFile: resource({
    summary: 'Stores what is in a file: OTLP, Zipkin and others, packed or not, told by its content',
    permission: null,
    rest: own({ method: 'post', path: '/v1/import', takesFile: true, refusals: [413, 429] }),
  }),
};
