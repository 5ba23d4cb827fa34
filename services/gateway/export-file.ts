/** Traces as a file of any format that Spoor writes: read in pieces while somebody takes them, so that no file is ever held as a whole. */

import type { FormatWriter, Piece, WriterTools } from '../../core/formats/writer';
import type { TraceSummary } from '../../core/model/trace-summary';
import type { SpoorApi } from '../../core/operations/operations';
import type { StoreService } from '../../core/operations/store-service';
import type { LoadedColumns } from '../../core/timeline/load-trace';

/** Traces of so many spans together are read at once. */
const BATCH_SPANS = 2_000;
const PAGE = 100;
/** Pieces are sent in chunks of at least so much. */
const CHUNK_BYTES = 64 * 1024;
const STEP_MS = 250;

export interface ExportSource
  extends Pick<StoreService, 'exportedSpans' | 'exportedRanges'>,
    Pick<SpoorApi, 'listTraces' | 'traceSummary' | 'getSession' | 'sessionTraces'> {
  wholeTrace(traceId: string): Promise<LoadedColumns>;
}

/** What is exported; nothing of it: the whole workspace. */
export interface ExportedTraces {
  readonly traceIds?: readonly string[] | undefined;
  readonly sessionId?: string | undefined;
  /** As the list of traces takes it. */
  readonly search: Readonly<Record<string, string | undefined>>;
}

/** Pages of what is asked for. @throws SpoorError VALIDATION_ERROR, NOT_FOUND */
export async function* askedTraces(
  api: ExportSource,
  { traceIds, sessionId, search }: ExportedTraces,
  inOrder: boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly TraceSummary[]> {
  if (traceIds) {
    // Each is known before the first is written: one that is not there is told of, and none breaks the file off.
    const named = new Map<string, TraceSummary>();
    for (const traceId of new Set(traceIds)) {
      const summary = await api.traceSummary(traceId);
      named.set(summary.traceId, summary);
    }
    const all = [...named.values()];
    yield inOrder ? all.sort((a, b) => (a.startTime < b.startTime ? -1 : 1)) : all;
  } else if (sessionId !== undefined) {
    const { traceCount } = await api.getSession(sessionId);
    for (let from = 0; from < traceCount; from += PAGE) yield await api.sessionTraces(sessionId, from, from + PAGE);
  } else {
    let cursor: string | undefined;
    do {
      const asked = { ...search, sort: inOrder ? 'startTime' : '-startTime', limit: PAGE, waitMs: STEP_MS } as const;
      const page = await api.listTraces(cursor === undefined ? asked : { ...asked, cursor }, signal);
      yield page.data;
      cursor = page.pagination.nextCursor ?? undefined;
    } while (cursor !== undefined && !signal.aborted);
  }
}

/** The file, piece by piece. */
export async function* exportedFile(
  api: ExportSource,
  writer: FormatWriter,
  traces: AsyncIterable<readonly TraceSummary[]>,
  tools: WriterTools,
): AsyncGenerator<Piece> {
  const file = writer.open(tools);
  /** Trace by trace, whatever is read together; no more is read than the file has room for. */
  async function* written(summaries: readonly TraceSummary[]): AsyncGenerator<Piece> {
    const left = new Map(summaries.map((summary) => [summary.traceId, summary]));
    let open: string | null = null;
    for await (const { traceId, request } of spansOf(api, summaries, writer)) {
      if (open !== traceId) {
        if (open !== null) yield file.endTrace();
        open = null;
        if (file.isFull) break;
        const columns = writer.needsColumns ? (await api.wholeTrace(traceId)).columns : null;
        yield file.beginTrace({ summary: left.get(traceId) as TraceSummary, columns });
        left.delete(traceId);
        open = traceId;
      }
      yield file.spans(request);
      if (file.isFull) break;
    }
    if (open !== null) yield file.endTrace();
    if (file.isFull) leaveOut(left.values());
  }
  function leaveOut(summaries: Iterable<TraceSummary>): void {
    for (const summary of summaries) file.leaveOut?.(summary);
  }
  for await (const page of traces) {
    for (const batch of batches(page)) {
      if (file.isFull) leaveOut(batch);
      else yield* written(batch);
    }
  }
  yield file.finish();
}

/** The spans of these traces, one after the other, in pieces. */
async function* spansOf(
  api: ExportSource,
  summaries: readonly TraceSummary[],
  { sentIds, sentTimes }: FormatWriter,
): AsyncGenerator<{ readonly traceId: string; readonly request: Uint8Array }> {
  const [first] = summaries;
  const isLarge = summaries.length === 1 && first !== undefined && first.spanCount > BATCH_SPANS;
  const ranges = isLarge ? await api.exportedRanges(first.traceId) : [null];
  const traceIds = summaries.map(({ traceId }) => traceId);
  for (const range of ranges) {
    let after: string | null = null;
    do {
      const asked = { traceIds, range, after, sentIds, sentTimes };
      const page: Awaited<ReturnType<ExportSource['exportedSpans']>> = await api.exportedSpans(asked);
      yield* page.traces;
      after = page.next;
    } while (after !== null);
  }
}

/** In the same order. */
function* batches(page: readonly TraceSummary[]): Generator<readonly TraceSummary[]> {
  let batch: TraceSummary[] = [];
  let spans = 0;
  for (const summary of page) {
    if (batch.length > 0 && spans + summary.spanCount > BATCH_SPANS) {
      yield batch;
      batch = [];
      spans = 0;
    }
    batch.push(summary);
    spans += summary.spanCount;
  }
  if (batch.length > 0) yield batch;
}

/** The first is there before anything else is answered: what is wrong with the question is an answer of its own. */
export async function begun<T>(all: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await all.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* all;
  })();
}

/** Reads on only while somebody takes what was read. What fails then breaks the transfer off, so that no part is taken for the whole. */
export function streamOf(pieces: AsyncGenerator<Piece>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const held: Uint8Array[] = [];
      let size = 0;
      while (size < CHUNK_BYTES) {
        const { done, value } = await pieces.next();
        if (done) {
          if (size > 0) controller.enqueue(Buffer.concat(held, size));
          controller.close();
          return;
        }
        const bytes = typeof value === 'string' ? encoder.encode(value) : value;
        held.push(bytes);
        size += bytes.length;
      }
      controller.enqueue(Buffer.concat(held, size));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/** Of no character that a file system or a header minds. */
export function fileName(what: string, { extension }: FormatWriter): string {
  return `spoor-${what.replace(/[^\w-]+/g, '-').slice(0, 60)}.${extension}`;
}
