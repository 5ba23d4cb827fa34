/** Sends a file to be stored, by the calls behind `POST /v1/import`: told by its content, whatever it is called. */
import type { FileImportReport } from '../../../core/api/file-import';
import { isSpoorFile, SPOOR_HEAD_BYTES } from '../../../core/formats/spoor-file';
import { api } from '../../connection/connection';

/** Of a call over a WebSocket. */
const PART_BYTES = 512 * 1024;

/** What is shown of a file that was stored. */
export interface Imported extends FileImportReport {
  /** The trace of a `.spoor` file, where it has one. */
  readonly traceId: string | null;
  /** What people wrote about its traces. */
  readonly objects: number;
}

/** Null: it was given up. What was read before stays. @throws Error */
export async function sendFile(
  file: Blob,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Imported | null> {
  const isSpoor = isSpoorFile(new Uint8Array(await file.slice(0, SPOOR_HEAD_BYTES).arrayBuffer()));
  const importId = crypto.randomUUID();
  for (let at = 0; ; at += PART_BYTES) {
    if (signal.aborted) {
      if (at > 0) await api.cancelImport(importId);
      return null;
    }
    const bytes = new Uint8Array(await file.slice(at, at + PART_BYTES).arrayBuffer());
    const isLast = at + PART_BYTES >= file.size;
    const report = isSpoor
      ? await api.importFile({ uploadId: importId, bytes, isLast }).then((taken) => taken && ofSpoorFile(taken))
      : await api
          .importPart({ importId, bytes, isFirst: at === 0, isLast })
          .then((taken) => taken && { ...taken, traceId: null, objects: 0 });
    if (report) return report;
    if (isLast) throw new Error('The file could not be received. Try again.');
    onBytes(at + bytes.length);
  }
}

function ofSpoorFile({
  spans,
  objects,
  traceId,
}: {
  readonly spans: number;
  readonly objects: number;
  readonly traceId: string | null;
}): Imported {
  const nothing = { logRecords: 0, metricPoints: 0, duplicates: 0, rejected: 0, rejectedDocuments: 0, reasons: [] };
  return { formats: ['spoor'], documents: 1, spans, objects, traceId, ...nothing };
}
