/**
 * Reads files that are imported in a thread of its own, which runs while there are some: a document of many megabytes keeps its thread for
 * seconds, in which receivers would answer nobody. What the thread made of a file comes back piece by piece, and is stored as exports are.
 */
import { MessageChannel, type ResourceLimits, Worker } from 'node:worker_threads';
import type { FileImportPart, FileImportReport } from '../../core/api/file-import';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { SpoorError } from '../../core/model/errors';
import { Recent } from '../../core/model/recent';
import type { Imports } from '../../services/ingest/import/imports';
import type { Intake, Stored } from '../../services/ingest/intake';
import { type Signal, signalNamed } from '../../services/ingest/signals';
import type { Log } from '../../services/log';
import { channelOf, closedOf } from '../rpc/worker-port';

/** After which the thread ends: whoever sends a file and says nothing for so long has gone. */
const IDLE_MS = 60_000;

/** What the thread answers. */
export type FileTaker = Pick<Imports, 'take' | 'cancel'>;

/** What the thread calls. */
export interface PieceStore {
  store(signal: Signal['name'], request: Uint8Array): Promise<Stored>;
}

interface RunningReader {
  readonly worker: Worker;
  readonly api: FileTaker;
  /** Resolves when the thread is gone, and it is known whether memory was the reason. */
  readonly exited: Promise<void>;
  /** Under way. */
  calls: number;
  isClosed: boolean;
  outOfMemory: boolean;
}

/** More than anybody sends at once; those whose senders have gone are forgotten. */
const MAX_BEGUN = 1_000;

export class FileReader implements FileTaker {
  private running: RunningReader | null = null;
  private idle: NodeJS.Timeout | undefined;
  /** Files of which there is more to come, and who reads them; null: no more. */
  private readonly begun = new Recent<string, RunningReader | null>(MAX_BEGUN);

  /** @param file of the thread */
  constructor(
    private readonly intake: Pick<Intake, 'store'>,
    private readonly file: string,
    private readonly log: Log,
    private readonly limits: ResourceLimits = {},
  ) {}

  /** @throws SpoorError SERVICE_UNAVAILABLE for the rest of a file whose beginning is lost, and what Imports throws */
  async take(part: FileImportPart): Promise<FileImportReport | null> {
    this.running ??= this.start();
    const { running } = this;
    clearTimeout(this.idle);
    running.calls++;
    this.begun.set(part.importId, running);
    try {
      const report = await running.api.take(part);
      if (part.isLast) this.begun.set(part.importId, null);
      return report;
    } catch (error) {
      this.begun.set(part.importId, null);
      const isAlone = running.calls === 1;
      if (running.isClosed) await running.exited;
      throw running.outOfMemory ? tooLarge(isAlone) : error;
    } finally {
      if (--running.calls === 0 && running === this.running) {
        this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
      }
    }
  }

  async cancel(importId: string): Promise<void> {
    const reader = this.begun.get(importId);
    this.begun.set(importId, null);
    if (reader && !reader.isClosed) await reader.api.cancel(importId);
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const { running } = this;
    this.running = null;
    await running?.worker.terminate();
  }

  private start(): RunningReader {
    const files = new MessageChannel();
    const pieces = new MessageChannel();
    const ports = { files: files.port2, pieces: pieces.port2 };
    const worker = new Worker(this.file, {
      name: 'file-reader',
      workerData: ports,
      transferList: Object.values(ports),
      resourceLimits: this.limits,
    });
    const link = createLink<FileTaker>('reader of files');
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const running: RunningReader = {
      worker,
      api: link.api,
      exited,
      calls: 0,
      isClosed: false,
      outOfMemory: false,
    };
    worker.on('error', (error: NodeJS.ErrnoException) => {
      running.outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.log('error', 'the thread that reads files stopped', { error: error.stack ?? error.message });
    });
    const closed = closedOf(files.port1);
    // Before the link hears of it, and so before its calls fail: the port closes before it is known why.
    void closed.then(() => {
      running.isClosed = true;
      if (this.running === running) this.running = null;
    });
    link.attach(channelOf(files.port1), closed);
    const store: PieceStore = { store: (name, request) => this.intake.store(signalNamed(name), request) };
    serve(store, channelOf(pieces.port1));
    return running;
  }
}

function tooLarge(isAlone: boolean): SpoorError {
  return new SpoorError(
    'PAYLOAD_TOO_LARGE',
    isAlone
      ? 'To read the file takes more memory than there is: split it.'
      : 'To read the files that came at once takes more memory than there is: send one after the other, or split them.',
  );
}

/** For the thread: what it stores moves, and is a copy of the piece alone. */
export function moved(request: Uint8Array): Uint8Array {
  const piece = new Uint8Array(request);
  return transferring(piece, [piece.buffer]);
}
