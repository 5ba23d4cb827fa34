import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../core/formats/formats';
import { ZIPKIN_V1 } from '../../core/formats/zipkin-v1/format';
import { zipkinSpansFromV1 } from '../../core/formats/zipkin-v1/from-json';
import { SpoorError } from '../../core/model/errors';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { hexOf } from '../../services/ingest/digest';
import { spansOf } from '../fixtures/otlp-view';

const T = 1_472_470_996_199_000;
const FRONTEND = { serviceName: 'frontend', ipv4: '127.0.0.1' };
const BACKEND = { serviceName: 'backend', ipv4: '192.168.99.101', port: 9000 };
const KAFKA = { serviceName: 'kafka' };
const at = (value: string, after: number, endpoint: object | null) => ({ timestamp: T + after, value, endpoint });
const fact = (key: string, value: unknown, endpoint: object | null = null) => ({ key, value, endpoint });

/** What is said of each span, without what none of them says. */
function converted(span: object): object[] {
  const spans = zipkinSpansFromV1([{ traceId: '1', id: '2', name: 'get', ...span }], new WrittenRecords());
  return spans.map(({ traceId: _, id: __, parentId: ___, name: ____, debug: _____, ...rest }) => ({
    ...(rest.kind ? { kind: rest.kind } : {}),
    ...(rest.timestamp === null ? {} : { after: Number(rest.timestamp) - T }),
    ...(rest.duration === null ? {} : { for: Number(rest.duration) }),
    at: rest.localEndpoint.serviceName,
    ...(rest.remoteEndpoint.serviceName || rest.remoteEndpoint.ipv4 ? { to: rest.remoteEndpoint.serviceName } : {}),
    ...(rest.shared ? { shared: true } : {}),
    ...(rest.tags.length ? { tags: Object.fromEntries(rest.tags) } : {}),
    ...(rest.annotations.length ? { notes: rest.annotations.map(({ value }) => value) } : {}),
  }));
}

