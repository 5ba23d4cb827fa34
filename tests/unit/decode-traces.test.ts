import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexFromBytes } from '../../core/model/ids';
import type { AnyValue, KeyValue } from '../../core/model/json-types';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { JsonShapeError } from '../../core/otlp/json-shape-error';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { decodeResource, decodeScope, decodeSpanBody } from '../../core/otlp/proto-to-json';
import { WireError } from '../../core/otlp/wire-reader';
import { WireWriter } from '../../core/otlp/wire-writer';
import { caseFile } from '../fixtures/cases';
import { messageOf } from '../fixtures/traces';

const hexId = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((id) => id.some((byte) => byte !== 0))
    .map((id) => hexFromBytes(id, 0, bytes));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const time = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const double = fc
  .double()
  .map((value) =>
    Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity',
  );

const { anyValue } = fc.letrec<{ anyValue: AnyValue; keyValue: KeyValue }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3 },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }) as fc.Arbitrary<AnyValue>,
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')) }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('anyValue'), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie('keyValue'), { maxLength: 3 }) }) }),
  ),
  keyValue: fc.record({ key: text, value: tie('anyValue') }),
}));
const attributes = fc.array(fc.record({ key: text, value: anyValue }), { maxLength: 4 });

const span = fc.record({
  traceId: hexId(16),
  spanId: hexId(8),
  parentSpanId: fc.oneof(fc.constant(''), hexId(8)),
  name: text.map((name) => name.replaceAll('\0', '')),
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  traceState: text,
  flags: uint32,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(fc.record({ timeUnixNano: time, name: text, attributes, droppedAttributesCount: uint32 }), {
    maxLength: 2,
  }),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.record({
      traceId: hexId(16),
      spanId: hexId(8),
      traceState: text,
      attributes,
      droppedAttributesCount: uint32,
      flags: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
});

const request = fc.array(
  fc.record({
    resource: fc.record({ attributes, droppedAttributesCount: uint32 }),
    schemaUrl: text,
    scopeSpans: fc.array(
      fc.record({
        scope: fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 }),
        schemaUrl: text,
        spans: fc.array(span, { maxLength: 4 }),
      }),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

describe('decodeTraces', () => {
  it('keeps every field of every span', () => {
    fc.assert(
      fc.property(request, (resourceSpans) => {
        const { batch, rejected } = decodeTraces(protobufFromTraceJson({ resourceSpans }));
        expect(rejected).toBe(0);
        let row = 0;
        for (const { resource, schemaUrl, scopeSpans } of resourceSpans) {
          for (const { scope, schemaUrl: scopeUrl, spans } of scopeSpans) {
            for (const sent of spans) {
              const stored = batch.resources[batch.resource[row] as number];
              expect(decodeResource(stored?.message as Uint8Array)).toEqual(resource);
              expect(stored?.schemaUrl).toBe(schemaUrl);
              const storedScope = batch.scopes[batch.scope[row] as number];
              expect(decodeScope(storedScope?.message as Uint8Array)).toEqual(scope);
              expect(storedScope?.schemaUrl).toBe(scopeUrl);
              const operation = batch.operations[batch.operation[row] as number];
              const body = decodeSpanBody(messageOf(batch.parts, row, 9));
              expect({
                ...body,
                traceId: hexFromBytes(batch.traceId, (batch.trace[row] as number) * 16, 16),
                spanId: hexFromBytes(batch.spanId, row * 8, 8),
                parentSpanId: hexFromBytes(batch.parentSpanId, row * 8, 8).replace(/^0{16}$/, ''),
                name: body.name ?? operation?.name,
                kind: operation?.kind,
                startTimeUnixNano: String(batch.startNs[row]),
                endTimeUnixNano: String(batch.endNs[row]),
              }).toEqual(sent);
              expect(batch.status[row]).toBe(sent.status.code);
              row++;
            }
          }
        }
        expect(batch.length).toBe(row);
      }),
      { numRuns: 300 },
    );
  });

  it('survives any damage: an error that says where, or spans that can be read', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert')), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(request, damage, (resourceSpans, edits) => {
        let bytes = protobufFromTraceJson({ resourceSpans });
        for (const [at, value, kind] of edits) {
          const i = bytes.length === 0 ? 0 : at % bytes.length;
          if (kind === 'set' && bytes.length > 0) bytes[i] = value;
          else if (kind === 'cut') bytes = bytes.slice(0, i);
          else bytes = Uint8Array.from([...bytes.subarray(0, i), value, ...bytes.subarray(i)]);
        }
        try {
          const { batch } = decodeTraces(bytes);
          for (let row = 0; row < batch.length; row++) {
            decodeSpanBody(messageOf(batch.parts, row, 9));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes random bytes without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeTraces(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('rejects a span with an invalid id alone', () => {
    const good = { traceId: `${'0'.repeat(31)}1`, spanId: `${'0'.repeat(15)}1`, name: 'good' };
    const spans = [
      good,
      { ...good, name: 'zero trace', traceId: '0'.repeat(32) },
      { ...good, name: 'short trace', traceId: 'abcd' },
      { ...good, name: 'no hex', spanId: 'not-hex-at-all!!' },
      { ...good, name: 'no id', spanId: undefined },
      { ...good, name: 'odd parent', parentSpanId: 'abc123' },
      { ...good, name: 'zero parent', spanId: '2'.repeat(16), parentSpanId: '0'.repeat(16) },
      { ...good, name: 'beyond time', startTimeUnixNano: '9223372036854775808' },
    ];
    const { batch, rejected, rejectedReason, notice } = decodeTraces(
      protobufFromTraceJson({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    );
    // A parent only points to another span: one that is no id is left out, and the span is kept.
    expect(batch.operations.map(({ name }) => name)).toEqual(['good', 'odd parent', 'zero parent']);
    expect(batch.length).toBe(3);
    expect(rejected).toBe(5);
    expect(rejectedReason).toBe('span "zero trace": trace_id is not 16 bytes with at least one that is not zero');
    expect(notice).toBe('stored without a parent, because parent_span_id is not 8 bytes: span "odd parent"');
    expect(Array.from(batch.parentSpanId)).toEqual(new Array(24).fill(0));
  });

  it('refuses nesting that would overflow the stack', () => {
    const nested = (depth: number) => {
      const write = (out: WireWriter, level: number): void => {
        if (level === 0) out.string(1, 'deep');
        else out.message(5, (array) => array.message(1, (value) => write(value, level - 1)));
      };
      const writer = new WireWriter();
      writer.message(1, (rs) =>
        rs.message(2, (ss) =>
          ss.message(2, (s) => {
            s.data(1, new Uint8Array(16).fill(1));
            s.data(2, new Uint8Array(8).fill(1));
            s.message(9, (kv) => {
              kv.string(1, 'k');
              kv.message(2, (value) => write(value, depth));
            });
          }),
        ),
      );
      return writer.finish();
    };
    expect(decodeTraces(nested(60)).batch.length).toBe(1);
    expect(() => decodeTraces(nested(70))).toThrow(WireError);
    expect(() => decodeTraces(nested(400))).toThrow(WireError);
  });
});

describe('OTLP/JSON', () => {
  it('is read as sloppy senders write it', () => {
    const body = {
      resource_spans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { string_value: 'snake' } }] },
          scope_spans: [
            {
              spans: [
                {
                  trace_id: 'ABCDEF00000000000000000000000001',
                  span_id: 'ABCDEF0000000001',
                  name: 'x',
                  kind: 'SPAN_KIND_SERVER',
                  start_time_unix_nano: 5,
                  end_time_unix_nano: '7',
                  status: { code: 'STATUS_CODE_ERROR' },
                  attributes: null,
                  unknownField: { nested: [1] },
                },
              ],
            },
          ],
        },
      ],
    };
    const { batch } = decodeTraces(protobufFromTraceJson(body));
    expect(batch.operations).toEqual([{ serviceName: 'snake', name: 'x', kind: 2 }]);
    expect([batch.startNs[0], batch.endNs[0], batch.status[0]]).toEqual([5n, 7n, 2]);
    expect(hexFromBytes(batch.spanId, 0, 8)).toBe('abcdef0000000001');
  });

  it.each([
    [[], 'the request: not an object'],
    [{ resourceSpans: 1 }, 'resourceSpans: not an array'],
    [
      { resourceSpans: [{ scopeSpans: [{ spans: [{ name: {} }] }] }] },
      'resourceSpans[0].scopeSpans[0].spans[0].name: not a string',
    ],
    [
      { resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: 1.5 }] }] }] },
      'resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano: not a 64-bit integer',
    ],
    [
      { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key: 'k', value: { bytesValue: '*' } }] }] }] }] },
      'resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.bytesValue: not base64',
    ],
  ])('names the place of what it cannot read: %j', (body, message) => {
    expect(() => protobufFromTraceJson(body)).toThrow(new JsonShapeError(message));
  });

  const example = caseFile('01-otlp-proto-examples/trace.json');
  it.skipIf(!example)("reads the specification's own example", () => {
    const { batch, rejected } = decodeTraces(
      protobufFromTraceJson(JSON.parse(readFileSync(example as string, 'utf8'))),
    );
    expect(rejected).toBe(0);
    expect(batch.operations).toEqual([{ serviceName: 'my.service', name: "I'm a server span", kind: 2 }]);
  });
});
