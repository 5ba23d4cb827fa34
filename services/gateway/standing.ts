/** Asks for a report without waiting for who does not give one: what stands still is to be said, not shared. */
import type { StandingPart } from '../../core/api/standing-part';
import type { HostService } from '../../core/api/workers';

const PATIENCE_MS = 2_000;
/** A host may be busy with its windows for a while. */
const HOST_STILL_MS = 30_000;

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

/** What the host says stands still, or the host itself. */
export function standingByHost(
  host: Pick<HostService, 'standing'>,
  now: () => number = () => performance.now(),
  patienceMs = PATIENCE_MS,
): () => Promise<readonly StandingPart[]> {
  let silentSince: number | null = null;
  return async () => {
    const askedAt = now();
    const standing = await inTime(
      host.standing().catch(() => []),
      patienceMs,
    );
    if (standing !== null) {
      silentSince = null;
      return standing;
    }
    silentSince ??= askedAt;
    const silentMs = now() - silentSince;
    return silentMs < HOST_STILL_MS ? [] : [{ part: 'host', seconds: Math.round(silentMs / 1_000) }];
  };
}
