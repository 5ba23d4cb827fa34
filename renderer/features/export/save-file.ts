/** Saves traces as a file: taken part by part, so that the page stays quick however long it is. */
import type { ExportFormat, ExportQuery } from '../../../core/api/export';
import { api } from '../../connection/connection';
import { download } from '../../ui/download';

/** @throws Error when it is not whole: then nothing is saved, and nothing once it was given up by the signal */
export async function saveFile(
  { name, extension, mediaType }: ExportFormat,
  query: ExportQuery,
  fileName: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const exportId = crypto.randomUUID();
  const parts: Blob[] = [];
  let size = 0;
  // Where this does not arrive, the file is given up as nobody asks for its next part.
  signal.addEventListener('abort', () => void api.cancelExport(exportId).catch(() => {}), { once: true });
  for (let isLast = false; !isLast; ) {
    const part = await api.exportPart({ ...query, format: name, exportId });
    if (signal.aborted) return;
    isLast = part.isLast;
    size += part.bytes.length;
    parts.push(new Blob([Uint8Array.from(part.bytes)]));
    onBytes(size);
  }
  download(new Blob(parts, { type: mediaType }), `spoor-${fileName}`, extension);
}
