/** Reads the traces that stand in the page. */
import {
  columnsOf,
  END_BLOCK,
  type FileEnd,
  type FileGroup,
  type FileTrace,
  type OwnedSpan,
  SPANS_BLOCK,
  spansOf,
  TRACE_BLOCK,
} from '../../core/formats/html/file-data';
import { TraceModel } from '../../core/timeline/trace-model';

export interface OpenedTrace {
  readonly summary: FileTrace;
  readonly spans: readonly OwnedSpan[];
  readonly model: TraceModel;
  find(spanId: bigint): OwnedSpan | null;
}

/** Those after the first are read when somebody looks at them. */
export interface FoundTrace {
  readonly summary: FileTrace;
  open(): OpenedTrace;
}

export function readFile(): { readonly traces: readonly FoundTrace[]; readonly end: FileEnd } {
  const found: { readonly summary: FileTrace; readonly blocks: Element[] }[] = [];
  let end: FileEnd = { spansLeftOut: 0, tracesLeftOut: 0 };
  for (const block of document.querySelectorAll('script[data-block]')) {
    const kind = block.getAttribute('data-block');
    if (kind === TRACE_BLOCK) found.push({ summary: json<FileTrace>(block), blocks: [] });
    else if (kind === SPANS_BLOCK) found.at(-1)?.blocks.push(block);
    else if (kind === END_BLOCK) end = json<FileEnd>(block);
  }
  return { traces: found.map(({ summary, blocks }) => ({ summary, open: () => opened(summary, blocks) })), end };
}

/** Spoor wrote it. */
function json<T>(block: Element): T {
  return JSON.parse(block.textContent ?? '') as T;
}

function opened(summary: FileTrace, blocks: readonly Element[]): OpenedTrace {
  const spans = spansOf(blocks.flatMap((block) => json<readonly FileGroup[]>(block)));
  const model = new TraceModel(columnsOf(spans));
  return { summary, spans, model, find: (spanId) => spans[model.ids.find(spanId)] ?? null };
}
