/** Open windows and tabs, which wait to be told what to show. */
import { SpoorError } from '../../core/model/errors';

/** How long one waits before it asks again: a connection that is gone is noticed by then. */
const WAIT_MS = 25_000;
/** Between two questions of a window. */
const GRACE_MS = 1_500;

interface Waiting {
  readonly isVisible: boolean;
  readonly show: (path: string | null) => void;
}

export class Windows {
  private readonly waiting: Waiting[] = [];

  /** @returns the path of a screen; null: nothing to show, ask again */
  next(isVisible: boolean, signal?: AbortSignal): Promise<string | null> {
    if (signal?.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const show = (path: string | null): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        const at = this.waiting.indexOf(one);
        if (at >= 0) this.waiting.splice(at, 1);
        resolve(path);
      };
      const leave = (): void => show(null);
      const one: Waiting = { isVisible, show };
      const timer = setTimeout(leave, WAIT_MS).unref();
      signal?.addEventListener('abort', leave);
      this.waiting.push(one);
    });
  }

  /** In the window that is visible and asked last. @throws SpoorError CONFLICT where none is open */
  async show(path: string): Promise<void> {
    const untilMs = Date.now() + GRACE_MS;
    for (;;) {
      const window = this.waiting.findLast(({ isVisible }) => isVisible) ?? this.waiting.at(-1);
      if (window) return window.show(path);
      if (Date.now() >= untilMs) {
        throw new SpoorError('CONFLICT', 'No window of Spoor is open. Give the user the link instead.');
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
