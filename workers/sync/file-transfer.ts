/** Traces with what people wrote about them, out to a file and in from one. */
import { SpoorError } from '../../core/api/errors';
import type { FilePart, ImportReport, ShareTarget } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { packFile, unpackFile } from './spoor-file';

const MAX_FILE = 512 * 1024 * 1024;
const MAX_SPANS = 250_000;
/** Traces read at once. */
const PAGE = 200;
const MAX_UPLOADS = 4;

export class FileTransfer {
  private readonly uploads = new Map<string, Uint8Array[]>();

  constructor(private readonly replica: ReplicaService) {}

  /** @throws SpoorError NOT_FOUND, PAYLOAD_TOO_LARGE */
  async export(target: ShareTarget): Promise<Uint8Array> {
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
    const parts = this.uploads.get(uploadId) ?? [];
    parts.push(bytes);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    this.uploads.delete(uploadId);
    if (size > MAX_FILE) throw new SpoorError('PAYLOAD_TOO_LARGE', 'A file may have 512 MiB; this is larger.');
    if (isLast) return this.import(Buffer.concat(parts, size));
    this.uploads.set(uploadId, parts);
    // Of those that were never ended the oldest goes.
    for (const id of this.uploads.keys()) {
      if (this.uploads.size <= MAX_UPLOADS) break;
      this.uploads.delete(id);
    }
    return null;
  }

  private async import(file: Uint8Array): Promise<ImportReport> {
    const { requests, objects } = unpackFile(file);
    const traces = new Set<string>();
    let spans = 0;
    for (const request of requests) {
      const stored = await this.replica.takeRequest(request);
      for (const id of stored.traceIds) traces.add(id);
      spans += stored.spans;
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
