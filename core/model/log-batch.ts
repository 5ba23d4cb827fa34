/**
 * The log records of one export request as columns, like SpanBatch.
 *
 *   row i -> timeNs[i], observedNs[i], severity[i], flags[i], spanId[8i..] (zeros: none)
 *         -> traceId[16 * trace[i]..], or no trace where trace[i] is NO_TRACE
 *         -> message[messageEnd[i-1] .. messageEnd[i]], eventNames[eventName[i]]
 *         -> resources[resource[i]], scopes[scope[i]], parts
 */
import type { SentEvaluation } from './evaluation';
import { partBuffers, type RecordParts } from './record-parts';
import type { BatchResource, BatchScope } from './span-batch';

export interface LogBatch {
  readonly signal: 'logs';
  readonly length: number;
  /** Names the request: one that comes again was delivered twice. */
  readonly digest: Uint8Array;
  readonly trace: Uint32Array;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  /** Epoch nanoseconds: the record's time, else when it was observed, else when it arrived. */
  readonly timeNs: BigInt64Array;
  /** 0: not said. */
  readonly observedNs: BigInt64Array;
  /** SeverityNumber. */
  readonly severity: Uint8Array;
  /** LOG_* */
  readonly flags: Uint8Array;
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly eventName: Uint32Array;
  readonly messageEnd: Uint32Array;
  /** UTF-8 without NUL: what a list shows and a search reads of the body. */
  readonly message: Uint8Array;
  readonly eventNames: readonly string[];
  readonly parts: RecordParts;
  readonly resources: readonly BatchResource[];
  readonly scopes: readonly BatchScope[];
  /** Sparse: records that say how good the span or trace was that they name. */
  readonly evaluations: readonly SentEvaluation[];
}

export const NO_TRACE = 0xffff_ffff;
/** The message is the whole body; the parts do not repeat it. */
export const LOG_MESSAGE_IS_BODY = 1;
/** `timeNs` is the record's own time. */
export const LOG_HAS_TIME = 2;
/** The sender gave no severity number: the column has that of its text. */
export const LOG_SEVERITY_FROM_TEXT = 4;

/** The buffers to transfer with a batch. */
export function logTransferables(batch: LogBatch): ArrayBuffer[] {
  const views = [
    batch.trace,
    batch.traceId,
    batch.spanId,
    batch.timeNs,
    batch.observedNs,
    batch.severity,
    batch.flags,
    batch.resource,
    batch.scope,
    batch.eventName,
    batch.messageEnd,
    batch.message,
  ];
  return [...views.map((view) => view.buffer as ArrayBuffer), ...partBuffers(batch.parts)];
}
