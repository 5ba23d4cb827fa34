/** Operations that have no route: pages call them over a WebSocket, from the page's end to the database and back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { connectRpc, type RpcClient } from '../../services/net/rpc-client';
import { preparedFolder } from '../fixtures/prepared-folder';
import { eventually, type RunningSpoor, startSpoor } from '../fixtures/spoor';
import { T0, traceIdOf } from '../fixtures/traces';

const TRACE = traceIdOf(1);
const CHILD = 'cd'.repeat(8);
const look = { adjustClocks: false, search: '' };
const view = {
  ...look,
  sort: 'start',
  descending: false,
  onlyMatches: false,
  foldDepth: null,
  foldServices: [],
  toggled: [],
} as const;

let folder: Awaited<ReturnType<typeof preparedFolder>>;
let spoor: RunningSpoor;
let page: RpcClient;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
  const root = { spanId: 'ab'.repeat(8), service: 'web', name: 'GET /a', startNs: T0, endNs: T0 + 100n };
  const child = {
    spanId: CHILD,
    parentSpanId: root.spanId,
    service: 'web',
    name: 'chat',
    startNs: T0 + 10n,
    endNs: T0 + 60n,
    error: 'Boom: no',
    events: [{ name: 'e', timeNs: T0 + 20n }],
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-5',
      'session.id': 's-1',
      'gen_ai.prompt': 'Say hello',
    },
  };
  for (const traceId of [TRACE, traceIdOf(2)]) {
    const spans = [root, child].map((span) => ({ ...span, traceId }));
    expect((await spoor.post('/v1/traces', traceRequest(spans))).status).toBe(200);
  }
  page = await connectRpc(spoor.ready.ui, spoor.ready.token);
});
afterAll(async () => {
  page?.close();
  await spoor?.stop();
  await folder?.remove();
});

describe('a page', () => {
  it('finds its way in the timeline of a trace', async () => {
    const { api } = page;
    const info = await api.openTimeline(TRACE, look);
    expect(info).toMatchObject({ spanCount: 2, errorCount: 1 });
    const spanId = BigInt(`0x${CHILD}`);
    const rows = await api.timelineRows(TRACE, view, 0, 10);
    expect(rows.total).toBe(2);
    expect(await api.timelineLocate(TRACE, view, spanId)).toMatchObject({ position: 1 });
    const find = { what: 'error', after: null, backwards: false } as const;
    expect(await api.timelineFind(TRACE, view, find)).toMatchObject({ spanId: spanId, total: 1 });
    const lanes = await api.timelineLanes(TRACE, look, 'service');
    const window = { by: 'service', fromNs: 0, toNs: 100, stepNs: 1, firstLane: 0, endLane: lanes.laneCount } as const;
    expect(await api.timelineWindow(TRACE, look, window)).toMatchObject({ query: window });
    expect(await api.timelineMinimap(TRACE, look, 10, 4)).toBeDefined();
    expect(await api.timelineSubject(TRACE, look, 'service', 0)).toMatchObject({ durationNs: expect.any(Number) });
    expect(await api.timelineStatistics(TRACE, look, 'service')).not.toEqual([]);
    expect(await api.timelineMarks(TRACE, look, [spanId])).not.toEqual([]);
    expect(await api.timelineRemarks(TRACE)).toMatchObject([{ kind: 'error' }]);
    expect((await api.compareTimelines(TRACE, traceIdOf(2), { from: 0, to: 10, onlyChanges: false })).total).toBe(2);
    expect(await api.sessionTurns('s-1', 0, 10)).toHaveLength(2);
    expect(await api.traceConversation(TRACE)).toBeDefined();
    await api.closeTimeline(TRACE);
  });

  it('makes items of a dataset, by hand and of a recorded call', async () => {
    const { api } = page;
    const dataset = await api.createDataset({ name: 'Hellos', description: '' });
    const prompt = {
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello?' }] }],
      tools: [],
      parameters: {},
    } as const;
    expect(await api.writeDatasetItem(dataset.id, { prompt, expected: 'Hello' })).toMatchObject({ expected: 'Hello' });
    expect(await api.recordDatasetItem(dataset.id, TRACE, CHILD, 'Hello!')).toMatchObject({ traceId: TRACE });
    const items = await api.listDatasetItems({ datasetId: dataset.id });
    expect(items.data).toHaveLength(2);
  });

  it('sends a test trace, is told of its receivers, and cancels what is not there', async () => {
    const { api } = page;
    const { traceId } = await api.sendTestTrace();
    await eventually(async () => (await api.traceSummary(traceId)).spanCount > 0);
    expect(await api.listenOnFreePort('http')).toMatchObject({ state: 'listening' });
    expect(await api.cancelPrompt('nobody')).toBeUndefined();
    expect(await api.cancelSyncSignIn()).toMatchObject({ state: 'off' });
    await expect(api.previewShare({ traceId: null, sessionId: null })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    expect(await api.rebuildReport()).toMatchObject({ progress: expect.any(Number) });
  });
});
