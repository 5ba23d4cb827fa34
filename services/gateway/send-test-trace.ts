/** Exports a small trace to our own OTLP port, as any program would. */
import type { IngestService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { nsFromMs } from '../../core/model/time';
import { traceRequest } from '../../core/samples/otlp-builder';
import { testTrace } from '../../core/samples/test-trace';
import { authorityOf, reachedAt } from '../net/authority';

/** @throws SpoorError SERVICE_UNAVAILABLE */
export async function sendTestTrace(ingest: Pick<IngestService, 'report'>): Promise<{ readonly traceId: string }> {
  const { otlpHttp } = await ingest.report();
  if (otlpHttp.state !== 'listening') {
    throw new SpoorError('SERVICE_UNAVAILABLE', 'The OTLP port is not open, so the test trace has nowhere to go.');
  }
  const spans = testTrace(nsFromMs(Date.now()), Date.now() % 0xffff_ffff);
  const response = await fetch(`http://${authorityOf(reachedAt(otlpHttp))}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(traceRequest(spans)),
  });
  if (!response.ok)
    throw new SpoorError('SERVICE_UNAVAILABLE', `The receiver answered ${response.status}: ${await response.text()}`);
  return { traceId: spans[0]?.traceId ?? '' };
}
