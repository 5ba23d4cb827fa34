/** `.spoor` files: traces with what people wrote about them. */
import type { ShareTarget } from '../../../core/api/sync-state';
import { api } from '../../connection/connection';

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
