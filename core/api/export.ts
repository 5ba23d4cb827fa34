/** Traces as files of other tools' formats. */
import type { DeploymentFilter } from '../model/deployment';

export interface ExportFormat {
  /** What `format` takes. */
  readonly name: string;
  readonly title: string;
  /** Of its files, without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** What it has no place for; null: it has one for everything. */
  readonly loses: string | null;
}

export interface TraceFileQuery {
  /** One of those that `/v1/export/formats` lists; without it the answer is JSON as described here. */
  readonly format?: string | undefined;
  /** How long a Markdown text may be, in tokens (about four characters each); 8,000 unless given. */
  readonly maxTokens?: number | undefined;
}

export interface ExportQuery extends DeploymentFilter, TraceFileQuery {
  /** Of these traces, in this order: their ids, separated by commas. */
  readonly traceIds?: string | undefined;
  /** Of the traces of this session. */
  readonly sessionId?: string | undefined;
  /** Of the traces that match, as `/v1/traces` takes it. */
  readonly query?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a page asks for, part by part, until the last. */
export interface ExportPartQuery extends ExportQuery {
  /** Of the file, made up by who asks. */
  readonly exportId: string;
  readonly format: string;
}

export interface ExportPart {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}
