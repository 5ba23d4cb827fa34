/** Scores and annotations: of spans, traces and sessions, changed by several, and sent along with telemetry. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ScoreValue } from '../../core/api/score';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Annotations } from '../../core/store/people/annotations';
import { Scores } from '../../core/store/people/scores';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const SPAN = 'ab'.repeat(8);
const good: ScoreValue = { name: 'helpful', value: 1, label: null, comment: '', source: 'human' };
const ofTrace = (trace: number) => ({ traceId: traceIdOf(trace), spanId: null, sessionId: null });
const ofSpan = (trace: number) => ({ traceId: traceIdOf(trace), spanId: SPAN, sessionId: null });
const ofSession = (sessionId: string) => ({ traceId: null, spanId: null, sessionId });

describe.each([pgliteDatabases(), postgresDatabases()])('scores on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let scores: Scores;
  let annotations: Annotations;
  let writer: StoreWriter;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    scores = new Scores(sql, WORKSPACE);
    annotations = new Annotations(sql, WORKSPACE);
    writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
  });
  afterEach(() => drop());

  const span = (trace: number, more: Partial<SampleSpan> = {}): SampleSpan => ({
    traceId: traceIdOf(trace),
    spanId: SPAN,
    service: 'agent',
    name: 'chat m',
    startNs: T0,
    endNs: T0 + 5n,
    attributes: { 'session.id': 's-1' },
    ...more,
  });
  const append = (...spans: SampleSpan[]) => writer.append([batchOf(spans)]);

  it('are of a span, a trace or a session that is stored, and found by it', async () => {
    await append(span(1), span(2));
    const made = await scores.create({ ...ofSpan(1), ...good, comment: 'a\0b' });
    await scores.create({ ...ofTrace(1), ...good, name: 'cost', value: null, label: 'high', source: 'code' });
    await scores.create({ ...ofSession('s-1'), ...good });
    expect(made).toMatchObject({ ...ofSpan(1), ...good, comment: 'a\u2400b', version: 1 });
    const names = async (query: Parameters<Scores['list']>[0]) =>
      (await scores.list(query)).data.map(({ name, spanId }) => [name, spanId]);
    expect(await names({ traceId: traceIdOf(1) })).toEqual([
      ['helpful', SPAN],
      ['cost', null],
    ]);
    expect(await names({ traceId: traceIdOf(1), source: 'code' })).toEqual([['cost', null]]);
    expect(await names({ sessionId: 's-1' })).toEqual([['helpful', null]]);
    expect(await names({ traceId: 'nonsense' })).toEqual([]);
    for (const target of [ofTrace(9), ofSession('s-2'), { ...ofSpan(1), spanId: 'cd'.repeat(8) }]) {
      await expect(scores.create({ ...target, ...good })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('are changed by whom has seen the newest version, and come in pages', async () => {
    await append(span(1));
    const made = await scores.create({ ...ofTrace(1), ...good });
    const changed = await scores.update(made.id, 1, { ...good, value: 0 });
    expect([changed.value, changed.version]).toEqual([0, 2]);
    await expect(scores.update(made.id, 1, good)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: [{ field: 'version', message: 'the version is 2' }],
    });
    for (let k = 0; k < 4; k++) await scores.create({ ...ofTrace(1), ...good, name: `s${k}` });
    const first = await scores.list({ limit: 3 });
    const second = await scores.list({ limit: 3, cursor: first.pagination.nextCursor ?? '' });
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(['helpful', 's0', 's1', 's2', 's3']);
    expect(second.pagination.hasMore).toBe(false);
    await scores.remove(made.id);
    for (const id of [made.id, 'no-id']) {
      await expect(scores.remove(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(scores.update(id, 1, good)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('come with telemetry, on the span or as a log record, and once', async () => {
    const attributes = {
      'gen_ai.evaluation.name': 'relevance',
      'gen_ai.evaluation.score.value': 0.75,
      'gen_ai.evaluation.explanation': 'on the point',
    };
    const event = { name: 'gen_ai.evaluation.result', timeNs: T0, attributes };
    const other = { name: 'gen_ai.evaluation.another', timeNs: T0, attributes };
    await append(span(1, { events: [other, event] }));
    await append(span(1, { events: [event] }));
    const stringOf = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const record = {
      timeUnixNano: String(T0),
      traceId: traceIdOf(1),
      eventName: 'gen_ai.evaluation.result',
      attributes: [stringOf('gen_ai.evaluation.name', 'toxic'), stringOf('gen_ai.evaluation.score.label', 'pass')],
    };
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record, { ...record, eventName: 'x' }] }] }] };
    const logs = decodeLogs(protobufFromLogsJson(request), new Uint8Array(32), 0n);
    await writer.append([logs.batch]);
    await writer.append([logs.batch]);
    const { data } = await scores.list({ traceId: traceIdOf(1) });
    expect(
      data.map(({ spanId, name, value, label, comment, source }) => [spanId, name, value, label, comment, source]),
    ).toEqual([
      [SPAN, 'relevance', 0.75, null, 'on the point', 'sender'],
      [null, 'toxic', null, 'pass', '', 'sender'],
    ]);
  });

  it('annotations are also of traces and sessions, and of a span there is one', async () => {
    await append(span(1));
    const of = { bookmarked: false, note: 'why?' };
    const trace = await annotations.create({ ...ofTrace(1), ...of });
    await annotations.create({ ...ofSession('s-1'), ...of });
    await annotations.create({ ...ofSpan(1), ...of });
    await annotations.create({ ...ofSpan(1), bookmarked: true, note: 'because' });
    const { data } = await annotations.list({});
    expect(data.map(({ spanId, sessionId, note, version }) => [spanId, sessionId, note, version])).toEqual([
      [null, null, 'why?', 1],
      [null, 's-1', 'why?', 1],
      [SPAN, null, 'because', 2],
    ]);
    await annotations.update(trace.id, 1, { bookmarked: true, note: '' });
    await expect(annotations.update(trace.id, 1, of)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await annotations.list({ sessionId: 's-1' })).data).toHaveLength(1);
    await annotations.remove(trace.id);
    expect(await annotations.ofTrace(traceIdOf(1))).toHaveLength(1);
  });
});
