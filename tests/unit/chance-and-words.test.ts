/** What only looks like a secret stays: words of people, and bytes that match by chance. */
import { describe, expect, it } from 'vitest';
import { stepBudget, UserPattern } from '../../core/patterns/user-pattern';
import { TextPattern } from '../../core/query/traceql/regex';
import { Turns } from '../../core/query/traceql/turns';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('words behind the name of a scheme', () => {
  const own = new Redactor(DEFAULT_REDACTION);

  it.each([
    'needs a basic understanding of refunds',
    'Basic authentication, basic arithmetic',
    'a bearer certificate. The bearer instruments',
    'bearer self-contained authentication/authorization.',
    'BEARER AUTHENTICATION/AUTHORIZATION',
  ])('stay: %s', (text) => {
    expect(own.text(text)).toBe(text);
  });

  it.each([
    `Basic ${base64('ada:hunter22')}`,
    `basic ${base64('ada:hunter22')}.`,
    `Basic ${base64('jürgen:grüße')}`,
    'Bearer abcdefgh12345',
    'bearer ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'bearer aBcDeFgHiJkLmNoPqRsTuVw',
  ])('but credentials go: %s', (text) => {
    expect(own.text(text)).toBe(
      `${text.slice(0, 6).trimEnd()} [redacted authorization]`.replace(/^(b)/i, text[0] ?? ''),
    );
  });
});

describe('bytes that match by chance', () => {
  const own = new Redactor({ ...DEFAULT_REDACTION, emails: true });
  const noise = Uint8Array.from({ length: 600 }, (_, i) => (i * 151 + 128) | 0x80);
  // With what has base64 looked into at all, however it is grouped.
  const around = (text: string): Buffer =>
    Buffer.concat([noise, Buffer.from('sk-'), noise, Buffer.from(text, 'latin1'), noise]);

  it('stay in base64 and as they are', () => {
    const picture = around('a@b.cc');
    expect(own.text(picture.toString('base64'))).toBe(picture.toString('base64'));
    expect(own.bytes(picture, stepBudget(picture.length))).toBe(picture);
  });

  it.each(['write to ada@example.com, or call us', 'Bearer abcDEF123456789', 'AKIAIOSFODNN7EXAMPLE'])(
    'but what is written goes: %s',
    (text) => {
      const bytes = around(text);
      expect(own.text(bytes.toString('base64'))).toContain('in base64]');
      expect(Buffer.from(own.bytes(bytes, stepBudget(bytes.length))).toString('latin1')).toContain('[redacted');
    },
  );

  it('as does what stands in a short text of any script', () => {
    expect(own.text(base64('sk- こんにちは a@b.cc さん'))).toContain('[redacted email in base64]');
  });
});

describe('large patterns over long texts', () => {
  it.each(['', '(?<=x)'])('are followed to the end, behind %j', (behind) => {
    let seed = 7;
    const letter = (): string => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return String.fromCharCode(97 + ((seed >> 16) % 26));
    };
    const words = Array.from({ length: 95 }, () => Array.from({ length: 9 }, letter).join(''));
    const pattern = new UserPattern(`${behind}(?:${words.join('|')})`);
    expect(pattern.size).toBeGreaterThan(900);
    const text = `${'the quick brown fox. '.repeat(5_000)}x${words[50]}`;
    const { matches, isComplete } = pattern.matchesIn(text);
    expect([matches.length, isComplete]).toEqual([1, true]);
  });
});

describe('steps of one answer', () => {
  it('are shared by its patterns, and whole again for the next', () => {
    const steps = new Turns();
    const whole = steps.left;
    const one = new TextPattern('.*b', 0, steps);
    const other = new TextPattern('.*c', 0, steps);
    one.matches('a'.repeat(1_000));
    const after = steps.left;
    expect(after).toBeLessThan(whole);
    other.matches('a'.repeat(1_000));
    expect(steps.left).toBeLessThan(after);
    steps.left = whole / 2 - 1;
    expect(steps.areLow).toBe(true);
    steps.left = 0;
    expect(() => one.matches('a'.repeat(1_000))).toThrow('takes more than');
    steps.renew(undefined, Number.POSITIVE_INFINITY);
    expect(one.matches('ab')).toBe(true);
  });
});
