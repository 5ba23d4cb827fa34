/** Files on their way out to pages, part by part: each is written when the page asks for it. */
import type { ExportFormat, ExportPart, ExportPartQuery } from '../../core/api/export';
import { WRITERS, writerNamed } from '../../core/formats/formats';
import { SpoorError } from '../../core/model/errors';
import { askedTraces, begun, type ExportSource, exportedFile, streamOf } from './export-file';
import { fileViewer } from './file-viewer';

const MAX_AT_ONCE = 4;
/** After which a file whose page has gone is given up. */
const SILENT_MS = 60_000;
/** Of a call over a WebSocket. */
const PART_BYTES = 512 * 1024;

const FORMATS: readonly ExportFormat[] = WRITERS.map(({ name, title, extension, mediaType, loses }) => ({
  name,
  title,
  extension,
  mediaType,
  loses,
}));

interface OpenFile {
  /** Rejected where the question is wrong. */
  readonly reader: Promise<ReadableStreamDefaultReader<Uint8Array>>;
  readonly given: AbortController;
  /** Read already: pieces may be larger than a part. */
  rest: Uint8Array;
  isRead: boolean;
  /** When the last part was taken; null: one is being written. */
  takenAt: number | null;
}

export class Exports {
  readonly formats = FORMATS;
  private readonly files = new Map<string, OpenFile>();

  constructor(
    private readonly source: () => ExportSource,
    private readonly openApiFile: string,
  ) {}

  /**
   * The next part, of at most half a MiB; the first begins the file.
   * @throws SpoorError VALIDATION_ERROR, NOT_FOUND, RATE_LIMITED, CONFLICT where the file was given up meanwhile, or its previous part
   * is still being written: two at once would take the pieces of the file in turn
   */
  async part(query: ExportPartQuery): Promise<ExportPart> {
    const { exportId } = query;
    const open = this.files.get(exportId);
    if (open?.takenAt === null) {
      throw new SpoorError(
        'CONFLICT',
        'The previous part of this file is still being written; ask for the next one after it.',
      );
    }
    const file = open ?? this.begin(query);
    const { signal } = file.given;
    file.takenAt = null;
    const held = [file.rest];
    let size = file.rest.length;
    try {
      const reader = await file.reader;
      while (size < PART_BYTES && !file.isRead && !signal.aborted) {
        const { done, value } = await reader.read();
        file.isRead = done;
        if (done) break;
        held.push(value);
        size += value.length;
      }
      // A reader that was given up says that it is at its end.
      if (signal.aborted) throw new SpoorError('CONFLICT', 'The file was given up.');
    } catch (error) {
      this.files.delete(exportId);
      throw error;
    }
    const bytes = new Uint8Array(Buffer.concat(held, size));
    file.rest = bytes.slice(PART_BYTES);
    file.takenAt = performance.now();
    const isLast = file.isRead && file.rest.length === 0;
    if (isLast) this.files.delete(exportId);
    return { bytes: bytes.slice(0, PART_BYTES), isLast };
  }

  /** Nobody wants the rest of it, nor the part that is being written. */
  async cancel(exportId: string): Promise<void> {
    const file = this.files.get(exportId);
    if (!file) return;
    this.files.delete(exportId);
    file.given.abort();
    // What is wrong with the question, or broke off what was read ahead, is said to who asks for the next part: here it is nobody's.
    await file.reader.then((reader) => reader.cancel()).catch(() => {});
  }

  /** @throws SpoorError RATE_LIMITED */
  private begin(query: ExportPartQuery): OpenFile {
    const now = performance.now();
    for (const [id, { takenAt }] of this.files) {
      if (takenAt !== null && now - takenAt > SILENT_MS) void this.cancel(id);
    }
    if (this.files.size >= MAX_AT_ONCE) {
      throw new SpoorError('RATE_LIMITED', `${MAX_AT_ONCE} files are being saved; try again when one of them is done.`);
    }
    const given = new AbortController();
    const reader = this.opened(query, given.signal);
    const file: OpenFile = { reader, given, rest: new Uint8Array(0), isRead: false, takenAt: null };
    this.files.set(query.exportId, file);
    return file;
  }

  private async opened(
    { exportId: _, format, traceIds, sessionId, maxTokens, ...search }: ExportPartQuery,
    signal: AbortSignal,
  ): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const writer = writerNamed(format);
    const api = this.source();
    const asked = { traceIds: traceIds?.split(','), sessionId, search };
    const traces = await begun(askedTraces(api, asked, writer.needsOrder, signal));
    const tools = { maxTokens: maxTokens ?? null, viewer: await fileViewer(writer, this.openApiFile) };
    return streamOf(exportedFile(api, writer, traces, tools)).getReader();
  }
}
