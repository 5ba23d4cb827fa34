/**
 * Ingest in a thread of its own: decoding and preparing rows take all of a core under load, and who reads should not wait for it.
 */
import { type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { type ErrorValue, errorFromValue, errorValueOf, SpoorError } from '../../../../core/model/errors';
import { WireError } from '../../../../core/otlp/wire-reader';
import type { Rejection } from '../../../../services/ingest/intake';
import { ownBytes } from '../../../../services/ingest/own-bytes';
import { SIGNALS, type Signal } from '../../../../services/ingest/signals';
import { onLastResort } from '../../../../services/last-resort';
import type { Log } from '../../../../services/log';
import { sparing } from '../../../../services/sparing-log';
import type { Watchdog } from '../../../../services/watchdog';
import type { IngestPlace, IngestPort } from './ingest';

type Asked =
  | { readonly id: number; readonly place: IngestPlace; readonly signal: string; readonly request: Uint8Array }
  | { readonly ping: true }
  | { readonly close: true };
type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'pong' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stored'; readonly id: number; readonly rejection: Rejection }
  | { readonly type: 'refused'; readonly id: number; readonly error: ErrorValue; readonly isWire: boolean }
  | { readonly type: 'spans'; readonly count: number }
  | { readonly type: 'log'; readonly entry: Parameters<Log> };

/** The thread. */
const INGEST = 'ingest';
/** Whether any of what waits is stored. */
export const STORING = 'storing';

interface Waiting {
  readonly resolve: (rejection: Rejection) => void;
  readonly reject: (error: Error) => void;
}

interface ThreadOptions {
  readonly file: string;
  readonly workerData: unknown;
  readonly log: Log;
  readonly onSpans: (count: number) => void;
  readonly watchdog: Watchdog;
  /** It ended by itself, which nothing foresees: the process should end too, and be started again. */
  readonly onDied: (error: Error) => void;
}

/** Resolves when the thread is ready. */
export async function startIngestThread({
  file,
  workerData,
  log,
  onSpans,
  watchdog,
  onDied,
}: ThreadOptions): Promise<IngestPort> {
  const worker = new Worker(file, { workerData });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  /** It was ready, and nobody told it to end. */
  let serving = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const die = (error: Error): void => {
    for (const { reject } of waiting.values())
      reject(new SpoorError('SERVICE_UNAVAILABLE', 'Ingest stopped; try again.'));
    waiting.clear();
    if (serving) onDied(error);
    serving = false;
  };
  worker.on('error', die);
  // An answer that cannot be read is one that somebody waits for in vain.
  worker.on('messageerror', die);
  worker.on('exit', () => die(new Error('the thread of ingest ended')));
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (told: Told) => {
      switch (told.type) {
        case 'ready':
          serving = true;
          return resolve();
        case 'failed':
          return reject(new Error(told.message));
        case 'pong':
          return watchdog.answered(INGEST);
        case 'spans':
          return onSpans(told.count);
        case 'log':
          return log(...told.entry);
        default: {
          const one = waiting.get(told.id);
          waiting.delete(told.id);
          watchdog.answered(STORING);
          if (told.type === 'stored') one?.resolve(told.rejection);
          else one?.reject(told.isWire ? new WireError(told.error.message) : errorFromValue(told.error));
        }
      }
    });
    worker.once('error', reject);
  });
  watchdog.watch(INGEST, () => worker.postMessage({ ping: true } satisfies Asked));
  // The thread may be well, and the database keep it waiting.
  watchdog.watch(STORING, () => {
    if (waiting.size === 0) watchdog.answered(STORING);
  });
  return {
    store(place, signal, request) {
      return new Promise((resolve, reject) => {
        const id = ++asked;
        waiting.set(id, { resolve, reject });
        const own = ownBytes(request);
        worker.postMessage({ id, place, signal: signal.name, request: own } satisfies Asked, [own.buffer]);
      });
    },
    async close() {
      serving = false;
      watchdog.forget(INGEST);
      watchdog.forget(STORING);
      worker.postMessage({ close: true } satisfies Asked);
      await ended;
    },
  };
}

/** The thread's side of it. @param open what stores, and a way to close what it needs */
export async function runIngestThread(
  open: (tell: { readonly log: Log; readonly onSpans: (count: number) => void }) => Promise<IngestPort>,
): Promise<void> {
  const port = parentPort as MessagePort;
  const tell = (told: Told): void => port.postMessage(told);
  let ingest: IngestPort;
  try {
    ingest = await open({
      log: sparing((...entry) => tell({ type: 'log', entry })),
      onSpans: (count) => tell({ type: 'spans', count }),
    });
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  onLastResort({
    name: 'the thread of ingest',
    log: (...entry) => tell({ type: 'log', entry }),
    drain: () => ingest.close(),
    exit: (code) => process.exit(code),
  });
  port.on('message', (asked: Asked) => {
    if ('ping' in asked) return tell({ type: 'pong' });
    if ('close' in asked) {
      void ingest.close().finally(() => port.close());
      return;
    }
    const { id, place, request } = asked;
    const signal = SIGNALS.find(({ name }) => name === asked.signal) as Signal;
    ingest.store(place, signal, request).then(
      (rejection) => tell({ type: 'stored', id, rejection }),
      (error: unknown) => tell({ type: 'refused', id, error: errorValueOf(error), isWire: error instanceof WireError }),
    );
  });
  tell({ type: 'ready' });
}
