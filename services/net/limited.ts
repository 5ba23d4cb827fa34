/** Runs with a signal that aborts when `outer` does, or when time is up: `AbortSignal.any` is younger than the Node of Electron 25. */
export async function limited<T>(outer: AbortSignal, ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer.reason);
  const timer = setTimeout(() => controller.abort(new Error(`no answer in ${ms / 1_000} s`)), ms);
  outer.addEventListener('abort', abort);
  if (outer.aborted) abort();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abort);
  }
}
