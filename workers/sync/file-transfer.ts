/** Traces with what people wrote about them, out to a file and in from one. */

import type { FilePart, ImportReport, ShareTarget } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { packFile, unpackFile } from './spoor-file';

const MAX_FILE = 512 * 1024 * 1024;
const MAX_SPANS = 250_000;
/** Traces read at once. */
const PAGE = 200;
const MAX_UPLOADS = 4;
/** After which a file whose sender has gone is let go of. */
const SILENT_MS = 60_000;
/** Each is held as a whole. */
const MAX_EXPORTS = 2;
/** Screens send half a megabyte at once. */
const MAX_PARTS = 4_096;

interface Upload {
  readonly parts: Uint8Array[];
  readonly size: number;
  readonly silence: NodeJS.Timeout;
}

export class FileTransfer {
  private readonly uploads = new Map<string, Upload>();
  private exporting = 0;

  /** @param maxBytes of a file, and of all that have begun to come */
  constructor(
    private readonly replica: Pick<
      ReplicaService,
      'tracesOf' | 'spanCount' | 'spansOfTraces' | 'objectsAbout' | 'takeRequest' | 'takeObjects'
    >,
    private readonly maxBytes = MAX_FILE,
  ) {}

  /** Of files that have begun to come. */
  get heldBytes(): number {
    return [...this.uploads.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** @throws SpoorError NOT_FOUND, PAYLOAD_TOO_LARGE, RATE_LIMITED */
  async export(target: ShareTarget): Promise<Uint8Array> {
    if (this.exporting >= MAX_EXPORTS) {
      throw new SpoorError(
        'RATE_LIMITED',
        `${MAX_EXPORTS} files are being written; try again when one of them is done.`,
      );
    }
    this.exporting++;
    try {
      return await this.fileOf(target);
    } finally {
      this.exporting--;
    }
  }

  private async fileOf(target: ShareTarget): Promise<Uint8Array> {
    const traceIds = await this.replica.tracesOf(target);
    const requests: Uint8Array[] = [];
    let spans = 0;
    for (let at = 0; at < traceIds.length; at += PAGE) {
      const page = traceIds.slice(at, at + PAGE);
      spans += await this.replica.spanCount(page);
      if (spans > MAX_SPANS) {
        throw new SpoorError(
          'PAYLOAD_TOO_LARGE',
          `A file takes ${MAX_SPANS} spans; this is more. Share it with a server.`,
        );
      }
      requests.push((await this.replica.spansOfTraces(page)).request);
    }
    const objects = await this.replica.objectsAbout(traceIds, target.sessionId);
    return packFile({ requests, objects }, { traces: traceIds.length, spans });
  }

  /** @returns null: there is more to come @throws SpoorError VALIDATION_ERROR, PAYLOAD_TOO_LARGE */
  async take({ uploadId, bytes, isLast }: FilePart): Promise<ImportReport | null> {
    const before = this.uploads.get(uploadId);
    const parts = before?.parts ?? [];
    const size = (before?.size ?? 0) + bytes.length;
    this.forget(uploadId);
    if (size > this.maxBytes || parts.length >= MAX_PARTS)
      throw new SpoorError('PAYLOAD_TOO_LARGE', 'A file may have 512 MiB; this is larger, or comes in too many parts.');
    parts.push(bytes);
    if (isLast) return this.import(Buffer.concat(parts, size));
    const silence = setTimeout(() => this.forget(uploadId), SILENT_MS).unref();
    this.uploads.set(uploadId, { parts, size, silence });
    // Of those that were never ended the oldest goes.
    for (const id of this.uploads.keys()) {
      if (this.uploads.size <= MAX_UPLOADS && this.heldBytes <= this.maxBytes) break;
      this.forget(id);
    }
    return null;
  }

  /** The sender has given it up. */
  forget(uploadId: string): void {
    clearTimeout(this.uploads.get(uploadId)?.silence);
    this.uploads.delete(uploadId);
  }

  private async import(file: Uint8Array): Promise<ImportReport> {
    const { requests, objects } = unpackFile(file);
    const traces = new Set<string>();
    let spans = 0;
    for (const request of requests) {
      const stored = await this.replica.takeRequest(request);
      for (const id of stored.traceIds) traces.add(id);
      spans += stored.spans;
      if (spans > MAX_SPANS)
        throw new SpoorError(
          'PAYLOAD_TOO_LARGE',
          `A file takes ${MAX_SPANS} spans; this has more. What came before is kept.`,
        );
    }
    const taken = await this.replica.takeObjects(objects);
    return {
      traces: traces.size,
      spans,
      objects: taken,
      objectsKept: objects.length - taken,
      traceId: [...traces][0] ?? null,
    };
  }
}
