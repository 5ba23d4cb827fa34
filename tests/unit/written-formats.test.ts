/** Formats on their way out: what is written is read back, and what a format has no place for is what its writer says. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf, WRITERS, writerNamed } from '../../core/formats/formats';
import { parseExactJson } from '../../core/otlp/exact-json';
import { WrittenRecords } from '../../core/otlp/json-envelope';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { hexOf } from '../../services/ingest/digest';
import { caseFile } from '../fixtures/cases';
import { type SpanView, spansOf } from '../fixtures/otlp-view';
import { writtenFile } from '../fixtures/written-file';
import { attribute, everything, requestOf, span, T, TRACE } from '../fixtures/written-request';
import { ORACLES } from '../fuzz/oracle';

const tools = { hexOf, nowNs: () => T };

function readBack(file: Uint8Array): SpanView[] {
  const document = parseExactJson(file);
  const format = formatOf(document);
  if (!format) throw new Error('it is of no format');
  return spansOf(format.open(tools).fromJson(document, new WrittenRecords()));
}

/** As protobufjs reads it, whole. */
const oracle = (request: Uint8Array): unknown =>
  ORACLES.traces.toObject(ORACLES.traces.decode(request), { longs: String, bytes: String, defaults: true });

describe('OTLP', () => {
  const request = requestOf([everything, span({ spanId: '00000000000000b2' })], { schemaUrl: 'https://example.com/1' });

  it.each(['otlp', 'otlp-jsonl', 'otlp-protobuf'])('as %s gives the same request, with everything in it', (name) => {
    const file = writtenFile(writerNamed(name), [request]);
    const again = name === 'otlp-protobuf' ? file : protobufFromTraceJson(parseExactJson(file));
    expect(oracle(again)).toEqual(oracle(request));
  });

  it('gives the same for any attribute', () => {
    const value: fc.Arbitrary<object> = fc.letrec<{ any: object }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }).map((stringValue) => ({ stringValue })),
        fc.boolean().map((boolValue) => ({ boolValue })),
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((int) => ({ intValue: String(int) })),
        fc.double().map((double) => ({
          doubleValue:
            Number.isFinite(double) && !Object.is(double, -0) ? double : Object.is(double, -0) ? '-0' : String(double),
        })),
        fc.uint8Array().map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
        fc.constant({}),
        fc.array(tie('any'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
        fc
          .array(tie('any'), { maxLength: 3 })
          .map((values) => ({ kvlistValue: { values: values.map((one, i) => attribute(`k${i}`, one)) } })),
      ),
    })).any;
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), fc.bigInt(0n, 10n ** 12n), (values, more) => {
        const attributes = values.map((one, i) => attribute(`a${i}`, one));
        const one = requestOf([span({ attributes, endTimeUnixNano: String(T + more) })]);
        for (const name of ['otlp', 'otlp-jsonl']) {
          const again = protobufFromTraceJson(parseExactJson(writtenFile(writerNamed(name), [one])));
          expect(oracle(again)).toEqual(oracle(one));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of several pieces is one document, and a line for each', () => {
    const pieces = [requestOf([span()]), requestOf([span({ spanId: '00000000000000b2' })])];
    expect(readBack(writtenFile(writerNamed('otlp'), pieces))).toHaveLength(2);
    const lines = Buffer.from(writtenFile(writerNamed('otlp-jsonl'), pieces))
      .toString()
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => readBack(Buffer.from(line)).length)).toEqual([1, 1]);
    const protobuf = writtenFile(writerNamed('otlp-protobuf'), pieces);
    expect(spansOf([{ signal: 'traces', protobuf }])).toHaveLength(2);
  });
});

