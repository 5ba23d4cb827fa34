/**
 * Keeps PostgreSQL away from a full disk, which it does not survive as a single process: a checkpoint that finds no room leaves it
 * spinning. So spans are refused while there is still room for what is under way.
 */
import { statfs } from 'node:fs/promises';
import { SpoorError } from '../../core/model/errors';
import { formatBytes } from '../../core/model/format';
import { isFull } from '../../services/store/damage';

/** Dirty pages and WAL between two checkpoints, twice. */
const RESERVE_BYTES = 24 * 1024 * 1024;
/** What a record may take on its way: WAL, table, and the payload before it is packed. */
const BYTES_PER_BYTE = 3;

export interface DiskState {
  readonly freeBytes: number;
  readonly full: boolean;
}

export class DiskSpace {
  private wasFull = false;

  /** @param onChange called when the disk becomes full or has room again */
  constructor(
    private readonly directory: string,
    private readonly onChange: (full: boolean) => void = () => {},
  ) {}

  async state(neededBytes = 0): Promise<DiskState> {
    const { bavail, bsize } = await statfs(this.directory);
    const freeBytes = bavail * bsize;
    const full = freeBytes < RESERVE_BYTES + neededBytes * BYTES_PER_BYTE;
    if (neededBytes === 0 || full) this.note(full);
    return { freeBytes, full };
  }

  /** @throws SpoorError SERVICE_UNAVAILABLE when there is no room for that much more */
  async demand(bytes: number): Promise<void> {
    const { freeBytes, full } = await this.state(bytes);
    if (full) throw new SpoorError('SERVICE_UNAVAILABLE', fullMessage(this.directory, freeBytes));
    this.note(false);
  }

  private note(full: boolean): void {
    if (full === this.wasFull) return;
    this.wasFull = full;
    this.onChange(full);
  }
}

export function fullMessage(directory: string, freeBytes: number): string {
  return `The disk is full: ${formatBytes(freeBytes)} are free at ${directory}. Free some space; nothing new is stored until then.`;
}

/** Whether an error means that the database process itself cannot go on. */
export function isFatal(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  // No room, io_error of PostgreSQL, or WebAssembly that ended.
  return isFull(error) || code === '58030' || name === 'ExitStatus' || error instanceof WebAssembly.RuntimeError;
}
