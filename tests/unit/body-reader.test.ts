/** Large bodies are read in a thread, one after the other, and say the same as if they were read here. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { RECEIVED_FORMATS } from '../../core/formats/formats';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { BodyThread, READ_HERE } from '../../services/ingest/bodies/body-reader';
import { NotJson } from '../../services/ingest/bodies/read-export';
import { NotOfFormat } from '../../services/ingest/bodies/read-format';
import { hexOf } from '../../services/ingest/digest';
import { TRACES } from '../../services/ingest/signals';
import { MIB } from '../fixtures/hostile-requests';

const logged: unknown[] = [];
const thread = new BodyThread({
  file: join(__dirname, '../fixtures/body-reader.cjs'),
  log: (_, __, fields) => logged.push(fields?.error),
  memoryMib: 256,
});
afterAll(() => thread.close());

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Blanks before it, which mean nothing. */
const large = (text: string): Uint8Array => utf8(text.padStart(MIB + 1 + text.length));
const span = (n: number): object => ({
  traceId: 'a'.repeat(32),
  spanId: n.toString(16).padStart(16, '0'),
  name: `step ${n}`,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
});
const exported = (...spans: readonly object[]): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const TO_TRACES = { path: '/v1/traces', signal: 'traces' } as const;
const TO_ROOT = { path: '/', signal: null } as const;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const thrown = (reading: Promise<unknown>): Promise<unknown> => reading.catch((error: unknown) => error);

describe('an export', () => {
  it.each([
    ['records', exported(span(1), span(2)), TO_TRACES],
    ['records that cannot be read beside others', exported(span(1), { ...span(2), traceId: 'no hex' }), TO_TRACES],
    ['a name that means nothing', exported({ ...span(1), kind: 'SPAN_KIND_NEW' }), TO_TRACES],
    ['another signal', exported(span(1)), { path: '/v1/logs', signal: 'logs' } as const],
    ['what its path does not say', JSON.stringify({ resourceLogs: [] }), TO_ROOT],
    ['another format', '[{"traceId":"1","id":"1"}]', TO_ROOT],
  ])('of %s is read as it would be here', async (_, text, asked) => {
    const here = await READ_HERE.readExport(large(text), asked);
    expect(await thread.readExport(large(text), asked)).toEqual(here);
    expect(await thread.readExport(utf8(text), asked)).toEqual(here);
  });

  it.each([
    ['is no JSON', '{"resourceSpans":[', NotJson],
    ['has the wrong shape', '{"resourceSpans":[{"resource":7}]}', JsonShapeError],
  ])('that %s fails as it would here', async (_, text, kind) => {
    const here = await thrown(READ_HERE.readExport(large(text), TO_TRACES));
    const there = await thrown(thread.readExport(large(text), TO_TRACES));
    expect(there).toBeInstanceOf(kind);
    expect(there).toEqual(here);
  });

  it('of many megabytes leaves this thread alone meanwhile', async () => {
    const body = utf8(exported(...Array.from({ length: 20_000 }, (_, n) => span(n + 1))));
    let turns = 0;
    let isRead = false;
    const reading = thread.readExport(body, TO_TRACES).finally(() => {
      isRead = true;
    });
    while (!isRead) {
      await turn();
      turns++;
    }
    const read = await reading;
    if (read.look !== null) throw new Error(read.look);
    expect(TRACES.decode(read.protobuf).batch.length).toBe(20_000);
    expect(turns).toBeGreaterThan(10);
    // It has moved: nobody holds it twice.
    expect(body.byteLength).toBe(0);
  });

  it('that takes more memory than there is ends alone', async () => {
    const readings = [large(exported(span(1))), utf8('too much'.padEnd(MIB + 1)), large(exported(span(2)))].map(
      (body) => thrown(thread.readExport(body, TO_TRACES)),
    );
    const [before, itself, after] = await Promise.all(readings);
    expect(itself).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining('smaller batches') });
    expect([before, after]).toEqual([
      expect.objectContaining({ look: null, refused: 0 }),
      expect.objectContaining({ look: null, refused: 0 }),
    ]);
    expect(logged).toEqual([expect.stringContaining('out of memory')]);
  });

  it('is not held when it is read', async () => {
    setFlagsFromString('--expose_gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('memory cannot be collected');
    const reading = async () => new WeakRef(await thread.readExport(large(exported(span(1))), TO_TRACES));
    const read = await reading();
    await turn();
    collect();
    expect(read.deref()).toBeUndefined();
  });

  it('that is small asks no thread', async () => {
    const none = new BodyThread({ file: '/there/is/none.js', log: () => {} });
    expect(await none.readExport(utf8(exported(span(1))), TO_TRACES)).toMatchObject({ refused: 0 });
    await expect(none.readExport(large(exported(span(1))), TO_TRACES)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });
});

