/** What either shell does with an error that nobody caught: the host is closed in good order before the process ends. */
import { onLastResort, outliveOutput } from '../../services/last-resort';
import type { Log } from '../../services/log';
import type { Host } from './host';

/** Longer than the threads get to finish what they accepted. */
const LAST_DRAIN_MS = 60_000;

/** @param host null: it has not started yet @param exit ends the process */
export function closeAtLast(log: Log, host: () => Host | null, exit: (code: number) => void): void {
  outliveOutput(process.stdout, process.stderr);
  onLastResort({ name: 'Spoor', log, drain: async () => host()?.close(), exit, drainMs: LAST_DRAIN_MS });
}
