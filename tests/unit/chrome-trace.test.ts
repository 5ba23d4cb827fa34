import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOf } from '../../core/formats/chrome-trace/document';
import type { TraceEvent } from '../../core/formats/chrome-trace/event';
import { CHROME_TRACE } from '../../core/formats/chrome-trace/format';
import { Track } from '../../core/formats/chrome-trace/track';
import type { SignalRequest } from '../../core/formats/format';
import { formatOf } from '../../core/formats/formats';
import { SpoorError } from '../../core/model/errors';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { hexOf } from '../../services/ingest/digest';
import { caseFile } from '../fixtures/cases';
import { CHROME_TRACE_CASES } from '../fixtures/chrome-trace-cases';
import { type SpanView, spansOf } from '../fixtures/otlp-view';
import { ORACLES } from '../fuzz/oracle';

const NOW = 1_800_000_000_000_000_000n;

function requestsOf(document: unknown, records = new WrittenRecords()): readonly SignalRequest[] {
  expect(formatOf(document)?.name).toBe('chrome-trace');
  return CHROME_TRACE.open({ nowNs: () => NOW, hexOf }).fromJson(document, records);
}

const read = (document: unknown, records?: WrittenRecords): SpanView[] => spansOf(requestsOf(document, records));

function jsonOf(text: string): unknown {
  const bytes = Buffer.from(text);
  try {
    return parseExactJson(bytes);
  } catch {
    return documentOf(bytes)?.document;
  }
}

