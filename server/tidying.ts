/** Chores of the modules, once an hour: one that fails is logged, and does not keep the others waiting. */
import type { Log } from '../services/log';
import type { Chore } from './modules/server-module';

const EVERY_MS = 3_600_000;

/** @returns stops it */
export function startTidying(chores: readonly Chore[], log: Log): () => void {
  const timer = setInterval(() => {
    for (const { failure, run } of chores) {
      run().catch((error: unknown) => log('warn', failure, { error: String(error) }));
    }
  }, EVERY_MS);
  return () => clearInterval(timer);
}
