import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormatTools, SignalRequest } from '../../core/formats/format';
import { formatOf } from '../../core/formats/formats';
import { JAEGER } from '../../core/formats/jaeger/format';
import { OTLP } from '../../core/formats/otlp/format';
import { SpoorError } from '../../core/model/errors';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { hexOf } from '../../services/ingest/digest';
import { caseFile } from '../fixtures/cases';
import { type SpanView, spansOf } from '../fixtures/otlp-view';

const TOOLS: FormatTools = { nowNs: () => 1n, hexOf };
const TRACE = '83a9efd15c1c98a977e0711cc93ee28b';

function read(document: unknown, records = new WrittenRecords()): SpanView[] {
  return spansOf(requestsOf(document, records));
}

function requestsOf(document: unknown, records = new WrittenRecords()): readonly SignalRequest[] {
  const json = parseExactJson(Buffer.from(JSON.stringify(document)));
  expect(formatOf(json)?.name).toBe('jaeger');
  return JAEGER.open(TOOLS).fromJson(json, records);
}

const trace = (span: object, more: object = {}) => ({
  data: [
    {
      traceID: TRACE,
      spans: [
        { traceID: TRACE, spanID: '1', operationName: 'op', startTime: 1, duration: 2, processID: 'p1', ...span },
      ],
      processes: { p1: { serviceName: 'shop', tags: [] } },
      ...more,
    },
  ],
});
const readOne = (span: object): SpanView => read(trace(span))[0] as SpanView;
const tag = (key: string, type: string, value: unknown) => ({ key, type, value });

