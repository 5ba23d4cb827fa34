/** Requests whose text is not UTF-8 are refused, and nothing else is. */
import { expect, it } from 'vitest';
import { jsonOfBody } from '../../core/model/request-text';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])));

it('reads JSON of any script, with or without a byte order mark', () => {
  expect(jsonOfBody(bytes('{"query":"天气 🌦 é"}'))).toEqual({ query: '天气 🌦 é' });
  expect(jsonOfBody(bytes(0xef, 0xbb, 0xbf, '{"a":1}'))).toEqual({ a: 1 });
  expect(jsonOfBody(bytes('"\u{fffd}"'))).toBe('\u{fffd}');
});

it.each([
  ['a stray byte', bytes('{"query":"caf', 0xe9, '"}'), /not UTF-8/],
  ['a character cut off', bytes('{"query":"', 0xe5, 0xa4, '"}'), /not UTF-8/],
  ['a surrogate', bytes('{"query":"', 0xed, 0xa0, 0x80, '"}'), /not UTF-8/],
  ['no JSON', bytes('{query}'), /not JSON/],
])('refuses a body with %s', (_, body, message) => {
  expect(() => jsonOfBody(body)).toThrow(message);
});
