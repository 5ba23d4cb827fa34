/** How a format is written. Its folder has the writers beside the reader; `formats.ts` lists both. */
import type { TraceSummary } from '../model/trace-summary';
import type { TraceColumns } from '../timeline/trace-columns';

export interface FormatWriter {
  /** In addresses and options, such as `otlp`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Of its files, without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** Of spans, what the format has no place for; null: it has one for everything. */
  readonly loses: string | null;
  /** Ids and times as their senders wrote them, where they are stored under others. */
  readonly sentIds: boolean;
  readonly sentTimes: boolean;
  /** Whether it has to know the whole trace before its first span. */
  readonly needsColumns: boolean;
  /** Whether its files open by themselves: `viewer` shows them. */
  readonly needsViewer?: true;
  /** Whether its traces are in the order in which they began. */
  readonly needsOrder: boolean;
  /** Begins a file. */
  open(tools: WriterTools): FileWriter;
}

/** What writing needs of the host. */
export interface WriterTools {
  /** How long a text for an agent may be, in tokens. */
  readonly maxTokens: number | null;
  /** What shows the traces of a file that opens by itself; null: the format opens in other tools. */
  readonly viewer: FileViewer | null;
}

export interface FileViewer {
  readonly script: string;
  readonly style: string;
  /** As a content security policy names them. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

export interface WrittenTrace {
  readonly summary: TraceSummary;
  /** Null: the writer does not need them. */
  readonly columns: TraceColumns | null;
}

/** What is appended to the file. */
export type Piece = string | Uint8Array;

/** Trace by trace, each in pieces. It holds what a trace needs, and nothing of the one before. */
export interface FileWriter {
  beginTrace(trace: WrittenTrace): Piece;
  /** @param request some spans of the trace, as an OTLP request */
  spans(request: Uint8Array): Piece;
  endTrace(): Piece;
  /** Where a file has a limit: whether it takes no more spans, nor a trace other than by `leaveOut`. */
  readonly isFull?: boolean;
  /** Counts a trace that is not in the file. */
  leaveOut?(summary: TraceSummary): void;
  /** After the last trace. */
  finish(): Piece;
}

/** A format that is written and not read, or the writing of one that is both. */
export interface WrittenFormat {
  readonly name: string;
  readonly title: string;
  readonly writers: readonly FormatWriter[];
}
