/**
 * Reads files that are imported in a thread of its own, which runs while there are some: a document of many megabytes keeps its thread for
 * seconds, in which receivers would answer nobody. What the thread made of a file comes back piece by piece, and is stored as exports are.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { FileImportPart, FileImportReport } from '../../core/api/file-import';
import { createLink, serve, transferring } from '../../core/api/rpc/service';
import { SpoorError } from '../../core/model/errors';
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
}

export class FileReader implements FileTaker {
  private running: RunningReader | null = null;
  private calls = 0;
  private idle: NodeJS.Timeout | undefined;
  private outOfMemory = false;

  /** @param file of the thread */
  constructor(
    private readonly intake: Pick<Intake, 'store'>,
    private readonly file: string,
    private readonly log: Log,
  ) {}

  async take(part: FileImportPart): Promise<FileImportReport | null> {
    this.running ??= this.start();
    const { api } = this.running;
    clearTimeout(this.idle);
    this.calls++;
    try {
      return await api.take(part);
    } catch (error) {
      if (!this.outOfMemory) throw error;
      throw new SpoorError('PAYLOAD_TOO_LARGE', 'To read the file takes more memory than there is: split it.');
    } finally {
      if (--this.calls === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async cancel(importId: string): Promise<void> {
    await this.running?.api.cancel(importId);
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
    });
    this.outOfMemory = false;
    worker.on('error', (error: NodeJS.ErrnoException) => {
      this.outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.log('error', 'the thread that reads files stopped', { error: error.stack ?? error.message });
    });
    worker.once('exit', () => {
      if (this.running?.worker === worker) this.running = null;
    });
    const link = createLink<FileTaker>('reader of files');
    link.attach(channelOf(files.port1), closedOf(files.port1));
    const store: PieceStore = { store: (name, request) => this.intake.store(signalNamed(name), request) };
    serve(store, channelOf(pieces.port1));
    return { worker, api: link.api };
  }
}

/** For the thread: what it stores moves, and is a copy of the piece alone. */
export function moved(request: Uint8Array): Uint8Array {
  const piece = new Uint8Array(request);
  return transferring(piece, [piece.buffer]);
}