/** A line for each span: its depth, name, and times in microseconds since the first. */
function outline(spans: readonly SpanView[]): string[] {
  const firstNs = spans.map(({ startNs }) => BigInt(startNs)).reduce((a, b) => (b < a ? b : a), 2n ** 63n);
  const micros = (ns: string) => Number(BigInt(ns) - firstNs) / 1_000;
  const below = (parent: string, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name} ${micros(span.startNs)}-${micros(span.endNs)}`,
        ...below(span.spanId, depth + 1),
      ]);
  return below('', 0);
}

const B = (name: string, ts: number, more: object = {}) => ({ pid: 1, tid: 1, ph: 'B', name, ts, ...more });
const E = (name: string, ts: number, more: object = {}) => ({ pid: 1, tid: 1, ph: 'E', name, ts, ...more });
const X = (name: string, ts: number, dur: number, more: object = {}) => ({
  pid: 1,
  tid: 1,
  ph: 'X',
  name,
  ts,
  dur,
  ...more,
});
const named = (spans: readonly SpanView[], name: string) => spans.find((span) => span.name === name) as SpanView;

describe('Chrome trace events', () => {
  const folder = caseFile('11-chrome-trace-event');
  describe.skipIf(!folder)('published cases', () => {
    it.each(CHROME_TRACE_CASES)('%s', (name, refused, expected) => {
      const records = new WrittenRecords();
      const spans = read(jsonOf(readFileSync(join(folder ?? '', `${name}.json`), 'utf8')), records);
      expect(outline(spans)).toEqual(expected);
      expect(records.refused).toBe(refused);
    });

    it('links the slices of flows', () => {
      const spans = read(jsonOf(readFileSync(join(folder ?? '', 'flow_events_json_v1.json'), 'utf8')));
      const nameOf = (id: string) => spans.find(({ spanId }) => spanId === id)?.name;
      const links = spans.flatMap((span) => span.links.map((link) => `${nameOf(link.spanId)} -> ${span.name}`));
      expect(links.sort()).toEqual(['OtherSlice -> SomeSlice', 'SenderA -> OtherSlice', 'SenderB -> Blergh']);
    });
  });

  it('says of slices what their beginnings and ends say, and of which thread and process they are', () => {
    const spans = read({
      traceEvents: [
        { pid: 1, ph: 'M', name: 'process_name', args: { name: 'browser' } },
        { pid: 1, ph: 'M', name: 'process_labels', args: { labels: 'tab' } },
        { pid: 1, tid: 1, ph: 'M', name: 'thread_name', args: { name: 'main' } },
        B('draw', 1.5, { cat: 'gpu', args: { a: 1, b: 'x', gone: null, deep: { list: [1.5, 'two'] } } }),
        { pid: 1, tid: 1, ph: 'i', name: 'vsync', ts: 2, s: 't', args: { n: 3 } },
        { pid: 1, tid: 1, ph: 'i', name: 'all', ts: 2, s: 'g' },
        E('draw', 4.0005, { args: { b: 'y' } }),
        B('open', 5),
      ],
    });
    const draw = named(spans, 'draw');
    expect(draw).toMatchObject({
      resource: { 'service.name': 'browser', 'process.pid': 1n, 'chrome_trace.process_labels': 'tab' },
      attributes: {
        a: 1n,
        b: 'y',
        deep: { list: [1.5, 'two'] },
        'thread.id': 1n,
        'thread.name': 'main',
        'chrome_trace.category': 'gpu',
      },
      events: [{ name: 'vsync', attributes: { n: 3n } }],
    });
    expect(BigInt(draw.endNs) - BigInt(draw.startNs)).toBe(2_501n);
    expect(named(spans, 'browser').events).toMatchObject([{ name: 'all' }]);
    expect(named(spans, 'open').attributes).toMatchObject({ 'chrome_trace.unfinished': true });
    expect(named(spans, 'main').attributes).toMatchObject({ 'chrome_trace.track': 'thread' });
  });

  it('pairs asynchronous events by category and id, beside the threads', () => {
    const async = (ph: string, name: string, ts: number, id: unknown, more: object = {}) => ({
      ...{ pid: 1, tid: ts, ph, name, ts, id, cat: 'net' },
      ...more,
    });
    const records = new WrittenRecords();
    const spans = read(
      [
        async('b', 'load', 0, 1),
        async('b', 'load', 1, '0x2'),
        async('b', 'parse', 2, 1),
        async('n', 'byte', 3, 1),
        async('e', 'parse', 4, 1),
        async('e', 'load', 5, '0x1'),
        async('e', 'load', 7, 2),
        async('S', 'old', 0, 1),
        async('T', 'step', 1, 1, { name: 'old' }),
        async('F', 'old', 6, 1),
        async('b', 'mine', 0, undefined, { id2: { local: 5 } }),
        async('e', 'mine', 3, undefined, { id2: { local: 5 } }),
        async('b', 'no id', 0, undefined),
      ],
      records,
    );
    expect(outline(spans)).toEqual([
      'process 1 0-7',
      ...['  load 0-5', '    parse 2-4', '  load 1-7', '  old 0-6', '  mine 0-3'],
    ]);
    expect(named(spans, 'parse').events).toMatchObject([{ name: 'byte' }]);
    expect(records).toMatchObject({
      written: 12,
      refused: 1,
      reason: 'traceEvents[12].id: an asynchronous event has none',
    });
  });

  it('links flows of slices themselves, and of the slice around an end that says so', () => {
    const spans = read([
      X('a', 0, 10, { bind_id: '0x9', flow_out: true }),
      X('b', 20, 10, { bind_id: 9, flow_in: true, flow_out: true }),
      X('c', 40, 10, { bind_id: '0x9', flow_in: true }),
      { pid: 1, tid: 1, ph: 's', id: 7, name: 'f', ts: 21 },
      { pid: 1, tid: 1, ph: 'f', bp: 'e', id: 7, name: 'f', ts: 41 },
    ]);
    const from = (name: string) =>
      named(spans, name).links.map(({ spanId }) => spans.find((one) => one.spanId === spanId)?.name);
    expect([from('a'), from('b'), from('c')]).toEqual([[], ['a'], ['b', 'b']]);
  });

  it('reads counters as gauges, and says what it leaves out', () => {
    const records = new WrittenRecords();
    const requests = requestsOf(
      [
        X('work', 0, 10),
        { pid: 1, ph: 'C', name: 'memory', ts: 1, args: { used: 5, free: '7.5' } },
        { pid: 1, ph: 'C', name: 'memory', ts: 2, args: { used: 6 } },
        { pid: 1, ph: 'C', name: 'memory', ts: 2, args: {} },
        { pid: 1, tid: 1, ph: 'P', name: 'sample', ts: 2 },
      ],
      records,
    );
    expect(records).toMatchObject({ written: 3, refused: 2, reason: 'traceEvents[3].args: a counter counts nothing' });
    const metrics = requests.find(({ signal }) => signal === 'metrics')?.protobuf as Uint8Array;
    expect(decodeMetrics(metrics, new Uint8Array(16)).rejected).toBe(0);
    // biome-ignore lint/suspicious/noExplicitAny: what a schema at run time gives
    const [resource] = (ORACLES.metrics.toObject(ORACLES.metrics.decode(metrics), { longs: String }) as any)
      .resourceMetrics;
    const [{ name, gauge }] = resource.scopeMetrics[0].metrics;
    expect([name, gauge.dataPoints.map((point: { asDouble: number }) => point.asDouble)]).toEqual([
      'memory',
      [5, 7.5, 6],
    ]);
  });

  it.each([
    ['epoch', [X('a', 1_700_000_000_000_000, 1)], 1_700_000_000_000_000_000n],
    [
      'baseTimeNanoseconds',
      { baseTimeNanoseconds: '1700000000000000001', traceEvents: [X('a', 2, 1)] },
      1_700_000_000_000_002_001n,
    ],
    [
      'beginningOfTime',
      { beginningOfTime: 1_700_000_000_000_000, traceEvents: [X('a', 2, 1)] },
      1_700_000_000_000_002_000n,
    ],
    [
      'otherData.profile_start_ts',
      { otherData: { profile_start_ts: 1_700_000_000_000 }, traceEvents: [X('a', 2, 1)] },
      1_700_000_000_000_002_000n,
    ],
    [
      'metadata.startTime',
      { metadata: { startTime: '2023-11-14T22:13:20.000Z' }, traceEvents: [X('a', 2, 1)] },
      1_700_000_000_000_000_000n,
    ],
    ['import', [X('a', 2, 1)], NOW - 1_000n],
  ])('counts from %s', (source, document, startNs) => {
    const span = named(read(document), 'a');
    expect(span.startNs).toBe(String(startNs));
    expect(span.resource['chrome_trace.time_base']).toBe(source);
  });

  it('gives the same ids for the same events, and others for others', () => {
    const ids = (document: unknown) => read(document).map(({ traceId, spanId }) => `${traceId} ${spanId}`);
    const events = [B('a', 0), B('a', 1), E('a', 2), E('a', 3)];
    expect(ids(events)).toEqual(ids({ traceEvents: events }));
    expect(new Set(ids(events)).size).toBe(4);
    expect(ids(events)[0]).not.toBe(ids([...events, B('b', 4)])[0]);
    // Of the moment at which they are read, unless they say of which they are.
    const idAt = (document: unknown, nowNs: bigint) => {
      const requests = CHROME_TRACE.open({ nowNs: () => nowNs, hexOf }).fromJson(document, new WrittenRecords());
      return spansOf(requests)[0]?.traceId;
    };
    expect(idAt(events, NOW)).not.toBe(idAt(events, NOW + 1n));
    const dated = { traceEvents: events, beginningOfTime: 1_700_000_000_000_000 };
    expect(idAt(dated, NOW)).toBe(idAt(dated, NOW + 1n));
  });

  it('keeps what was whole of a file that is cut off anywhere', () => {
    const events = [X('a', 0, 1, { args: { s: 'x]},{"\\' } }), X('b', 2, 3), B('c', 1e15 + 0.5)];
    for (const whole of [
      JSON.stringify(events),
      JSON.stringify({ displayTimeUnit: 'ns', traceEvents: events, otherData: { a: 1 } }),
    ]) {
      for (let length = 0; length < whole.length; length++) {
        const bytes = Buffer.from(whole.slice(0, length));
        const cut = documentOf(bytes);
        const seen = events.filter(
          (event) => whole.indexOf(JSON.stringify(event)) + JSON.stringify(event).length <= length,
        );
        const kept =
          cut === null
            ? []
            : Array.isArray(cut.document)
              ? cut.document
              : (cut.document as { traceEvents: [] }).traceEvents;
        expect(kept).toEqual(seen);
        if (cut) expect(cut.isCutOff).toBe(true);
      }
      expect(documentOf(Buffer.from(whole))).toEqual({ document: JSON.parse(whole), leftOut: 0, isCutOff: false });
    }
  });

  it('passes over events that are broken, and forgives commas', () => {
    const cut = documentOf(
      Buffer.from('\ufeff [ {"ph":"B","ts":1}\n{"ph":"E","ts":2},, {"ph":}, 5, {"ph":"i","ts":3},] x'),
    );
    expect(cut).toEqual({
      document: [
        { ph: 'B', ts: 1 },
        { ph: 'E', ts: 2 },
        { ph: 'i', ts: 3 },
      ],
      leftOut: 3,
      isCutOff: false,
    });
    expect(documentOf(Buffer.from('hello'))).toBeNull();
    expect(documentOf(Buffer.from('{"a":1'))).toBeNull();
  });

  it('takes a number of steps in proportion to the events, however they overlap', () => {
    let steps = 0;
    const event = (phase: string, index: number): TraceEvent => ({
      ...{ index, phase, ns: BigInt(index), durationNs: BigInt(count), category: '', pid: '1', tid: '1', id: '' },
      ...{ args: undefined, raw: {} },
      get name() {
        steps++;
        return phase;
      },
    });
    const count = 3_000;
    const track = new Track('1');
    for (let i = 0; i < count; i++) {
      track.edge(event('B', i));
      track.edge(event('E', count + i));
      track.complete(event('X', i));
    }
    let loose = 0;
    track.arrange(
      ({ phase }) => phase === 'B',
      BigInt(count),
      () => loose++,
    );
    expect([track.slices.length, loose]).toEqual([2 * count, count]);
    expect(steps).toBeLessThan(count * 2 * 600);
  });

  it('refuses by name, or gives what the decoder takes, whatever is in it', () => {
    const odd = fc.jsonValue({ maxDepth: 3 });
    const event = fc.record(
      {
        ph: fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...'BEXbenSTFpiIRsftCMP') },
          { weight: 1, arbitrary: odd },
        ),
        ts: fc.oneof({ weight: 9, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: odd }),
        dur: fc.oneof(fc.nat(9), odd),
        name: fc.oneof(fc.constantFrom('a', 'b', 'process_name'), odd),
        pid: fc.oneof(fc.nat(1), odd),
        tid: fc.oneof(fc.nat(1), odd),
        id: fc.oneof(fc.nat(2), odd),
        id2: odd,
        cat: odd,
        s: fc.constantFrom('g', 'p', 't'),
        bp: fc.constant('e'),
        bind_id: fc.nat(1),
        flow_in: fc.boolean(),
        flow_out: fc.boolean(),
        args: fc.oneof(odd, fc.record({ name: odd, n: fc.double() })),
      },
      { requiredKeys: ['ph', 'ts'] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (traceEvents) => {
        const records = new WrittenRecords();
        try {
          const tools = { nowNs: () => NOW, hexOf };
          for (const { signal, protobuf } of CHROME_TRACE.open(tools).fromJson({ traceEvents }, records)) {
            if (signal === 'traces')
              expect(new Set(spansOf([{ signal, protobuf }]).map(({ traceId }) => traceId)).size).toBe(1);
            if (signal === 'traces') decodeTraces(protobuf);
            else decodeMetrics(protobuf, new Uint8Array(16));
          }
        } catch (error) {
          expect(error instanceof JsonShapeError || error instanceof SpoorError).toBe(true);
        }
        expect(records.written + records.refused).toBe(traceEvents.length);
      }),
      { numRuns: 400 },
    );
  });
});