describe('Jaeger JSON', () => {
  const pair = caseFile('05-jaeger-otlp-pairs');
  it.skipIf(!pair)('gives what the OTLP gave from which Jaeger made it, but for what Jaeger cannot carry', () => {
    const json = (name: string) => parseExactJson(readFileSync(`${pair}/${name}`));
    const sent = spansOf(OTLP.open(TOOLS).fromJson(json('otlp2jaeger-in.json'), new WrittenRecords()));
    const records = new WrittenRecords();
    const got = spansOf(JAEGER.open(TOOLS).fromJson(json('otlp2jaeger-out.json'), records));
    // An empty status and no status are the same; the address of the schema is not in Jaeger's form.
    expect(got).toEqual(sent.map((span) => ({ ...span, status: null })));
    expect(records).toMatchObject({ written: 2, refused: 0 });
  });

  it('pads ids, and takes times of microseconds with all their digits', () => {
    const span = readOne({ spanID: 'AbC', startTime: 1706678909209712, duration: '123', flags: 3 });
    expect(span).toMatchObject({
      traceId: TRACE,
      spanId: '0000000000000abc',
      startNs: '1706678909209712000',
      endNs: '1706678909209835000',
      resource: { 'service.name': 'shop' },
      flags: 1,
      attributes: { 'jaeger.debug': true },
    });
  });

  it('keeps the types of tags, and as text what is not of its type', () => {
    const tags = [
      tag('s', 'string', '7'),
      tag('b', 'bool', false),
      tag('b2', 'bool', 'true'),
      tag('i', 'int64', 7),
      tag('big', 'int64', '-9007199254740993'),
      tag('f', 'float64', 7),
      tag('bin', 'binary', 'AAEC/w=='),
      tag('bad', 'int64', 'seven'),
      tag('none', 'mystery', { a: [1] }),
    ];
    expect(readOne({ tags }).attributes).toEqual({
      s: '7',
      b: false,
      b2: true,
      i: 7n,
      big: -9007199254740993n,
      f: 7,
      bin: { bytes: 'AAEC/w==' },
      bad: 'seven',
      none: '{"a":[1]}',
    });
  });

  it('takes the first CHILD_OF of the same trace as parent, and the others as links', () => {
    const other = 'f'.repeat(32);
    const references = [
      { refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: '7' },
      { refType: 'CHILD_OF', traceID: other, spanID: '8' },
      { refType: 'CHILD_OF', traceID: TRACE, spanID: '9' },
      { refType: 'CHILD_OF', traceID: TRACE, spanID: 'a' },
      { refType: 'CHILD_OF', traceID: TRACE, spanID: '0' },
    ];
    const { parentSpanId, links } = readOne({ references });
    expect(parentSpanId).toBe('0000000000000009');
    expect(links.map(({ traceId, spanId, attributes }) => [traceId, spanId.slice(-1), attributes])).toEqual([
      [TRACE, '7', { 'opentracing.ref_type': 'follows_from' }],
      [other, '8', { 'opentracing.ref_type': 'child_of' }],
      [TRACE, 'a', { 'opentracing.ref_type': 'child_of' }],
    ]);
    expect(readOne({ references: references.slice(0, 2) })).toMatchObject({
      parentSpanId: '0000000000000007',
      links: [{ spanId: '0000000000000007' }, { spanId: '0000000000000008' }],
    });
    expect(readOne({ parentSpanID: '5' }).parentSpanId).toBe('0000000000000005');
  });

  it.each([
    [
      [tag('error', 'bool', true), tag('otel.status_description', 'string', 'no')],
      'server',
      { code: 2, message: 'no' },
      {},
    ],
    [[tag('error', 'string', 'true')], 'server', { code: 2, message: '' }, {}],
    [[tag('otel.status_code', 'string', 'ok')], 'server', { code: 1, message: '' }, {}],
    [[tag('otel.status_code', 'string', 'ERROR')], 'server', { code: 2, message: '' }, {}],
    [[tag('http.status_code', 'int64', 503)], 'server', { code: 2, message: '' }, { 'http.status_code': 503n }],
    [[tag('http.status_code', 'int64', 404)], 'server', null, { 'http.status_code': 404n }],
    [[tag('http.status_code', 'int64', 404)], 'client', { code: 2, message: '' }, { 'http.status_code': 404n }],
    [
      [tag('http.status_code', 'int64', 404), tag('otel.scope.name', 'string', 'x')],
      'client',
      null,
      { 'http.status_code': 404n },
    ],
    [[tag('error', 'bool', false)], 'server', null, { error: false }],
  ])('reads the status of %j of a %s', (tags, kind, status, attributes) => {
    const span = readOne({ tags: [...tags, tag('span.kind', 'string', kind)] });
    expect(span).toMatchObject({ status, kind: kind === 'server' ? 2 : 3 });
    expect(span.attributes).toEqual(attributes);
  });

  it('reads scope, trace state, logs, warnings and processes', () => {
    const document = trace(
      {
        tags: [
          tag('otel.scope.name', 'string', 'http'),
          tag('otel.scope.version', 'string', '1.2'),
          tag('w3c.tracestate', 'string', 'a=b'),
        ],
        logs: [{ timestamp: 5, fields: [tag('event', 'string', 'retry'), tag('n', 'int64', 2)] }],
        warnings: ['clock skew'],
      },
      {
        warnings: ['not whole'],
        processes: { p1: { serviceName: 'shop', tags: [tag('hostname', 'string', 'a'), tag('n', 'int64', 1)] } },
      },
    );
    expect(read(document)).toMatchObject([
      {
        scope: 'http 1.2',
        traceState: 'a=b',
        resource: { 'service.name': 'shop', 'host.name': 'a', n: 1n },
        events: [{ timeNs: '5000', name: 'retry', attributes: { n: 2n } }],
        attributes: { '@jaeger@warnings': ['not whole', 'clock skew'] },
      },
    ]);
  });

  it('takes a bare trace, a list of traces, of answers, and OTLP of the third version of the API', () => {
    const answer = trace({});
    const [bare] = answer.data;
    for (const document of [answer, bare, [bare, bare], [answer, answer]]) {
      expect(new Set(read(document).map(({ name }) => name))).toEqual(new Set(['op']));
    }
    const span = { traceId: Buffer.from(TRACE, 'hex').toString('base64'), spanId: 'AAAAAAAAAAE=', name: 'v3' };
    expect(read({ result: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] } })).toMatchObject([
      { traceId: TRACE, spanId: '0000000000000001', name: 'v3' },
    ]);
  });

  it('leaves out the spans that cannot be read, counts them and says why', () => {
    const [one] = trace({}).data;
    const spans = [
      ...(one?.spans ?? []),
      { traceID: 'xyz', spanID: '1' },
      { traceID: TRACE, spanID: '0' },
      { traceID: TRACE, spanID: '2', startTime: 'noon' },
      null,
    ];
    const records = new WrittenRecords();
    expect(read({ data: [{ ...one, spans }] }, records)).toHaveLength(1);
    expect(records).toMatchObject({ written: 1, refused: 4 });
    expect(records.reason).toBe('data[0].spans[1].traceID: not hex of at most 32 digits');
    expect(() => read({ data: [{ ...one, spans: spans.slice(1) }] })).toThrow(JsonShapeError);
  });

  it('puts the spans of a process under one resource, however many traces name it', () => {
    const [one] = trace({}).data;
    const document = { data: Array.from({ length: 50 }, () => one) };
    const [request] = requestsOf(document);
    expect(decodeTraces(request?.protobuf ?? new Uint8Array()).batch.resources).toHaveLength(1);
  });

  it('refuses by name, or gives what the decoder takes, whatever is in it', () => {
    const odd = fc.jsonValue({ maxDepth: 3 });
    const tags = fc.array(
      fc.record({ key: fc.string(), type: fc.constantFrom('string', 'int64', 'binary', 1), value: odd }),
      { maxLength: 3 },
    );
    const span = fc.record(
      {
        traceID: fc.oneof(fc.constant(TRACE), odd),
        spanID: fc.oneof(fc.constant('1f'), odd),
        operationName: odd,
        references: fc.oneof(
          odd,
          fc.array(fc.record({ refType: odd, traceID: fc.constant('1'), spanID: odd }), { maxLength: 3 }),
        ),
        startTime: fc.oneof(fc.double(), fc.integer(), odd),
        duration: odd,
        tags: fc.oneof(tags, odd),
        logs: fc.oneof(odd, fc.array(fc.record({ timestamp: fc.nat(), fields: tags }), { maxLength: 2 })),
        processID: fc.oneof(fc.constant('p1'), odd),
        process: odd,
        flags: odd,
        warnings: odd,
      },
      { requiredKeys: ['traceID', 'spanID'] },
    );
    const document = fc.record({
      data: fc.array(
        fc.record({ traceID: fc.constant(TRACE), spans: fc.array(span, { maxLength: 3 }), processes: odd }),
        { minLength: 1, maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(document, (json) => {
        const records = new WrittenRecords();
        try {
          for (const { protobuf } of JAEGER.open(TOOLS).fromJson(json, records)) decodeTraces(protobuf);
        } catch (error) {
          expect(error instanceof JsonShapeError || error instanceof SpoorError).toBe(true);
        }
        const count = json.data.reduce((sum, { spans }) => sum + spans.length, 0);
        expect(records.written + records.refused).toBe(count);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what would take too much memory', () => {
    const warnings = Array<string>(6_000_000).fill('');
    const spans = [{ traceID: TRACE, spanID: '1', warnings }];
    const tooLarge = () => JAEGER.open(TOOLS).fromJson({ data: [{ traceID: TRACE, spans }] }, new WrittenRecords());
    expect(tooLarge).toThrow(SpoorError);
  });
});
