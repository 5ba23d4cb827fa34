/** What would leave this machine, after what is taken out of it. */
import type { SharePreview, SyncChoice } from '../../core/api/sync-state';
import type { ReplicaService } from '../../core/api/workers';
import { jsonFromTraceRequest } from '../../core/otlp/trace-json';
import { OutgoingSpans } from './outgoing-spans';

/** Traces read at once. */
const PAGE = 200;
/** Beyond, sizes are of the first so many. */
const MAX_TRACES = 2_000;
const SAMPLE_SPANS = 20;

export async function previewShare(
  replica: Pick<ReplicaService, 'spansOfTraces'>,
  traceIds: readonly string[],
  choice: Pick<SyncChoice, 'redactsEmails' | 'redactedKeys'>,
): Promise<SharePreview> {
  const outgoing = new OutgoingSpans(choice);
  const read = traceIds.slice(0, MAX_TRACES);
  let [spans, bytes] = [0, 0];
  let sample: { readonly text: string; readonly isAll: boolean } | null = null;
  for (let at = 0; at < read.length; at += PAGE) {
    const part = await replica.spansOfTraces(read.slice(at, at + PAGE));
    const clean = outgoing.clean(part.request);
    spans += part.spans;
    bytes += clean.length;
    sample ??= jsonFromTraceRequest(clean, SAMPLE_SPANS);
  }
  const isWhole = read.length === traceIds.length;
  return {
    traces: traceIds.length,
    spans: isWhole ? spans : Math.round((spans * traceIds.length) / read.length),
    bytes: isWhole ? bytes : Math.round((bytes * traceIds.length) / read.length),
    redacted: outgoing.redacted,
    sample: sample?.text ?? '',
    complete: isWhole && read.length <= PAGE && (sample?.isAll ?? true),
  };
}
