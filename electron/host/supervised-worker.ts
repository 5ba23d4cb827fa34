/** Keeps one worker thread running: starts it, starts it again when it dies, and ends it in good order. */
import { Worker } from 'node:worker_threads';
import type { HostMessage, WorkerMessage, WorkerName } from '../../core/api/workers';

/** Waits between starts, so that a thread that dies at once does not burn a core. */
const RESTART_DELAYS_MS = [50, 250, 1_000, 5_000];
/** A thread that lived this long is healthy: its next death counts as the first. */
const HEALTHY_AFTER_MS = 30_000;
/** A thread that does not close in this time is ended. */
const CLOSE_TIMEOUT_MS = 10_000;

export interface WorkerEvents {
  /** A thread is up; `start` counts from 0. */
  readonly onStart: (start: number) => void;
  readonly onMessage: (message: WorkerMessage) => void;
  readonly onCrash: (reason: string) => void;
}

export class SupervisedWorker {
  private worker: Worker | null = null;
  private starts = 0;
  private quickDeaths = 0;
  private closing = false;
  private isRestarting = false;
  private restartTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly name: WorkerName,
    private readonly file: string,
    private readonly workerData: () => unknown,
    private readonly events: WorkerEvents,
  ) {}

  start(): void {
    const startedAt = Date.now();
    const worker = new Worker(this.file, { workerData: this.workerData(), name: this.name });
    let reason = '';
    this.worker = worker;
    worker.on('message', this.events.onMessage);
    worker.on('error', (error) => {
      reason = error.stack ?? error.message;
    });
    worker.on('messageerror', (error) => {
      this.events.onMessage({
        type: 'log',
        level: 'error',
        message: `a message of the ${this.name} worker could not be read`,
        fields: { error: error.message },
      });
    });
    worker.once('exit', (code) => {
      this.worker = null;
      if (this.closing) return;
      if (this.isRestarting) {
        this.isRestarting = false;
        this.start();
        return;
      }
      this.events.onCrash(reason || `exit code ${code}`);
      this.quickDeaths = Date.now() - startedAt > HEALTHY_AFTER_MS ? 0 : this.quickDeaths + 1;
      const delay = RESTART_DELAYS_MS[Math.min(this.quickDeaths, RESTART_DELAYS_MS.length) - 1] ?? 0;
      this.restartTimer = setTimeout(() => this.start(), delay);
    });
    this.events.onStart(this.starts++);
  }

  get running(): boolean {
    return this.worker !== null;
  }

  post(message: HostMessage, transfer: readonly MessagePort[] = []): void {
    this.worker?.postMessage(message, transfer as unknown as Parameters<Worker['postMessage']>[1]);
  }

  /** Ends the thread without warning, as a crash would. For tests of what follows. */
  async crash(): Promise<void> {
    await this.worker?.terminate();
  }

  /** Ends the thread and starts another, with what `workerData` says then. */
  async restart(): Promise<void> {
    this.isRestarting = this.worker !== null;
    await this.worker?.terminate();
  }

  /** Ends the thread for good, in the middle of what it does. */
  async abandon(): Promise<void> {
    this.closing = true;
    clearTimeout(this.restartTimer);
    await this.worker?.terminate();
  }

  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.restartTimer);
    const { worker } = this;
    if (!worker) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => void worker.terminate(), CLOSE_TIMEOUT_MS);
      worker.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.post({ type: 'close' });
    });
  }
}
