/** `POST /v1/import`: a file as the body, of any format that Spoor reads and of any length; it is stored while it comes. */
import { randomUUID } from 'node:crypto';
import type { FileImportPart, FileImportReport } from '../../core/api/file-import';
import type { FilePart, ImportReport } from '../../core/api/sync-state';
import { isSpoorFile } from '../../core/formats/spoor-file';
import { SpoorError } from '../../core/model/errors';

/** Calls to another thread carry so much at once. */
const PART_BYTES = 1024 * 1024;

interface FileTaker {
  /** Of any format but `.spoor`. */
  importPart(part: FileImportPart): Promise<FileImportReport | null>;
  /** Of either. */
  cancelImport(importId: string): Promise<void>;
  /** Of a `.spoor` file. */
  importFile(part: FilePart): Promise<ImportReport | null>;
}

/** @throws SpoorError VALIDATION_ERROR for a form, and for what no reader understands */
export async function storedFile({ body, headers }: Request, taker: FileTaker): Promise<FileImportReport> {
  if (headers.get('content-type')?.startsWith('multipart/')) {
    throw invalid('Send the file itself as the body (curl --data-binary @FILE), not a form.');
  }
  if (!body) throw invalid('Send a file as the body (curl --data-binary @FILE).');
  return imported(parts(body), taker);
}

async function imported(file: AsyncIterable<Part>, taker: FileTaker): Promise<FileImportReport> {
  const importId = randomUUID();
  let isSpoor: boolean | null = null;
  let isFirst = true;
  try {
    for await (const { bytes, isLast } of file) {
      isSpoor ??= isSpoorFile(bytes);
      if (!isSpoor) {
        const report = await taker.importPart({ importId, bytes, isFirst, isLast });
        if (report) return report;
      } else {
        const report = await taker.importFile({ uploadId: importId, bytes, isLast });
        if (report) return ofSpoorFile(report);
      }
      isFirst = false;
    }
  } catch (error) {
    // A sender that has gone leaves its place to the next at once; what failed is what they hear, not that this failed as well.
    if (isSpoor !== null) await taker.cancelImport(importId).catch(() => {});
    throw error;
  }
  throw invalid('The file is empty.');
}

function ofSpoorFile({ spans }: ImportReport): FileImportReport {
  const nothing = { logRecords: 0, metricPoints: 0, duplicates: 0, rejected: 0, rejectedDocuments: 0, reasons: [] };
  return { formats: ['spoor'], documents: 1, spans, ...nothing };
}

interface Part {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

/** Pieces of a size that is worth a call; the last one is known to be the last. */
async function* parts(body: ReadableStream<Uint8Array>): AsyncGenerator<Part> {
  let held: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const chunk = next.value;
    if (size + chunk.length > PART_BYTES && size > 0) {
      yield { bytes: joined(held, size), isLast: false };
      held = [];
      size = 0;
    }
    held.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield { bytes: joined(held, size), isLast: true };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(chunks, size));
}

function invalid(message: string): SpoorError {
  return new SpoorError('VALIDATION_ERROR', message);
}
