/** Reads bodies that are no OTLP protobuf: small ones at once, large ones in a thread, so that nobody waits for somebody else's. */
import { Worker } from 'node:worker_threads';
import type { Format, FormatReader } from '../../../core/formats/format';
import { SpoorError } from '../../../core/model/errors';
import type { OtlpEncoding } from '../../../core/otlp/export-response';
import type { Log } from '../../log';
import { ownBytes } from '../own-bytes';
import { type BodyAsked, type BodyTold, errorOf } from './body-messages';
import { type ExportAsked, type ReadExport, readExport } from './read-export';
import { type ReadFormat, readFormat } from './read-format';

/** To read a body of this size takes some tens of milliseconds, for which no thread is asked. */
const SMALL_BYTES = 1024 * 1024;
/** What the largest body becomes takes less. */
const MEMORY_MIB = 1_024;
/** After which the thread ends, and gives its memory back. */
const IDLE_MS = 60_000;

export interface FormatAsked {
  readonly format: Pick<Format, 'name' | 'title'>;
  /** What the sender said before is known to it. */
  readonly reader: FormatReader;
  readonly encoding: OtlpEncoding;
}

/** The bytes of a large body are gone afterwards: they move. */
export interface BodyReader {
  /** @throws NotJson, JsonShapeError, SpoorError PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE */
  readExport(bytes: Uint8Array, asked: ExportAsked): Promise<ReadExport>;
  /** @throws NotOfFormat, SpoorError PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE */
  readFormat(bytes: Uint8Array, asked: FormatAsked): Promise<ReadFormat>;
}

/** In the thread of whoever asks, whatever the size. */
export const READ_HERE: BodyReader = {
  readExport: async (bytes, asked) => readExport(bytes, asked),
  readFormat: async (bytes, { format, reader, encoding }) => readFormat(format, reader, bytes, encoding),
};

export interface ThreadOptions {
  /** The built entry of the thread. */
  readonly file: string;
  readonly log: Log;
  readonly memoryMib?: number;
}

export class BodyThread implements BodyReader {
  private worker: Worker | null = null;
  /** Settles when all that was asked before is read: the thread holds one body at a time. */
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: ThreadOptions) {}

  async readExport(bytes: Uint8Array, asked: ExportAsked): Promise<ReadExport> {
    if (bytes.length <= SMALL_BYTES) return readExport(bytes, asked);
    const told = await this.inTurn(() => ({ kind: 'export', bytes: ownBytes(bytes), asked }));
    if (told.kind !== 'export') throw new TypeError(`the thread read no export, but ${told.kind}`);
    return told.read;
  }

  async readFormat(bytes: Uint8Array, { format, reader, encoding }: FormatAsked): Promise<ReadFormat> {
    if (bytes.length <= SMALL_BYTES) return readFormat(format, reader, bytes, encoding);
    const told = await this.inTurn(() => {
      const known = reader.memory?.known() ?? new Map();
      return { kind: 'format', bytes: ownBytes(bytes), format: format.name, encoding, known };
    });
    if (told.kind !== 'format') throw new TypeError(`the thread read no format, but ${told.kind}`);
    reader.memory?.learn(told.read.learned);
    return told.read;
  }

  /** What is being read is not answered any more. */
  async close(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  /** @throws what reading it does */
  private async inTurn(askedOf: () => BodyAsked): Promise<Exclude<BodyTold, { readonly kind: 'failed' }>> {
    this.waiting++;
    clearTimeout(this.idle);
    const reading = this.last.then(() => this.ask(askedOf()));
    // Without what was read, which may be tens of megabytes.
    this.last = reading.then(
      () => {},
      () => {},
    );
    try {
      const told = await reading;
      if (told.kind === 'failed') throw errorOf(told.failure);
      return told;
    } finally {
      if (--this.waiting === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  private ask(asked: BodyAsked): Promise<BodyTold> {
    this.worker ??= this.start();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        worker.off('message', hear);
        worker.off('error', fail);
        worker.off('exit', lose);
      };
      const hear = (told: BodyTold): void => {
        forget();
        resolve(told);
      };
      const fail = (error: NodeJS.ErrnoException): void => {
        forget();
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : stopped());
      };
      const lose = (): void => {
        forget();
        reject(stopped());
      };
      worker.on('message', hear);
      worker.on('error', fail);
      worker.on('exit', lose);
      worker.postMessage(asked, [asked.bytes.buffer]);
    });
  }

  private start(): Worker {
    const { file, log, memoryMib = MEMORY_MIB } = this.options;
    const worker = new Worker(file, {
      name: 'body-reader',
      resourceLimits: { maxOldGenerationSizeMb: memoryMib },
    });
    worker.on('error', (error) => log('error', 'the thread that reads large bodies stopped', { error: String(error) }));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = null;
    });
    return worker;
  }
}

function tooLarge(): SpoorError {
  return new SpoorError('PAYLOAD_TOO_LARGE', 'To read it takes more memory than there is. Send smaller batches.');
}

function stopped(): SpoorError {
  return new SpoorError('SERVICE_UNAVAILABLE', 'The thread that reads large requests stopped; try again.');
}
