/** What a search gives for clients that speak the protocol of Grafana Tempo. */

export interface SetSearch {
  /** TraceQL. */
  readonly query: string;
  /** RFC 3339 or epoch nanoseconds. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly spansPerSet: number;
  readonly waitMs?: number | undefined;
}

export interface FoundTraces {
  readonly traces: readonly FoundTrace[];
  /** False: time was up before so many were found, so many are more than an answer has, or sets of a trace are left out. */
  readonly complete: boolean;
}

export interface FoundTrace {
  readonly traceId: string;
  readonly rootName: string;
  readonly rootService: string;
  /** Epoch nanoseconds. */
  readonly startNs: string;
  readonly endNs: string;
  readonly spanCount: number;
  readonly errorCount: number;
  /** The busiest first. */
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errorCount: number }[];
  readonly sets: readonly FoundSet[];
}

export interface FoundSet {
  readonly matched: number;
  /** What it was told apart from others by. */
  readonly by: readonly FoundValue[];
  readonly spans: readonly FoundSpan[];
}

export interface FoundSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startNs: string;
  readonly durationNs: string | null;
  /** Of the fields that the query tests or selects. */
  readonly values: readonly FoundValue[];
}

export interface FoundValue {
  /** The key of an attribute without its scope, an intrinsic, or `by(...)` with the field. */
  readonly name: string;
  /** Text in quotes; several where a span has several. */
  readonly literals: readonly string[];
}

/** A trace as it was sent, for whoever writes it in another form. */
export interface StoredTrace {
  /** Trace requests of OTLP, one after the other. */
  readonly request: Uint8Array;
  readonly spanCount: number;
  /** How many of its spans are in the request: the first, where it is too large for one answer. */
  readonly spans: number;
}
