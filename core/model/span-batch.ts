/**
 * The spans of one export request as columns: what ingest hands to the store. Every column is a typed array of `length`
 * entries (span ids: 8 bytes an entry), so a batch crosses a thread by transfer and holds no object per span.
 *
 *   row i -> spanId[8i..], parentSpanId[8i..] (zeros: none), startNs[i], endNs[i], status[i]
 *         -> resources[resource[i]], scopes[scope[i]], operations[operation[i]]
 *         -> traceId[16 * trace[i]..]: each trace of the batch once
 *
 * `parts` keeps the wire fields that no column holds (trace state, attributes, events, links, status, dropped counts,
 * flags and whatever a newer sender adds), so a span is read back exactly as it was sent.
 */

import type { BatchCalls, TraceFacts } from './batch-calls';
import type { SentEvaluation } from './evaluation';
import { partBuffers, type RecordParts } from './record-parts';

export interface SpanBatch {
  readonly signal: 'traces';
  readonly length: number;
  /** Index of each row's trace in `traceId`. */
  readonly trace: Uint32Array;
  /** The distinct trace ids of the batch: 16 bytes each. */
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  /** Epoch nanoseconds. */
  readonly startNs: BigInt64Array;
  /** Epoch nanoseconds; may lie before the start. */
  readonly endNs: BigInt64Array;
  readonly status: Uint8Array;
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly operation: Uint32Array;
  readonly parts: RecordParts;
  readonly resources: readonly BatchResource[];
  readonly scopes: readonly BatchScope[];
  readonly operations: readonly BatchOperation[];
  /** Index in AGENT_SPAN_KINDS (agent-span.ts), from 1; 0: of no agent run. Empty: no row is of one. */
  readonly agentKind: Uint8Array;
  readonly calls: BatchCalls;
  /** Sparse: only traces whose spans say something of an agent or a session. */
  readonly traceFacts: readonly TraceFacts[];
  /** Sparse: what events say of how good a row was. */
  readonly evaluations: readonly SentEvaluation[];
  /** Sparse: what guardrails mark in a row. */
  readonly marks: readonly GuardrailMark[];
}

/** What a rule found in a row. */
export interface GuardrailMark {
  readonly row: number;
  readonly ruleId: string;
  /** Key of the attribute. */
  readonly attribute: string;
  readonly excerpt: string;
  /** Of what was found, 32 bits. */
  readonly digest: number;
}

export interface BatchResource {
  readonly serviceName: string;
  /** OTLP Resource message, verbatim. */
  readonly message: Uint8Array;
  readonly schemaUrl: string;
}

export interface BatchScope {
  /** OTLP InstrumentationScope message, verbatim. */
  readonly message: Uint8Array;
  readonly schemaUrl: string;
}

export interface BatchOperation {
  readonly serviceName: string;
  readonly name: string;
  readonly kind: number;
}

/** The buffers to transfer with a batch. */
export function spanTransferables(batch: SpanBatch): ArrayBuffer[] {
  const views = [
    batch.trace,
    batch.traceId,
    batch.spanId,
    batch.parentSpanId,
    batch.startNs,
    batch.endNs,
    batch.status,
    batch.resource,
    batch.scope,
    batch.operation,
    batch.calls.row,
    batch.calls.kind,
    batch.calls.counts,
    batch.calls.response,
    batch.agentKind,
  ];
  return [...views.map((view) => view.buffer as ArrayBuffer), ...partBuffers(batch.parts)];
}
