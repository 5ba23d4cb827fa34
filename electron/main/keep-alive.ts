/** A page whose process ends comes back by itself; one that ends again and again is left, with a word. */
import type { BrowserWindow } from 'electron';
import type { Log } from '../../services/log';
import { sayProblem } from './say-problem';

const MAX_RELOADS = 3;
/** Crashes further apart than this do not add up. */
const FORGET_MS = 60_000;

export function keepAlive(window: BrowserWindow, log: Log): void {
  let deaths: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    log('warn', 'the process of the page ended', { reason, exitCode });
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < FORGET_MS), now];
    if (deaths.length <= MAX_RELOADS) {
      window.webContents.reload();
      return;
    }
    sayProblem(
      'The page cannot be shown',
      'Its process ended several times. What programs send is still received and stored. Restart Spoor to see it.',
    );
  });
}
