/** Files on their way in, part by part: each is read while it comes, and whoever sends waits until what came is read. */
import type { FileImportPart, FileImportReport } from '../../../core/api/file-import';
import type { FormatTools } from '../../../core/formats/format';
import { SpoorError } from '../../../core/model/errors';
import type { Intake } from '../intake';
import { FileImport } from './file-import';

const MAX_AT_ONCE = 4;
/** After which a file whose sender has gone is given up. */
const SILENT_MS = 60_000;

export class Imports {
  private readonly files = new Map<string, IncomingFile>();

  constructor(
    private readonly intake: Pick<Intake, 'store'>,
    private readonly tools: FormatTools,
  ) {}

  /**
   * Takes the next part; resolves when it has been read, and with the report when it was the last.
   * @throws SpoorError RATE_LIMITED where too many files come at once, SERVICE_UNAVAILABLE for the rest of a file that was given up,
   *   and what FileImport throws
   */
  async take({ importId, bytes, isFirst, isLast }: FileImportPart): Promise<FileImportReport | null> {
    const known = this.files.get(importId);
    if (!known && !isFirst) {
      throw new SpoorError('SERVICE_UNAVAILABLE', 'The file was given up before its last part; send it again.');
    }
    const file = known ?? this.begin(importId);
    try {
      await file.add(bytes, isLast);
      return isLast ? await file.report : null;
    } catch (error) {
      this.giveUp(importId);
      throw error;
    } finally {
      if (isLast) this.files.delete(importId);
    }
  }

  /** What was read of it is stored. */
  async cancel(importId: string): Promise<void> {
    this.giveUp(importId);
  }

  private giveUp(importId: string): void {
    this.files.get(importId)?.giveUp();
    this.files.delete(importId);
  }

  private begin(importId: string): IncomingFile {
    for (const [id, file] of this.files) {
      if (!file.isSilent) continue;
      file.giveUp();
      this.files.delete(id);
    }
    if (this.files.size >= MAX_AT_ONCE) {
      throw new SpoorError(
        'RATE_LIMITED',
        `${MAX_AT_ONCE} files are being imported; try again when one of them is done.`,
      );
    }
    const file = new IncomingFile((chunks) => new FileImport(this.intake, this.tools).read(chunks));
    this.files.set(importId, file);
    return file;
  }
}

class IncomingFile {
  readonly report: Promise<FileImportReport>;
  private lastAt = performance.now();
  private waiting: { readonly bytes: Uint8Array; readonly isLast: boolean; readonly read: () => void } | null = null;
  private wake = (): void => {};
  private hasEnded = false;

  constructor(read: (chunks: AsyncIterable<Uint8Array>) => Promise<FileImportReport>) {
    this.report = read(this.chunks());
    // Heard by whoever adds the next part.
    this.report.catch(() => {}).finally(() => this.end());
  }

  get isSilent(): boolean {
    return this.waiting === null && performance.now() - this.lastAt > SILENT_MS;
  }

  /** Resolves when the part has been read, or reading has ended before it. */
  async add(bytes: Uint8Array, isLast: boolean): Promise<void> {
    this.lastAt = performance.now();
    if (this.hasEnded) {
      await this.report;
      return;
    }
    // Which of two comes first only their sender knows.
    if (this.waiting) throw new SpoorError('CONFLICT', 'Send the parts of a file one after the other.');
    await new Promise<void>((read) => {
      this.waiting = { bytes, isLast, read };
      this.wake();
    });
    // What is wrong with it is said as soon as it is known.
    if (this.hasEnded) await this.report;
  }

  giveUp(): void {
    this.hasEnded = true;
    this.wake();
  }

  private async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.waiting === null) {
        if (this.hasEnded) throw new SpoorError('SERVICE_UNAVAILABLE', 'The file ended before its last part.');
        await new Promise<void>((wake) => {
          this.wake = wake;
        });
      }
      const { bytes, isLast, read } = this.waiting;
      yield bytes;
      this.waiting = null;
      this.lastAt = performance.now();
      read();
      if (isLast) return;
    }
  }

  private end(): void {
    this.hasEnded = true;
    this.waiting?.read();
  }
}
