import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FormatTools } from '../../core/formats/format';
import { JAEGER } from '../../core/formats/jaeger/format';
import { jaegerTrace } from '../../core/formats/jaeger/write-trace';
import { OTLP } from '../../core/formats/otlp/format';
import { ZIPKIN } from '../../core/formats/zipkin/format';
import { zipkinSpan } from '../../core/formats/zipkin/write-trace';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { type SentSpan, spansOfRequest } from '../../core/otlp/read-trace-request';
import { hexOf } from '../../services/ingest/digest';
import { caseFile } from '../fixtures/cases';

const TOOLS: FormatTools = { nowNs: () => 1n, hexOf };
const TRACE = '83a9efd15c1c98a977e0711cc93ee28b';

function read(format: typeof OTLP, document: unknown): SentSpan[] {
  const json = parseExactJson(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
  const requests = format.open(TOOLS).fromJson(json, new WrittenRecords());
  return requests.flatMap(({ protobuf }) => spansOfRequest(protobuf));
}

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

function otlp(span: object, scope: object = {}, resource: readonly object[] = [text('service.name', 'shop')]): unknown {
  const one = {
    traceId: TRACE,
    spanId: 'e127af99e3b3e074',
    name: 'op',
    startTimeUnixNano: '1706678909209712999',
    endTimeUnixNano: '1706678909209835000',
    ...span,
  };
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope, spans: [one] }] }] };
}

describe("a trace as Jaeger's JSON", () => {
  const one = (...given: Parameters<typeof otlp>) => {
    const trace = jaegerTrace(TRACE, read(OTLP, otlp(...given)));
    return { ...trace.spans[0], process: trace.processes[trace.spans[0]?.processID ?? ''] };
  };
  const pair = caseFile('05-jaeger-otlp-pairs');
  it.skipIf(!pair)('is what Jaeger made of the same OTLP', () => {
    const [sent, expected] = ['in', 'out'].map((end) => readFileSync(`${pair}/otlp2jaeger-${end}.json`, 'utf8'));
    const [trace] = JSON.parse(expected as string).data;
    expect(jaegerTrace(trace.traceID, read(OTLP, sent))).toEqual(trace);
  });

  it('keeps the type of each value, and what JavaScript would round as text', () => {
    const value = (of: object) => ({ key: 'k', value: of });
    const attributes = [
      { boolValue: true },
      { intValue: '7' },
      { intValue: '-9007199254740993' },
      { doubleValue: 0.5 },
      { doubleValue: 'NaN' },
      { bytesValue: 'AAEC' },
      { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } },
      { kvlistValue: { values: [text('a', 'b')] } },
      {},
    ].map(value);
    expect(one({ attributes }).tags?.map(({ type, value: v }) => [type, v])).toEqual([
      ['bool', true],
      ['int64', 7],
      ['string', '-9007199254740993'],
      ['float64', 0.5],
      ['string', 'NaN'],
      ['binary', 'AAEC'],
      ['string', '["a",1]'],
      ['string', '{"a":"b"}'],
      ['string', ''],
    ]);
  });

  it('says parent, links, events, status, scope and process as Jaeger does', () => {
    const linked = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };
    const span = one(
      {
        parentSpanId: '909541b92cf05311',
        kind: 3,
        flags: 0x301,
        traceState: 'a=b',
        status: { code: 2, message: 'no stock' },
        links: [linked, { ...linked, attributes: [text('opentracing.ref_type', 'child_of')] }],
        events: [
          { timeUnixNano: '1706678909209800999', name: 'exception', attributes: [text('exception.type', 'E')] },
          { timeUnixNano: '1706678909209801000', name: 'x', attributes: [text('event', 'retry')] },
        ],
      },
      { name: 'lib', version: '2' },
      [text('host.name', 'h')],
    );
    expect(span).toEqual({
      traceID: TRACE,
      spanID: 'e127af99e3b3e074',
      flags: 1,
      operationName: 'op',
      references: [
        { refType: 'CHILD_OF', traceID: TRACE, spanID: '909541b92cf05311' },
        { refType: 'FOLLOWS_FROM', traceID: linked.traceId, spanID: linked.spanId },
        { refType: 'CHILD_OF', traceID: linked.traceId, spanID: linked.spanId },
      ],
      startTime: 1706678909209712,
      duration: 122,
      tags: [
        { key: 'otel.library.name', type: 'string', value: 'lib' },
        { key: 'otel.library.version', type: 'string', value: '2' },
        { key: 'span.kind', type: 'string', value: 'client' },
        { key: 'otel.status_code', type: 'string', value: 'ERROR' },
        { key: 'error', type: 'bool', value: true },
        { key: 'otel.status_description', type: 'string', value: 'no stock' },
        { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
      ],
      logs: [
        {
          timestamp: 1706678909209800,
          fields: [
            { key: 'event', type: 'string', value: 'exception' },
            { key: 'exception.type', type: 'string', value: 'E' },
          ],
        },
        { timestamp: 1706678909209801, fields: [{ key: 'event', type: 'string', value: 'retry' }] },
      ],
      processID: 'p1',
      process: {
        serviceName: 'OTLPResourceNoServiceName',
        tags: [{ key: 'host.name', type: 'string', value: 'h' }],
      },
      warnings: null,
    });
  });

  it('gives back what came in as Jaeger, warnings and all', () => {
    const span = {
      traceID: TRACE,
      spanID: 'e127af99e3b3e074',
      flags: 3,
      operationName: 'op',
      references: [{ refType: 'FOLLOWS_FROM', traceID: '1'.repeat(32), spanID: '2'.repeat(16) }],
      startTime: 1706678909209712,
      duration: 123,
      tags: [
        { key: 'otel.library.name', type: 'string', value: 'lib' },
        { key: 'http.status_code', type: 'int64', value: 503 },
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'otel.status_code', type: 'string', value: 'ERROR' },
        { key: 'error', type: 'bool', value: true },
      ],
      logs: [{ timestamp: 1706678909209800, fields: [{ key: 'event', type: 'string', value: 'e' }] }],
      processID: 'p1',
      warnings: ['clock skew', 'late'],
    };
    const other = { ...span, spanID: '0000000000000001', processID: 'p2', warnings: null };
    const processes = { p1: { serviceName: 'a', tags: [] }, p2: { serviceName: 'b', tags: [] } };
    const trace = { traceID: TRACE, spans: [span, other], processes, warnings: null };
    expect(jaegerTrace(TRACE, read(JAEGER, { data: [trace] }))).toEqual(trace);
  });
});

