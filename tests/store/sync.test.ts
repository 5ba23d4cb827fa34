/** The replica in a database, on both engines, against the server of the simulation and spans of its own. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_CHOICE, type SyncLink } from '../../core/api/sync-state';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Comments } from '../../core/store/people/comments';
import { SavedViews } from '../../core/store/people/saved-views';
import { Scores } from '../../core/store/people/scores';
import { Tags } from '../../core/store/people/tags';
import { SpanParcels } from '../../core/store/read/span-parcels';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { forgetLink, writeLink } from '../../core/store/sync/link';
import { StoredReplica } from '../../core/store/sync/replica';
import { SyncEngine } from '../../core/sync/engine';
import { deflateCodec } from '../../services/store/payload-codec';
import { BATCH_SPANS, loadBatch } from '../bench/load';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { MemoryServer } from '../fixtures/sync/memory-server';

const LINK: SyncLink = {
  server: 'http://127.0.0.1:1',
  clientId: 'replica',
  workspace: { id: 'w', name: 'Acme' },
  account: { id: 'a', name: 'Ann' },
  role: 'member',
  permissions: ['notes:write', 'rules:write', 'traces:share'],
  projects: [],
  members: [],
  paused: false,
  connectedAt: '2026-01-01T00:00:00Z',
  ...NO_CHOICE,
  projectId: 'p',
};
const SCORE = { spanId: null, sessionId: null, label: null, comment: '', source: 'human', value: 1 } as const;
const TRACE = `${'0'.repeat(31)}1`;
const nonce = (): string => randomBytes(4).toString('hex');

describe.each([pgliteDatabases(), postgresDatabases()])('a replica on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let replica: StoredReplica;
  let server: MemoryServer;
  let engine: SyncEngine;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    writer = new StoreWriter(sql, 1, deflateCodec);
    const append = async (): Promise<void> => {};
    replica = new StoredReplica({ sql, workspaceId: 1, codec: deflateCodec, append, nowMs: Date.now, nonce });
    server = new MemoryServer(Date.now, nonce);
    engine = new SyncEngine(replica, server.remoteOf('replica'));
    await writer.append([decodeTraces(loadBatch(0)).batch]);
    await writeLink(sql, 1, LINK);
  });
  afterEach(() => drop());

  const onServer = () => server.objects().map(({ kind, fields }) => ({ kind, fields }));

  it('pushes what is about traces that are shared, as the server is to have it, and nothing else', async () => {
    const scores = new Scores(sql, 1);
    await scores.create({ ...SCORE, traceId: TRACE, name: 'before it was shared' });
    await new SavedViews(sql, 1).create({ ...VIEW, name: 'mine' });
    await engine.round();
    expect(onServer()).toEqual([]);
    await sql.query(
      `insert into sync_trace (workspace_id, trace_id, shared_at, pushed_spans) values (1, $1::uuid, now(), 50)`,
      [TRACE],
    );
    await new Comments(sql, 1).create(
      {
        traceId: TRACE,
        spanId: TRACE.slice(16),
        sessionId: null,
        viewId: null,
        parentId: null,
        text: 'why\u0000?',
        mentions: ['b'],
      },
      { id: 'a', name: 'Ann' },
    );
    await new Tags(sql, 1).create({ traceId: TRACE, spanId: null, sessionId: null, name: 'slow' });
    await engine.round();
    expect(
      onServer()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['comment', 'score', 'tag']);
    expect(onServer().find(({ kind }) => kind === 'comment')?.fields).toMatchObject({
      traceId: TRACE,
      spanId: TRACE.slice(16),
      authorId: 'a',
      authorName: 'Ann',
      text: 'why\u2400?',
      mentions: ['b'],
    });
    expect(await replica.pendingObjects(10)).toEqual([]);
    await writeLink(sql, 1, { ...LINK, sharesViews: true });
    await engine.round();
    expect(onServer().some(({ kind }) => kind === 'saved-view')).toBe(true);
  });

  it('takes what others write, merges what both wrote, and deletes what was deleted', async () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const fields = {
      traceId: TRACE,
      spanId: null,
      sessionId: null,
      name: 'flaky',
      createdAt: '2026-01-01T00:00:00.000000Z',
    };
    server.write('tag', id, fields);
    await engine.round();
    const tags = new Tags(sql, 1);
    const [tag] = (await tags.list({})).data;
    expect(tag).toMatchObject({ id, name: 'flaky', version: 1, createdAt: fields.createdAt });
    await engine.round();
    expect((await tags.list({})).data[0]?.version).toBe(1);
    await tags.update(id, 1, { name: 'mine' });
    server.write('tag', id, { ...fields, name: 'theirs' });
    await engine.round();
    const [kept] = (await tags.list({})).data;
    expect(onServer()[0]?.fields?.name).toBe(kept?.name);
    expect(await replica.conflicts()).toMatchObject([{ kind: 'tag', field: 'name', mine: 'mine', theirs: 'theirs' }]);
    server.write('tag', id, null);
    await engine.round();
    expect((await tags.list({})).data).toEqual([]);
    expect((await replica.queue()).conflicts).toBe(1);
    await replica.dismissConflicts(null);
    expect(await replica.conflicts()).toEqual([]);
  });

  it('keeps what the server refuses, says why, and does not ask again until it is changed or somebody wants to', async () => {
    await sql.query(
      `insert into sync_trace (workspace_id, trace_id, shared_at, pushed_spans) values (1, $1::uuid, now(), 50)`,
      [TRACE],
    );
    const scores = new Scores(sql, 1);
    const { id } = await scores.create({ ...SCORE, traceId: TRACE, name: 'one' });
    const [pushed] = await replica.pendingObjects(10);
    if (!pushed) throw new Error('nothing is pending');
    await replica.settle([{ pushed, result: { state: 'refused', message: 'because' } }], '');
    expect(await replica.pendingObjects(10)).toEqual([]);
    expect((await replica.queue()).refused).toEqual([{ kind: 'score', id, message: 'because' }]);
    await replica.tryRefusedAgain();
    expect(await replica.pendingObjects(10)).toHaveLength(1);
    await replica.settle([{ pushed, result: { state: 'refused', message: 'because' } }], '');
    await scores.update(id, 1, { ...SCORE, name: 'two' });
    expect(await replica.pendingObjects(10)).toHaveLength(1);
  });

  it('finds spans that rules share, those that are stored and those that come, once each', async () => {
    await writeLink(sql, 1, { ...LINK, rules: [{ kind: 'errors' }, { kind: 'service', service: 'service-3' }] });
    await replica.traces.lookAgain(sql);
    while (await replica.notice());
    // Each trace of the load has an error.
    const first = await drain();
    expect(first.spans).toBe(BATCH_SPANS);
    await writer.append([decodeTraces(loadBatch(1)).batch]);
    await replica.notice();
    expect((await drain()).spans).toBe(BATCH_SPANS);
    await replica.notice();
    expect(await replica.nextSpans()).toBeNull();
    // The server has lost them.
    await replica.startOver('restored');
    await replica.finishSnapshot(new Set(), { cursor: '0.', known: '0.' });
    expect((await drain()).spans).toBe(2 * BATCH_SPANS);
  });

  it('gives spans as they came, attribute for attribute', async () => {
    const { request, spans } = await new SpanParcels(sql, 1, deflateCodec).read([{ traceId: TRACE, mark: null }], null);
    expect(spans).toBe(50);
    const [before, after] = [decodeTraces(loadBatch(0)).batch, decodeTraces(request).batch];
    const rowsOf = (batch: typeof before) =>
      Array.from({ length: batch.length }, (_, i) => ({
        id: Buffer.from(batch.spanId.subarray(8 * i, 8 * i + 8)).toString('hex'),
        parent: Buffer.from(batch.parentSpanId.subarray(8 * i, 8 * i + 8)).toString('hex'),
        times: [batch.startNs[i], batch.endNs[i]],
        status: batch.status[i],
        operation: batch.operations[batch.operation[i] as number],
        parts: partsOf(batch, i),
      })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(rowsOf(after)).toEqual(rowsOf(before).slice(0, 50));
  });

  it('lets who reads alone write nothing of the team, and everything of their own', async () => {
    const id = '00000000-0000-4000-8000-000000000003';
    const tagged = { traceId: TRACE, spanId: null, sessionId: null, createdAt: '2026-01-01T00:00:00.000000Z' };
    server.write('tag', id, { ...tagged, name: 'theirs' });
    await engine.round();
    await writeLink(sql, 1, { ...LINK, role: 'viewer', permissions: ['telemetry:read'] });
    const tags = new Tags(sql, 1);
    await expect(tags.update(id, 1, { name: 'mine' })).rejects.toMatchObject({ code: 'SP403' });
    await expect(tags.remove(id)).rejects.toMatchObject({ code: 'SP403' });
    expect((await tags.list({})).data[0]?.name).toBe('theirs');
    expect(await tags.create({ traceId: TRACE, spanId: null, sessionId: null, name: 'my own' })).toMatchObject({
      version: 1,
    });
    // What the team changes comes all the same.
    server.write('tag', id, { ...tagged, name: 'theirs, changed' });
    await engine.round();
    expect((await tags.list({})).data.map(({ name }) => name)).toContain('theirs, changed');
  });

  it('forgets the server, and keeps what it brought', async () => {
    const id = '00000000-0000-4000-8000-000000000002';
    server.write('tag', id, {
      traceId: TRACE,
      spanId: null,
      sessionId: null,
      name: 'kept',
      createdAt: '2026-01-01T00:00:00.000000Z',
    });
    await engine.round();
    await sql.transaction((tx) => forgetLink(tx, 1));
    expect((await new Tags(sql, 1).list({})).data).toHaveLength(1);
    expect(await replica.place()).toEqual({ cursor: null, known: '' });
    await writeLink(sql, 1, LINK);
    // Of another workspace, which has never had it and is not told of it.
    expect(await replica.pendingObjects(10)).toEqual([]);
  });

  async function drain(): Promise<{ spans: number }> {
    let spans = 0;
    for (;;) {
      const parcel = await replica.nextSpans();
      if (!parcel) return { spans };
      spans += parcel.spans;
      await replica.spansArrived(parcel, '0.');
    }
  }
});

const VIEW = {
  query: '{ }',
  last: null,
  from: null,
  to: null,
  environment: null,
  serviceVersion: null,
  team: null,
  groupBy: null,
  sort: null,
  columns: null,
  chart: null,
};

function partsOf({ parts }: ReturnType<typeof decodeTraces>['batch'], row: number): string[] {
  const first = row === 0 ? 0 : (parts.partEnd[row - 1] as number);
  return Array.from(parts.part.subarray(first, parts.partEnd[row]), (part) => {
    const start = part === 0 ? 0 : (parts.end[part - 1] as number);
    return Buffer.from(parts.bytes.subarray(start, parts.end[part])).toString('hex');
  });
}
