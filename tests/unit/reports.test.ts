/** What the status says before anybody can know. */
import { expect, it } from 'vitest';
import { SpoorError } from '../../core/model/errors';
import { Reports } from '../../services/gateway/reports';

it('counts nothing while the database opens: null, which is not 0', async () => {
  const unavailable = async (): Promise<never> => {
    throw new SpoorError('SERVICE_UNAVAILABLE', 'starting again');
  };
  const refused = { requests: 1, records: 2, last: null };
  const ingest = {
    otlpHttp: { state: 'starting' },
    otlpGrpc: { state: 'starting' },
    queueDepth: 0,
    spansPerSecond: 0,
    redacted: { total: 0, byRule: {} },
    refused,
    forwarding: null,
  } as const;
  const reports = new Reports({ state: unavailable }, { report: async () => ingest }, async () => []);
  expect(await reports.now()).toMatchObject({
    store: { state: 'opening' },
    counts: { traces: null, spans: null, logs: null, metricPoints: null },
    bytesOnDisk: null,
    disk: { freeBytes: null, full: false },
    refused,
  });
});