describe("a span as Zipkin's JSON", () => {
  const folder = caseFile('07-zipkin');
  const names = folder ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  it.skipIf(!folder).each(names)('is what came in as Zipkin: %s', (name) => {
    const sent: Record<string, unknown>[] = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).flat();
    const key = (span: object) => JSON.stringify([Reflect.get(span, 'id'), Reflect.get(span, 'shared') ?? false]);
    const sorted = <T extends object>(spans: readonly T[]) => spans.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    const written = read(ZIPKIN, sent).map(zipkinSpan);
    expect(sorted(written)).toEqual(sorted(sent.map(normal)));
  });

  it('maps OpenTelemetry by its specification', () => {
    const [span] = read(
      OTLP,
      otlp(
        {
          parentSpanId: '909541b92cf05311',
          kind: 3,
          status: { code: 2, message: 'no stock' },
          attributes: [
            text('server.address', 'db.example'),
            text('network.peer.address', '10.0.0.7'),
            { key: 'network.peer.port', value: { intValue: '5432' } },
            { key: 'rows', value: { intValue: '3' } },
          ],
          events: [
            { timeUnixNano: '1706678909209800999', name: 'retry' },
            { timeUnixNano: '1706678909209800999', name: 'exception', attributes: [text('exception.type', 'E')] },
          ],
          links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }],
        },
        { name: 'lib', version: '2' },
        [text('service.name', 'shop'), text('host.name', 'h')],
      ),
    );
    expect(zipkinSpan(span as SentSpan)).toEqual({
      traceId: TRACE,
      parentId: '909541b92cf05311',
      id: 'e127af99e3b3e074',
      kind: 'CLIENT',
      name: 'op',
      timestamp: 1706678909209712,
      duration: 122,
      localEndpoint: { serviceName: 'shop' },
      remoteEndpoint: { serviceName: 'db.example', ipv4: '10.0.0.7', port: 5432 },
      annotations: [
        { timestamp: 1706678909209800, value: 'retry' },
        { timestamp: 1706678909209800, value: '"exception": {"exception.type":"E"}' },
      ],
      tags: {
        'host.name': 'h',
        'server.address': 'db.example',
        'network.peer.address': '10.0.0.7',
        'network.peer.port': '5432',
        rows: '3',
        'otel.scope.name': 'lib',
        'otel.scope.version': '2',
        'otel.status_code': 'ERROR',
        error: 'no stock',
        'otlp.link.0': `${'1'.repeat(32)}|${'2'.repeat(16)}||{}|0`,
      },
    });
  });

  it('rounds up what is shorter than a microsecond, and writes short trace ids with 16 digits', () => {
    const short = { traceId: `${'0'.repeat(16)}${'1'.repeat(16)}`, endTimeUnixNano: '1706678909209713000' };
    const [span] = read(OTLP, otlp(short));
    expect(zipkinSpan(span as SentSpan)).toMatchObject({ traceId: '1'.repeat(16), duration: 1 });
  });
});

/** What Zipkin itself makes of a span that it takes: ids padded, nothing empty, ports above 0. */
function normal(span: Record<string, unknown>): Record<string, unknown> {
  const { traceId, id, parentId, tags, annotations, ...rest } = span;
  const pad = (hex: unknown) => String(hex).padStart(16, '0');
  const isFull = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return {
    ...rest,
    name: rest.name ?? '',
    traceId: pad(traceId),
    id: pad(id),
    ...(parentId ? { parentId: pad(parentId) } : {}),
    ...(isFull(tags) ? { tags } : {}),
    ...(isFull(annotations) ? { annotations } : {}),
  };
}