describe('a format with an address of its own', () => {
  const opened = (name: string) => {
    const format = RECEIVED_FORMATS.find((one) => one.name === name);
    if (!format) throw new Error(`there is no ${name}`);
    return { format, reader: format.open({ hexOf, nowNs: () => 5n }), encoding: 'json' as const };
  };

  it('is read as it would be here', async () => {
    const spans = [
      { traceId: '1', id: '1', name: 'a', timestamp: 1, duration: 1 },
      { traceId: 'no hex', id: '2' },
    ];
    const text = JSON.stringify(spans);
    const zipkin = opened('zipkin');
    const here = await READ_HERE.readFormat(large(text), zipkin);
    expect(here).toMatchObject({ refused: 1, reason: expect.stringContaining('traceId') });
    expect(await thread.readFormat(large(text), zipkin)).toMatchObject(here);
    const failure = await thrown(thread.readFormat(large('{}'), zipkin));
    expect(failure).toBeInstanceOf(NotOfFormat);
    expect(failure).toEqual(await thrown(READ_HERE.readFormat(large('{}'), zipkin)));
  });

  const trace = (id: string, workflow: string) => ({ object: 'trace', id, workflow_name: workflow });
  const run = (trace_id: string) => ({
    object: 'trace.span',
    id: `span of ${trace_id}`,
    trace_id,
    started_at: '2026-01-01T00:00:00Z',
    span_data: { type: 'agent', name: 'helper' },
  });

  it('says what it says alone: what came meanwhile stays known', async () => {
    const runs = opened('openai-agents');
    // As many as are remembered.
    const traces = (age: string) => ({
      data: Array.from({ length: 2_000 }, (_, n) => trace(`${age}_${n}`, `${age} flow`)),
    });
    await thread.readFormat(utf8(JSON.stringify(traces('old'))), runs);
    const reading = thread.readFormat(large(JSON.stringify({ data: [trace('large', 'large flow')] })), runs);
    await turn();
    await thread.readFormat(utf8(JSON.stringify(traces('new'))), runs);
    await reading;
    const { requests } = await thread.readFormat(
      utf8(JSON.stringify({ data: ['new_1', 'new_1999', 'large'].map(run) })),
      runs,
    );
    const text = requests.map(({ protobuf }) => Buffer.from(protobuf).toString('latin1')).join('');
    expect(text.match(/(?:new|large) flow/g)).toEqual(['new flow', 'new flow', 'large flow']);
  });

  it('is read with what its sender said before, and says what it says to those after it', async () => {
    const runs = opened('openai-agents');
    const textOf = async (read: typeof thread.readFormat, body: Uint8Array): Promise<string> => {
      const { requests } = await read.call(thread, body, runs);
      return requests.map(({ protobuf }) => Buffer.from(protobuf).toString('latin1')).join('');
    };
    const body = (...data: readonly object[]): string => JSON.stringify({ data });
    await textOf(thread.readFormat, utf8(body(trace('trace_1', 'first flow'))));
    const elsewhere = await textOf(thread.readFormat, large(body(trace('trace_2', 'second flow'), run('trace_1'))));
    expect(elsewhere).toContain('first flow');
    expect(await textOf(thread.readFormat, utf8(body(run('trace_2'))))).toContain('second flow');
    // What a sender could fill memory with holds for the request that it comes in.
    const long = 'long flow '.repeat(200);
    expect(await textOf(thread.readFormat, utf8(body(trace('trace_3', long), run('trace_3'))))).toContain(long);
    expect(await textOf(thread.readFormat, utf8(body(run('trace_3'))))).not.toContain('long flow');
  });
});