describe('Jaeger', () => {
  const jaeger = writerNamed('jaeger');
  const pair = caseFile('05-jaeger-otlp-pairs');
  it.skipIf(!pair)('is what Jaeger itself makes of OTLP', () => {
    const given = parseExactJson(readFileSync(`${pair}/otlp2jaeger-in.json`));
    const expected = JSON.parse(readFileSync(`${pair}/otlp2jaeger-out.json`, 'utf8'));
    const file = writtenFile(jaeger, [protobufFromTraceJson(given)]);
    expect(JSON.parse(Buffer.from(file).toString())).toEqual(expected);
  });

  it('is read back, but for what it has no place for', () => {
    const [sent] = spansOf([{ signal: 'traces', protobuf: requestOf([everything]) }]) as [SpanView];
    const [got] = readBack(writtenFile(jaeger, [requestOf([everything])])) as [SpanView];
    const { list: _, map: __, empty: ___, ...carried } = sent.attributes;
    expect(got).toMatchObject({
      name: 'buy',
      traceId: TRACE,
      spanId: sent.spanId,
      parentSpanId: sent.parentSpanId,
      kind: 2,
      status: { code: 2, message: 'no stock' },
      traceState: 'a=1,b=2',
      flags: 1,
      scope: 'lib 1.2',
      resource: sent.resource,
      attributes: {
        ...carried,
        list: '["a",1,null]',
        map: '{"inner":[]}',
        // What JavaScript cannot hold as a number is text.
        large: '9007199254740993',
        least: '-9223372036854775808',
        nan: 'NaN',
        minus: 0,
      },
      links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
      startNs: String((T / 1_000n) * 1_000n),
      events: [{ name: 'exception', timeNs: String(((T + 7n) / 1_000n) * 1_000n) }],
    });
  });

  it('has the processes of each trace, each once, and no trace where there is none', () => {
    const document = JSON.parse(
      Buffer.from(
        writtenFile(jaeger, [requestOf([span()]), requestOf([span({ spanId: '00000000000000b2' })])]),
      ).toString(),
    );
    expect(Object.keys(document.data[0].processes)).toEqual(['p1']);
    expect(document.data[0].spans).toHaveLength(2);
    expect(JSON.parse(Buffer.from(writtenFile(jaeger, [])).toString()).data).toEqual([]);
  });
});

describe('Zipkin', () => {
  const zipkin = writerNamed('zipkin');

  it('is read back: names, kinds, times to the microsecond, tags, status', () => {
    const [got] = readBack(writtenFile(zipkin, [requestOf([everything])])) as [SpanView];
    expect(got).toMatchObject({
      name: 'buy',
      traceId: TRACE,
      parentSpanId: '00000000000000b2',
      kind: 2,
      status: { code: 2, message: 'no stock' },
      startNs: String((T / 1_000n) * 1_000n),
      attributes: {
        large: '9007199254740993',
        half: '0.5',
        yes: 'true',
        list: '["a",1,null]',
        'w3c.tracestate': 'a=1,b=2',
      },
      events: [{ name: '"exception": {"n":1}' }],
    });
  });

  const cases = caseFile('07-zipkin');
  it.skipIf(!cases)('gives back what Zipkin sent: ends, shared ids, times that are absent', () => {
    for (const name of ['ascend.json', 'messaging.json', 'skew.json', 'smartthings-oauth-authorization.json']) {
      const sent = JSON.parse(readFileSync(`${cases}/${name}`, 'utf8')) as {
        id: string;
        kind?: string;
        duration?: number;
        timestamp?: number;
        shared?: boolean;
        localEndpoint?: { serviceName?: string };
      }[];
      const format = formatOf(sent);
      const requests = format?.open(tools).fromJson(sent, new WrittenRecords()) ?? [];
      const got = JSON.parse(
        Buffer.from(
          writtenFile(
            zipkin,
            requests.map(({ protobuf }) => protobuf),
          ),
        ).toString(),
      ) as typeof sent;
      const view = ({ id, kind, timestamp, duration, shared, localEndpoint }: (typeof sent)[number]) =>
        JSON.stringify([
          id,
          kind ?? null,
          timestamp || null,
          duration || null,
          shared ?? false,
          localEndpoint?.serviceName ?? '',
        ]);
      expect(got.map(view).sort(), name).toEqual(sent.map(view).sort());
    }
  });
});

