/** Exports over HTTP: a file that the browser keeps, sent while it is written. */
import type { z } from 'zod';
import { writerNamed } from '../../core/formats/formats';
import type { FormatWriter, WriterTools } from '../../core/formats/writer';
import { SpoorError } from '../../core/model/errors';
import type { TraceSummary } from '../../core/model/trace-summary';
import type { EXPORT } from '../../core/operations/exports';
import { askedTraces, begun, type ExportSource, exportedFile, fileName, streamOf } from './export-file';
import type { ExportTurns } from './export-turns';
import { fileViewer } from './file-viewer';

interface Asked {
  readonly api: ExportSource;
  readonly exports: ExportTurns;
  /** Who has the turn. */
  readonly who: string;
  /** What shows the traces of a page lies beside it. */
  readonly openApiFile: string;
}

/** @throws SpoorError VALIDATION_ERROR, NOT_FOUND, RATE_LIMITED */
export async function traceFile(
  asked: Asked,
  traceId: string,
  format: string,
  maxTokens: number | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const writer = writerNamed(format);
  const traces = () => askedTraces(asked.api, { traceIds: [traceId], search: {} }, false, signal);
  return answer(asked, writer, traces, `trace-${traceId.slice(0, 16)}`, maxTokens);
}

/** @throws SpoorError VALIDATION_ERROR, NOT_FOUND, RATE_LIMITED */
export async function tracesFile(
  asked: Asked,
  { format, maxTokens, traceIds, sessionId, ...search }: z.infer<typeof EXPORT>,
  signal: AbortSignal,
): Promise<Response> {
  const writer = writerNamed(format);
  const isSearch = Object.values(search).some((value) => value !== undefined && value !== '');
  if ([traceIds !== undefined, sessionId !== undefined, isSearch].filter(Boolean).length > 1) {
    throw new SpoorError('VALIDATION_ERROR', 'Name traces, a session or a search: exactly one of the three.');
  }
  const ids = traceIds?.split(',').filter((id) => id !== '');
  const traces = () => askedTraces(asked.api, { traceIds: ids, sessionId, search }, writer.needsOrder, signal);
  const what = ids ? 'selection' : sessionId !== undefined ? `session-${sessionId}` : isSearch ? 'search' : 'all';
  return answer(asked, writer, traces, what, maxTokens);
}

async function answer(
  { api, openApiFile, exports, who }: Asked,
  writer: FormatWriter,
  traces: () => AsyncGenerator<readonly TraceSummary[]>,
  what: string,
  maxTokens: number | undefined,
): Promise<Response> {
  const tools: WriterTools = { maxTokens: maxTokens ?? null, viewer: await fileViewer(writer, openApiFile) };
  const file = await exports.run(who, async () => exportedFile(api, writer, await begun(traces()), tools));
  const body = streamOf(file);
  return new Response(body, {
    headers: {
      'content-type': writer.mediaType.startsWith('text/') ? `${writer.mediaType}; charset=utf-8` : writer.mediaType,
      'content-disposition': `attachment; filename="${fileName(what, writer)}"`,
      // It holds text of programs, and is no page of ours.
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    },
  });
}
