/** What became of a file that somebody imported. */
export interface FileImportReport {
  /** Of each format in the file, such as `jaeger`; `protobuf` for an export request in protobuf. */
  readonly formats: readonly string[];
  /** Requests, lines or traces: what stands in the file side by side. */
  readonly documents: number;
  readonly spans: number;
  readonly logRecords: number;
  readonly metricPoints: number;
  /** Of all these, how many were here before. */
  readonly duplicates: number;
  /** Records that could not be read, and were left out. */
  readonly rejected: number;
  /** Documents that could not be read at all. */
  readonly rejectedDocuments: number;
  /** What was left out and why, the first of each kind. */
  readonly reasons: readonly string[];
}

/** A part of a file on its way in: calls are smaller than files. */
export interface FileImportPart {
  /** Of the file, made up by who sends it. */
  readonly importId: string;
  readonly bytes: Uint8Array;
  /** Whoever takes it may have forgotten what came before a later one: no file begins with that. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}
