/** The sample inside a running Spoor: loaded into an empty workspace or beside data, and removed with nothing else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SampleReport } from '../../core/api/sample';
import { traceRequest } from '../../core/samples/otlp-builder';
import { preparedFolder } from '../fixtures/prepared-folder';
import { eventually, type RunningSpoor, runSpoor, startSpoor } from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

const SAMPLE = { traces: 126, spans: 11_049, logs: 423, metricPoints: 700 };
const OWN = { traces: 1, spans: 1, logs: 1, metricPoints: 1 };

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeEach(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterEach(async () => {
  await spoor.stop();
  await folder.remove();
});

async function ask(method: 'POST' | 'DELETE', body: object = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${spoor.ready.ui}/v1/sample`, {
    method,
    headers: { authorization: `Bearer ${spoor.ready.token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

async function settled(): Promise<SampleReport> {
  const report = async () => (await spoor.get<SampleReport>('/v1/sample')).body;
  // Null: the search for it did not end in time.
  return eventually(async () => {
    const now = await report();
    return now.activity === 'none' && now.isStored !== null && now;
  });
}

const counts = async () => (await spoor.get<{ counts: typeof SAMPLE }>('/v1/status')).body.counts;

async function names(path: string): Promise<string[]> {
  const { body } = await spoor.get<{ data: { name?: string; sessionId?: string; metric?: { name: string } }[] }>(path);
  return body.data.map(({ name, sessionId, metric }) => metric?.name ?? name ?? sessionId ?? '').sort();
}

/** A service that has the name of one of the sample's, and a metric that does. */
async function sendOwn(): Promise<void> {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  const attributes = [{ key: 'service.name', value: { stringValue: 'checkout' } }];
  const [span] = drawnSpans(traceIdOf(1), 'mine 0..10');
  if (!span) throw new Error('no span');
  const own = { ...span, service: 'checkout', startNs: nowNs, endNs: nowNs + 1n };
  await spoor.post('/v1/traces', traceRequest([own]));
  await spoor.post('/v1/logs', {
    resourceLogs: [
      {
        resource: { attributes },
        scopeLogs: [{ logRecords: [{ timeUnixNano: String(nowNs), body: { stringValue: 'mine' } }] }],
      },
    ],
  });
  const gauge = { dataPoints: [{ timeUnixNano: String(nowNs), asInt: '1' }] };
  await spoor.post('/v1/metrics', {
    resourceMetrics: [
      {
        resource: { attributes },
        scopeMetrics: [
          { metrics: [{ name: 'process.memory.usage', description: 'Memory in use', unit: 'By', gauge }] },
        ],
      },
    ],
  });
}

describe('loadSample, sampleReport, removeSample', () => {
  it('loads into an empty workspace, is removed without a trace, and loads again', async () => {
    const onFolder = ['--data-dir', folder.path];
    expect((await spoor.get<SampleReport>('/v1/sample')).body).toMatchObject({ isStored: false, activity: 'none' });
    expect(await runSpoor(['sample', ...onFolder])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The sample is loaded.'),
    });
    expect(await settled()).toMatchObject({ isStored: true, failure: null });
    expect(await counts()).toEqual(SAMPLE);
    const sessions = await spoor.get<{ data: { sessionId: string; traceCount: number }[] }>('/v1/sessions');
    expect(sessions.body.data.find(({ sessionId }) => sessionId === 'conv-triage-7')).toMatchObject({ traceCount: 3 });
    expect(await runSpoor(['sample', 'load', ...onFolder])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Remove it before you load it again.'),
    });
    expect(await runSpoor(['sample', 'remove', ...onFolder])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The sample is removed.'),
    });
    expect(await counts()).toEqual({ traces: 0, spans: 0, logs: 0, metricPoints: 0 });
    for (const path of ['metrics', 'sessions', 'services'])
      expect([path, await names(`/v1/${path}`)]).toEqual([path, []]);
    expect((await ask('POST')).status).toBe(202);
    expect(await settled()).toMatchObject({ isStored: true, failure: null });
    expect(await counts()).toMatchObject({ traces: SAMPLE.traces, metricPoints: SAMPLE.metricPoints });
  });

  it('loads beside data only when that is confirmed, and leaves it when it goes', async () => {
    await sendOwn();
    expect(await ask('POST')).toMatchObject({ status: 409, text: expect.stringContaining('has data already') });
    expect(await counts()).toEqual(OWN);
    expect((await ask('POST', { beside: true })).status).toBe(202);
    expect(await settled()).toMatchObject({ isStored: true, failure: null });
    expect(await counts()).toMatchObject({ traces: SAMPLE.traces + 1, logs: SAMPLE.logs + 1, metricPoints: 701 });
    expect((await ask('DELETE')).status).toBe(202);
    expect(await settled()).toMatchObject({ isStored: false, failure: null });
    expect(await counts()).toEqual(OWN);
    const listed = await spoor.get<{ data: { traceId: string }[] }>('/v1/traces');
    expect(listed.body.data.map(({ traceId }) => traceId)).toEqual([traceIdOf(1)]);
    expect(await names('/v1/metrics')).toEqual(['process.memory.usage']);
    expect(await names('/v1/services')).toEqual(['checkout']);
    // What was removed does not come back with the next start.
    await spoor.stop();
    spoor = await startSpoor(folder.path);
    await spoor.get('/v1/traces?limit=1');
    expect(await counts()).toEqual(OWN);
  });

  it('asks before it is forwarded', async () => {
    await spoor.stop();
    spoor = await startSpoor(folder.path, ['--forward', 'http://127.0.0.1:9']);
    expect(await ask('POST')).toMatchObject({
      status: 409,
      text: expect.stringContaining('forwards what it receives to'),
    });
    expect(await counts()).toMatchObject({ traces: 0 });
  });
});
