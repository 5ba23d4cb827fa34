import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson as parseBytes } from '../../core/otlp/exact-json';

const parseExactJson = (text: string): unknown => parseBytes(new TextEncoder().encode(text));

describe('parseExactJson', () => {
  it('keeps every digit of long integers', () => {
    expect(parseExactJson('{"a":1544712660000000001,"b":[-9223372036854775808, 18446744073709551615]}')).toEqual({
      a: '1544712660000000001',
      b: ['-9223372036854775808', '18446744073709551615'],
    });
  });

  it('keeps every digit of integers that have a point or an exponent', () => {
    const text =
      '[9223372036854775807.0,9.223372036854775807e18,1.8446744073709551615E+19,1234567890123456.5,1.2345678901234567e22,1.2345678901234567e-2]';
    expect(parseExactJson(text)).toEqual([
      '9223372036854775807.0',
      '9.223372036854775807e18',
      '1.8446744073709551615E+19',
      1234567890123456.5,
      Number('1.2345678901234567e22'),
      1.2345678901234567e-2,
    ]);
  });

  it('leaves text, short numbers and fractions as they are', () => {
    const text =
      '{"a":"x:1544712660000000001,\\"[1544712660000000002\\\\","b":12,"c":0.12345678901234567,"d":1e22,"e":1544712660000000003}';
    expect(parseExactJson(text)).toEqual({ ...(JSON.parse(text) as object), e: '1544712660000000003' });
  });

  it('agrees with JSON.parse on whatever has no long integers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, digits) => {
        // A long integer somewhere makes the slow path run over everything else.
        const text = JSON.stringify([value, `${digits}:1234567890123456789`]).replace(/\]$/, ',1234567890123456789]');
        const expected = JSON.parse(JSON.stringify([value, `${digits}:1234567890123456789`])) as unknown[];
        const parsed = parseExactJson(text) as unknown[];
        expect(JSON.stringify(parsed.slice(0, 2), exactAsNumbers)).toBe(JSON.stringify(expected, exactAsNumbers));
        expect(parsed[2]).toBe('1234567890123456789');
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    for (const text of ['', '{', '{"a":1234567890123456789', '[1234567890123456789,]', '"unclosed']) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });

  it('keeps what is nested more than 512 deep as its text', () => {
    const inner = '{"a": ["\\"x\\" \\\\ ü",\n1234567890123456789, {}]}';
    const text = `${'['.repeat(512)}${inner},[],1234567890123456789${']'.repeat(512)}`;
    let found = parseExactJson(`{"before":1234567890123456788,"deep":${text.slice(1, -1)},"after":[1]}`);
    expect(found).toMatchObject({ before: '1234567890123456788', after: [1] });
    found = (found as { deep: unknown }).deep;
    for (let depth = 2; depth < 512; depth++) found = (found as unknown[])[0];
    expect(found).toEqual([inner.replace('\n', ' '), '[]', '1234567890123456789']);
    expect(JSON.parse((found as string[])[0] as string)).toEqual({ a: ['"x" \\ ü', 1234567890123456800, {}] });
  });

  it('passes over a long string without falling over', () => {
    const long = 'y\\"'.repeat(500_000);
    expect((parseExactJson(`["${long}",1234567890123456789]`) as string[])[1]).toBe('1234567890123456789');
  });
});

/** Integers beyond 16 digits that fast-check made are strings here and numbers there. */
function exactAsNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{16,}$/.test(value) ? Number(value) : value;
}