describe('Chrome trace events', () => {
  const chrome = writerNamed('chrome');
  const child = (n: number, fromNs: number, toNs: number, more: object = {}) =>
    span({
      spanId: n.toString(16).padStart(16, '0'),
      parentSpanId: '00000000000000a1',
      name: `child ${n}`,
      startTimeUnixNano: String(T + BigInt(fromNs)),
      endTimeUnixNano: String(T + BigInt(toNs)),
      ...more,
    });

  it('hold each nanosecond, and are read back', () => {
    const spans = [span(), child(1, 1_001, 2_002), child(2, 1_500, 3_333)];
    const got = readBack(writtenFile(chrome, [requestOf(spans)]));
    const slices = got.filter(({ name }) => name === 'buy' || name.startsWith('child'));
    expect(slices.map(({ name, startNs, endNs }) => [name, BigInt(startNs) - T, BigInt(endNs) - T])).toEqual(
      expect.arrayContaining([
        ['buy', 0n, 5_000_123n],
        ['child 1', 1_001n, 2_002n],
        ['child 2', 1_500n, 3_333n],
      ]),
    );
    expect(slices).toHaveLength(3);
  });

  it('nest on their threads and overlap on none, whatever the spans are', () => {
    const times = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 40 }), (all) => {
        const spans = all.map(([from, length, parent], i) =>
          child(i + 2, from, from + length, {
            parentSpanId: (parent < 2 ? 0 : Math.min(parent, i + 1)).toString(16).padStart(16, '0'),
          }),
        );
        const document = JSON.parse(Buffer.from(writtenFile(chrome, [requestOf(spans)])).toString());
        const slices = document.traceEvents.filter(({ ph }: { ph: string }) => ph === 'X') as {
          tid: number;
          ts: number;
          dur: number;
        }[];
        expect(slices).toHaveLength(spans.length);
        for (const a of slices) {
          for (const b of slices) {
            if (a === b || a.tid !== b.tid || a.ts > b.ts) continue;
            const [aEnd, bEnd] = [a.ts + a.dur, b.ts + b.dur].map((us) => Math.round(us * 1_000)) as [number, number];
            const start = Math.round(b.ts * 1_000);
            expect(start >= aEnd || bEnd <= aEnd || (a.ts === b.ts && aEnd <= bEnd)).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have a process for each program, an instant for an event, and arrows for links and calls', () => {
    const server = protobufFromTraceJson({
      resourceSpans: [
        {
          resource: { attributes: [attribute('service.name', { stringValue: 'stock' })] },
          scopeSpans: [
            {
              spans: [
                child(3, 2_000, 3_000, {
                  links: [{ traceId: TRACE, spanId: '00000000000000a1' }],
                  events: [{ timeUnixNano: String(T + 2_500n), name: 'miss' }],
                }),
              ],
            },
          ],
        },
      ],
    });
    const document = JSON.parse(
      Buffer.from(writtenFile(chrome, [Buffer.concat([requestOf([span()]), server])])).toString(),
    );
    const events = document.traceEvents as {
      ph: string;
      name: string;
      pid: number;
      id?: number;
      ts: number;
      args?: { name?: string };
    }[];
    const named = (name: string) => events.filter((event) => event.name === name);
    expect(named('process_name').map(({ args }) => args?.name)).toEqual(['shop', 'stock']);
    expect(named('miss')).toMatchObject([{ ph: 'i', ts: 2.5 }]);
    expect(named('link').map(({ ph }) => ph)).toEqual(['s', 'f']);
    expect(named('call').map(({ pid }) => pid)).toEqual([1, 2]);
    expect(document.displayTimeUnit).toBe('ns');
  });

  it('begin no earlier than the file, whatever their times say', () => {
    const late = child(1, 2_000, 3_000, { events: [{ timeUnixNano: '0', name: 'no time' }] });
    const document = JSON.parse(Buffer.from(writtenFile(chrome, [requestOf([span(), late])])).toString());
    const events = document.traceEvents as { name: string; ts: number }[];
    expect(events.filter(({ ts }) => ts < 0)).toEqual([]);
    expect(events.find(({ name }) => name === 'no time')).toMatchObject({ ts: 2 });
  });
});

describe('formats that are written', () => {
  it('are named where none is known', () => {
    expect(() => writerNamed('xml')).toThrow(
      /^format: is one of otlp, otlp-jsonl, otlp-protobuf, jaeger, zipkin, chrome, csv, markdown/,
    );
    expect(new Set(WRITERS.map(({ name }) => name)).size).toBe(WRITERS.length);
  });
});
