/** What would leave this machine, after what is taken out of it. */
import type { SharePreview, SyncChoice, SyncRule } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { jsonFromTraceRequest } from '../../core/otlp/trace-json';
import { OutgoingSpans } from './outgoing-spans';

/** Traces read at once. */
const PAGE = 200;
/** Beyond, sizes are of the first so many. */
const MAX_TRACES = 2_000;
const SAMPLE_SPANS = 20;

type Redacts = Pick<SyncChoice, 'redactsEmails' | 'redactedKeys'>;
type Reads = Pick<ReplicaService, 'spansOfTraces'>;

export async function previewTraces(
  replica: Reads,
  traceIds: readonly string[],
  redacts: Redacts,
): Promise<SharePreview> {
  const read = traceIds.slice(0, MAX_TRACES);
  const looked = await lookThrough(replica, read, redacts);
  const times = traceIds.length / read.length;
  return {
    ...looked,
    traces: traceIds.length,
    spans: Math.round(looked.spans * times),
    bytes: Math.round(looked.bytes * times),
    complete: times === 1 && read.length <= PAGE && looked.complete,
  };
}

/** The sizes of many are told by the newest. */
export async function previewRule(
  replica: Reads & Pick<ReplicaService, 'tracesUnder'>,
  rule: SyncRule,
  redacts: Redacts,
): Promise<SharePreview> {
  const { traces, spans, newest } = await replica.tracesUnder(rule, PAGE);
  const looked = await lookThrough(replica, newest, redacts);
  return {
    ...looked,
    traces,
    spans,
    bytes: Math.round((looked.bytes * spans) / Math.max(1, looked.spans)),
    complete: looked.complete && newest.length === traces,
  };
}

async function lookThrough(replica: Reads, traceIds: readonly string[], redacts: Redacts): Promise<SharePreview> {
  const outgoing = new OutgoingSpans(redacts);
  let [spans, bytes] = [0, 0];
  let sample: { readonly text: string; readonly isAll: boolean } | null = null;
  for (let at = 0; at < traceIds.length; at += PAGE) {
    const part = await replica.spansOfTraces(traceIds.slice(at, at + PAGE));
    const clean = outgoing.clean(part.request);
    spans += part.spans;
    bytes += clean.length;
    sample ??= jsonFromTraceRequest(clean, SAMPLE_SPANS);
  }
  return {
    traces: traceIds.length,
    lookedThrough: traceIds.length,
    spans,
    bytes,
    redacted: outgoing.redacted,
    sample: sample?.text ?? '',
    complete: sample?.isAll ?? true,
  };
}