describe('Zipkin v1 JSON', () => {
  it.each<[string, object, object[]]>([
    [
      'the sides of a call',
      {
        timestamp: T,
        duration: 100,
        annotations: [at('cs', 0, FRONTEND), at('sr', 20, BACKEND), at('ss', 70, BACKEND), at('cr', 100, FRONTEND)],
        binaryAnnotations: [fact('http.path', '/a', FRONTEND), fact('rows', 7, BACKEND), fact('sa', true, BACKEND)],
      },
      [
        { kind: 'CLIENT', after: 0, for: 100, at: 'frontend', to: 'backend', tags: { 'http.path': '/a' } },
        { kind: 'SERVER', after: 20, for: 50, at: 'backend', shared: true, tags: { rows: '7' } },
      ],
    ],
    [
      'the sides of a call of a service to itself',
      { timestamp: T, duration: 9, annotations: [at('cs', 0, FRONTEND), at('sr', 2, FRONTEND), at('ss', 5, FRONTEND)] },
      [
        { kind: 'CLIENT', after: 0, for: 9, at: 'frontend' },
        { kind: 'SERVER', after: 2, for: 3, at: 'frontend', shared: true },
      ],
    ],
    [
      'a call without a time of its own',
      { annotations: [at('cs', 0, FRONTEND), at('cr', 9, FRONTEND), at('retry', 4, FRONTEND)] },
      [{ kind: 'CLIENT', after: 0, for: 9, at: 'frontend', notes: ['retry'] }],
    ],
    [
      'a server that shares the span of a client who is not here',
      { annotations: [at('sr', 0, BACKEND), at('ss', 9, BACKEND)], binaryAnnotations: [fact('ca', true, FRONTEND)] },
      [{ kind: 'SERVER', after: 0, for: 9, at: 'backend', to: 'frontend', shared: true }],
    ],
    [
      'a call whose beginning only its time says',
      { timestamp: T, duration: 9, annotations: [at('cr', 9, FRONTEND)] },
      [{ kind: 'CLIENT', after: 0, for: 9, at: 'frontend' }],
    ],
    [
      'a call that is not over',
      { timestamp: T, annotations: [at('ss', 5, BACKEND)] },
      [{ kind: 'SERVER', after: 0, at: 'backend', notes: ['ss'] }],
    ],
    [
      'work within a service',
      { timestamp: T, duration: 3, binaryAnnotations: [fact('lc', '', FRONTEND), fact('error', '', FRONTEND)] },
      [{ after: 0, for: 3, at: 'frontend', tags: { error: '' } }],
    ],
    [
      'addresses alone',
      { timestamp: T, duration: 3, binaryAnnotations: [fact('ca', true, FRONTEND), fact('sa', '1', BACKEND)] },
      [{ after: 0, for: 3, at: 'frontend', to: 'backend' }],
    ],
    [
      'the sides of a message',
      {
        annotations: [at('ms', 0, FRONTEND), at('ws', 2, FRONTEND), at('wr', 5, BACKEND), at('mr', 9, BACKEND)],
        binaryAnnotations: [fact('ma', true, KAFKA)],
      },
      [
        { kind: 'PRODUCER', after: 0, for: 2, at: 'frontend', to: 'kafka' },
        { kind: 'CONSUMER', after: 5, for: 4, at: 'backend', to: 'kafka', shared: true },
      ],
    ],
    ['a message that came', { annotations: [at('mr', 0, BACKEND)] }, [{ kind: 'CONSUMER', after: 0, at: 'backend' }]],
  ])('converts %s', (_, span, expected) => {
    expect(converted(span)).toEqual(expected);
  });

  it('is told from the second version, and comes out as spans', () => {
    const span = { traceId: '1', id: '2', name: 'get', annotations: [at('sr', 0, BACKEND), at('ss', 9, BACKEND)] };
    expect(formatOf([span])?.name).toBe('zipkin-v1');
    expect(formatOf([[span]])?.name).toBe('zipkin-v1');
    expect(formatOf([{ ...span, annotations: [{ timestamp: T, value: 'a' }] }])?.name).toBe('zipkin');
    expect(formatOf([{ ...span, kind: 'SERVER' }])?.name).toBe('zipkin');
    const requests = ZIPKIN_V1.open({ nowNs: () => 1n, hexOf }).fromJson([[span]], new WrittenRecords());
    expect(spansOf(requests)).toMatchObject([
      { name: 'get', kind: 2, resource: { 'service.name': 'backend' }, startNs: `${T}000`, endNs: `${T + 9}000` },
    ]);
  });

  it('leaves out the spans that cannot be read, counts them and says why', () => {
    const records = new WrittenRecords();
    const spans = [
      { traceId: '1', id: '2' },
      { traceId: 'x', id: '2' },
      7,
      { traceId: '1', id: '2', annotations: [{}] },
    ];
    expect(zipkinSpansFromV1(spans, records)).toHaveLength(1);
    expect(records).toMatchObject({
      written: 1,
      refused: 3,
      reason: 'spans[1].traceId: not hex of at most 16 or 32 digits',
    });
    expect(() => zipkinSpansFromV1(spans.slice(1), new WrittenRecords())).toThrow(JsonShapeError);
  });

  it('refuses by name, or gives what the decoder takes, whatever is in it', () => {
    const odd = fc.jsonValue({ maxDepth: 2 });
    const endpoint = fc.constantFrom(FRONTEND, BACKEND, null);
    const timestamp = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) }, { weight: 1, arbitrary: odd });
    const value = fc.constantFrom('cs', 'cr', 'sr', 'ss', 'ms', 'mr', 'ws', 'wr', 'x', 'constructor');
    const span = fc.record(
      {
        traceId: fc.constant('1'),
        id: fc.constant('2'),
        timestamp,
        duration: timestamp,
        parentId: fc.oneof(fc.constant('3'), odd),
        annotations: fc.array(fc.record({ timestamp, value, endpoint }), { maxLength: 6 }),
        binaryAnnotations: fc.array(
          fc.record({
            key: fc.constantFrom('sa', 'ca', 'ma', 'lc', 'x'),
            value: odd,
            endpoint: fc.oneof(endpoint, odd),
          }),
          { maxLength: 4 },
        ),
      },
      { requiredKeys: ['traceId', 'id', 'annotations'] },
    );
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), (spans) => {
        const records = new WrittenRecords();
        try {
          const tools = { nowNs: () => 1n, hexOf };
          for (const { protobuf } of ZIPKIN_V1.open(tools).fromJson(spans, records)) decodeTraces(protobuf);
        } catch (error) {
          expect(error instanceof JsonShapeError || error instanceof SpoorError).toBe(true);
        }
        expect(records.written + records.refused).toBe(spans.length);
      }),
      { numRuns: 500 },
    );
  });
});
