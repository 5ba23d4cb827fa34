/**
 * Files on their way to callers over HTTP, a few at once of each caller: an answer of any length is over for `inTurn` as soon as it begins,
 * and whoever asks for a file and does not read it has it written no further, but keeps what was read for it.
 */
import { SpoorError } from '../../core/model/errors';

const MAX_AT_ONCE = 4;
/** After which a file that nobody takes leaves its place to the next. */
const SILENT_MS = 60_000;
/** Nobody is silent who waits for what is being read. */
const BEING_READ = Number.POSITIVE_INFINITY;

interface OpenFile {
  /** When what was read last was ready to be taken. */
  readyAt: number;
  isGivenUp: boolean;
  /** Lets go of what is held for it. */
  release: () => Promise<unknown>;
}

export class ExportTurns {
  private readonly open = new Map<string, Set<OpenFile>>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What `begin` gives, for as long as somebody takes it. @throws SpoorError RATE_LIMITED, and what `begin` throws */
  async run<T>(who: string, begin: () => Promise<AsyncGenerator<T>>): Promise<AsyncGenerator<T>> {
    const its = this.open.get(who) ?? new Set();
    for (const file of its) if (this.now() - file.readyAt > SILENT_MS) this.giveUp(who, file);
    if (its.size >= MAX_AT_ONCE) {
      throw new SpoorError(
        'RATE_LIMITED',
        `${MAX_AT_ONCE} files are being sent to you; try again when one of them is done.`,
      );
    }
    const file: OpenFile = { readyAt: BEING_READ, isGivenUp: false, release: async () => {} };
    this.open.set(who, its.add(file));
    try {
      const pieces = await begin();
      file.release = () => pieces.return(undefined);
      file.readyAt = this.now();
      return this.taken(who, file, pieces);
    } catch (error) {
      this.end(who, file);
      throw error;
    }
  }

  private async *taken<T>(who: string, file: OpenFile, pieces: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      expectWanted(file);
      file.readyAt = BEING_READ;
      for await (const piece of pieces) {
        file.readyAt = this.now();
        yield piece;
        expectWanted(file);
        file.readyAt = BEING_READ;
      }
    } finally {
      this.end(who, file);
    }
  }

  private giveUp(who: string, file: OpenFile): void {
    file.isGivenUp = true;
    this.end(who, file);
    void file.release().catch(() => {});
  }

  private end(who: string, file: OpenFile): void {
    const its = this.open.get(who);
    its?.delete(file);
    if (its?.size === 0) this.open.delete(who);
  }
}

/** A file that just ended would be taken for whole. */
function expectWanted({ isGivenUp }: OpenFile): void {
  if (isGivenUp) throw new SpoorError('CONFLICT', 'The file was given up: nobody took it for a minute.');
}
