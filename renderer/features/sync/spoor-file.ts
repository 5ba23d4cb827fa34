/** `.spoor` files: traces with what people wrote about them. */
import type { ImportReport, ShareTarget } from '../../../core/api/sync-state';
import { api } from '../../connection/connection';

/** Of a call over a WebSocket. */
const PART_BYTES = 512 * 1024;

/** Has the browser save it. @throws Error */
export async function saveSpoorFile(target: ShareTarget): Promise<void> {
  const bytes = await api.exportFile(target);
  const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${(target.traceId ?? target.sessionId ?? 'traces').slice(0, 40).replace(/[^\w-]+/g, '-')}.spoor`;
  link.click();
  URL.revokeObjectURL(url);
}

/** @throws Error */
export async function openSpoorFile(file: File): Promise<ImportReport> {
  const uploadId = crypto.randomUUID();
  for (let at = 0; ; at += PART_BYTES) {
    const bytes = new Uint8Array(await file.slice(at, at + PART_BYTES).arrayBuffer());
    const isLast = at + PART_BYTES >= file.size;
    const report = await api.importFile({ uploadId, bytes, isLast });
    if (report) return report;
    if (isLast) throw new Error('The file could not be taken; try again.');
  }
}
