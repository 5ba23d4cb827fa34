/** Asks for reports without waiting for a part that does not answer: the caller says which part is unresponsive instead of hanging with it. */
import type { UnresponsivePart } from '../../core/api/unresponsive-part';
import type { HostService } from '../../core/api/workers';

const PATIENCE_MS = 2_000;
/** A host may be busy with its windows for a while. */
const HOST_SILENT_MS = 30_000;

/** @returns null when it does not come in time; where it fails, it fails */
export async function inTime<T>(asked: Promise<T>, ms = PATIENCE_MS): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The unresponsive parts that the host names, or the host itself when it does not answer. */
export function unresponsiveByHost(
  host: Pick<HostService, 'unresponsive'>,
  now: () => number = () => performance.now(),
  patienceMs = PATIENCE_MS,
): () => Promise<readonly UnresponsivePart[]> {
  let silentSince: number | null = null;
  return async () => {
    const askedAt = now();
    const unresponsive = await inTime(
      host.unresponsive().catch(() => []),
      patienceMs,
    );
    if (unresponsive !== null) {
      silentSince = null;
      return unresponsive;
    }
    silentSince ??= askedAt;
    const silentMs = now() - silentSince;
    return silentMs < HOST_SILENT_MS ? [] : [{ part: 'host', seconds: Math.round(silentMs / 1_000) }];
  };
}
