/** Looks at the alert rules of one workspace for as long as the process runs. */
import type { StoreService } from '../../core/operations/store-service';
import type { Log } from '../log';
import { watchAlerts } from './alert-watch';
import type { Measures } from './read-alert';

/** Rules are looked at twice a minute; this is how late one may be. */
const EVERY_MS = 5_000;

/** @returns what ends it */
export function startAlertTimer(
  api: Measures,
  rules: Pick<StoreService, 'claimAlertRule' | 'recordAlert'>,
  log: Log,
): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    watchAlerts(api, rules, log)
      // The store opens, or is away: the next look is soon.
      .catch((error: unknown) => log('debug', 'alert rules wait', { error: String(error) }))
      .finally(() => {
        looking = false;
      });
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
