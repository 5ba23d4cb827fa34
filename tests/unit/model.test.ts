import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatCompact, formatDuration, formatShare, plural } from '../../core/model/format';
import {
  bytesFromHex,
  hexFromBytes,
  int8FromSpanId,
  parseSpanId,
  parseTraceId,
  type SpanId,
  spanIdFromInt8,
} from '../../core/model/ids';
import { nsFromText, rfc3339FromNs } from '../../core/model/time';
import { base64FromBytes, bytesFromBase64 } from '../../core/otlp/base64';

describe('ids', () => {
  it('go from bytes to hex and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesFromHex(hexFromBytes(bytes, 0, bytes.length).toUpperCase())).toEqual(bytes);
      }),
    );
    expect(bytesFromHex('abc')).toBeNull();
    expect(bytesFromHex('zz')).toBeNull();
  });

  it('go through int8 and back, the upper half too', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (value) => {
        const id = value.toString(16).padStart(16, '0') as SpanId;
        expect(spanIdFromInt8(int8FromSpanId(id))).toBe(id);
      }),
    );
  });

  it('are 32 and 16 hex digits that are not all zero', () => {
    expect(parseTraceId('ABCDEF00000000000000000000000001')).toBe('abcdef00000000000000000000000001');
    expect([parseTraceId('0'.repeat(32)), parseTraceId('ab'), parseTraceId(`${'g'.repeat(32)}`)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([parseSpanId('0'.repeat(16)), parseSpanId('1'.repeat(17))]).toEqual([null, null]);
  });
});

describe('time', () => {
  it('is exact to the nanosecond in RFC 3339, before 1970 too', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n - 1n }), (ns) => {
        expect(nsFromText(rfc3339FromNs(ns))).toBe(ns);
      }),
    );
    expect(rfc3339FromNs(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
  });

  it('is read with offsets and from epoch nanoseconds', () => {
    expect(nsFromText('2026-01-31T13:00:00.5+01:00')).toBe(nsFromText('2026-01-31T12:00:00.5Z'));
    expect(nsFromText('1700000000000000001')).toBe(1_700_000_000_000_000_001n);
    expect([nsFromText('today'), nsFromText('2026-13-01T00:00:00Z'), nsFromText('')]).toEqual([null, null, null]);
  });
});

describe('base64', () => {
  it('agrees with Buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(base64FromBytes(bytes)).toBe(text);
        expect(bytesFromBase64(text)).toEqual(bytes);
        expect(bytesFromBase64(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      }),
    );
    expect([bytesFromBase64('*'), bytesFromBase64('a'), bytesFromBase64('é===')]).toEqual([null, null, null]);
  });
});

describe('format', () => {
  it.each([
    [0, '0 ns'],
    [840, '840 ns'],
    [1_500, '1.5 µs'],
    [999_499, '999 µs'],
    [999_600, '1 ms'],
    [18_000_000, '18 ms'],
    [999_600_000, '1.0 s'],
    [1_234_000_000, '1.2 s'],
    [59_940_000_000, '59.9 s'],
    [59_960_000_000, '1 m 0 s'],
    [184_000_000_000, '3 m 4 s'],
    [7_500e9, '2 h 5 m'],
    [273_600e9, '3 d 4 h'],
    [-5_000, '-5 µs'],
    [null, '—'],
  ])('shows %d ns as %s', (ns, text) => expect(formatDuration(ns)).toBe(text));

  it('shows counts, sizes, shares and ages', () => {
    expect([formatCompact(999), formatCompact(48_210), formatCompact(1_300_000), formatCompact(null)]).toEqual([
      '999',
      '48.2k',
      '1.3M',
      '—',
    ]);
    expect([formatBytes(900), formatBytes(31_416_712), formatBytes(5 * 1024 ** 3)]).toEqual([
      '900 B',
      '30 MiB',
      '5.0 GiB',
    ]);
    expect([formatShare(73, 1000), formatShare(1, 5000), formatShare(1, 0)]).toEqual(['7.3 %', '< 0.1 %', '—']);
    expect([0, 4_000, 61_000, 7_300_000, 9e8, -60_000].map((age) => formatAgo(1e12 - age, 1e12))).toEqual([
      'just now',
      '4 s ago',
      '1 min ago',
      '2 h ago',
      '10 d ago',
      'in the future',
    ]);
    expect([plural(1, 'span'), plural(10_000, 'span')]).toEqual(['1 span', '10,000 spans']);
  });
});
