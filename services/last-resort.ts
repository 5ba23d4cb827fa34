/**
 * The last resort of a process or thread: an error that nobody caught. What the code believes of its own state may be wrong from
 * then on, so it ends and is started anew; but what it has already taken is answered first.
 */
import type { Log } from './log';

/** How long what is under way may take, where nobody says otherwise. */
const DRAIN_MS = 10_000;

export interface LastResort {
  /** Such as `the receiver`. */
  readonly name: string;
  readonly log: Log;
  /** Accepts no more, and resolves when what was accepted is answered. */
  readonly drain: () => Promise<unknown>;
  /** Ends the process, or the thread. */
  readonly exit: (code: number) => void;
  readonly drainMs?: number;
}

/** @returns what to call when something else says that this cannot go on */
export function onLastResort({ name, log, drain, exit, drainMs = DRAIN_MS }: LastResort): (error: unknown) => void {
  let ending = false;
  const end = (error: unknown): void => {
    log('error', `${name} stops after an unexpected error`, { error: stackOf(error) });
    if (ending) return;
    ending = true;
    const leave = (): void => exit(1);
    const timer = setTimeout(leave, drainMs);
    // What throws at once has drained nothing and ends as well.
    Promise.resolve()
      .then(drain)
      .catch((failure: unknown) => log('error', `${name} could not end in good order`, { error: stackOf(failure) }))
      .finally(() => {
        clearTimeout(timer);
        leave();
      });
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  return end;
}

/** Whoever read our output is gone: a pipe that breaks is no reason to end, or to write more. */
export function outliveOutput(...streams: readonly NodeJS.EventEmitter[]): void {
  for (const stream of streams) stream.on('error', () => {});
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
