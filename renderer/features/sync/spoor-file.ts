/** `.spoor` files: traces with what people wrote about them. */
import type { ShareTarget } from '../../../core/api/sync-state';
import { api } from '../../connection/connection';
import { download } from '../../ui/download';

/** Has the browser save it. @throws Error */
export async function saveSpoorFile(target: ShareTarget): Promise<void> {
  const bytes = await api.exportFile(target);
  download(
    new Blob([Uint8Array.from(bytes)], { type: 'application/zip' }),
    target.traceId ?? target.sessionId ?? 'traces',
    'spoor',
  );
}
