/** Rules take steps in proportion to the length of what they look at, whatever it holds: counted, not timed. */
import { describe, expect, it } from 'vitest';
import { Glob } from '../../core/patterns/glob';
import { PatternError, UserPattern } from '../../core/patterns/user-pattern';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION, type RedactionSettings } from '../../core/redaction/rules';

const ALL: RedactionSettings = { ...DEFAULT_REDACTION, emails: true, cards: true, keys: ['a*b*c', 'plan'] };
// Of each rule how its anchors begin, again and again, and what nearly matches; the same in base64.
const HOSTILE: readonly string[] = [
  'eyJ',
  'eyJ-',
  '-eyJaaaaaaaa.',
  'eyJaaaaaaaa.eyJaaaaaaaa.',
  'eyJaaaaaaaa.eyJaaaaaaaa!',
  '-----BEGIN ',
  '-----BEGIN A PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY PRIVATE KEY ',
  'Bearer ',
  'bearer  a',
  'AKIA',
  '-AKIA',
  'aws_secret_access_key',
  'aws_secret_access_key = ',
  'ghp_',
  '-ghp_aaaa',
  'github_pat_',
  'sk-',
  '-sk-ant-',
  'AIza',
  'xoxb-',
  'sk_live_',
  '://',
  '://a:',
  '://a:b',
  '"password',
  '"password":"',
  '&sig=',
  'token=',
  'a@',
  'a@b.',
  'a.',
  'a@b.cc.dd.ee.ff.gg.hh.',
  '1',
  '1 ',
  '1-1 1',
  '4111 1111 1111 1112 ',
  'password',
  'plan',
  'authorization\u0012',
  'ZXlK',
  'c2st',
  'c2st.',
  'NrLQ',
  'ZXlKYWFhYWFhYWEu',
  'cGFzc3dvcmQ6',
  'Ojov',
  '{',
  '[{"',
  '{"a":"',
  '{"password":"',
  '{\\"token\\":\\"',
  '"secret":["',
  '\\',
  '"password": "\\',
  '--token ',
  '-password ',
  '\npassword: ',
  ' authorization: ',
  'TOKEN=',
  ';pwd=',
  '\\u0026token=',
  'api_key',
  'a_token=A1b2',
  '-u a:b1',
  ':AA',
  '1:AA',
  'a1-us',
  'pat',
  '1Q~',
  'SK0',
  'é',
  'a',
  ' ',
  '\n',
];
const SIZES = [2_000, 4_000, 8_000] as const;

function isLinear(steps: readonly number[]): void {
  const [small = 0, medium = 0, large = 0] = steps;
  expect(large - medium).toBeLessThanOrEqual(2.2 * (medium - small) + 2_000);
}

describe('redaction takes linear steps', () => {
  it.each(HOSTILE)('over %j, again and again', (piece) => {
    for (const tail of ['', '!', '@', '"', '\0']) {
      const scans: number[] = [];
      const texts: number[] = [];
      for (const size of SIZES) {
        const text = piece.repeat(Math.ceil(size / piece.length)) + tail;
        const scan = new Redactor(ALL);
        scan.suspectsBytes(new TextEncoder().encode(text));
        scans.push(scan.steps.count);
        const own = new Redactor(ALL);
        own.text(text);
        texts.push(own.steps.count);
        expect(Math.max(scan.steps.count, own.steps.count)).toBeLessThan(150 * size + 50_000);
      }
      isLinear(scans);
      isLinear(texts);
    }
  });

  it('of patterns of the user too: a text that takes too many goes whole', () => {
    const own = new Redactor({ ...DEFAULT_REDACTION, patterns: [{ name: 'own', pattern: 'x.*y|x' }] });
    expect(own.text(`x${'a'.repeat(50)}`)).toBe(`[redacted own]${'a'.repeat(50)}`);
    expect(own.text('x'.repeat(100_000))).toBe('[redacted own unchecked]');
    expect(Object.fromEntries(own.counts)).toEqual({ own: 2 });
  });
});

describe('patterns of users', () => {
  it.each(['(a+)+$', '(a|a)*$', '(a|aa)+$', '(.*a){12}', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s ends within its budget',
    (source) => {
      const pattern = new UserPattern(source);
      for (const size of SIZES) {
        const budget = { left: 10_000_000 };
        pattern.matchesIn(`${'a'.repeat(size)}!`, budget);
        expect(10_000_000 - budget.left).toBeLessThan(1_100_000 + 25 * size);
      }
    },
  );

  it.each(['(a{1000}){1000}', '((a{100}){100}){100}', `${'a{1000}'.repeat(100)}`, `(${'[a-z]'.repeat(100)}){900}`])(
    'refuses %s, which is too large',
    (source) => {
      expect(() => new UserPattern(source)).toThrow(PatternError);
    },
  );

  it('says what to do instead of what RE2 does not know', () => {
    expect(() => new UserPattern('a(?=b)')).toThrow('Write what may stand there instead');
    expect(() => new UserPattern('(a)\\1')).toThrow('refers back to a group');
    expect(() => new UserPattern('(')).toThrow('cannot be read');
  });

  it('match as RegExp does where both can', () => {
    for (const [source, text] of [
      ['\\bfoo\\b', 'foo food foo'],
      ['(?<keep>id )\\d+', 'id 42, id 7'],
      ['^é.\\u00fc$', 'éxü'],
      ['x*', 'axxa'],
      ['(?<=k)v', 'kv v kv'],
      ['[\\w.]+@\\w+', 'a.b@c d@e'],
    ] as const) {
      const { matches, isComplete } = new UserPattern(source).matchesIn(text);
      expect(isComplete).toBe(true);
      const expected = [...text.matchAll(new RegExp(source, 'g'))].filter(([said]) => said !== '');
      expect(matches.map(({ start, end }) => text.slice(start, end))).toEqual(expected.map(([said]) => said));
    }
  });

  it.each([
    ['[[:alpha:]]-key', 'a-key'],
    ['prefix{foo|suffix}end', 'prefix{foo'],
    ['ab\\*?cde', 'abcde'],
    ['(?i:abc)d', 'ABCd'],
    ['a{2}bcd', 'aabcd'],
    ['\\Qa|b\\E', 'a|b'],
    ['abc|de', 'de'],
    ['(abc)?def', 'def'],
    ['\\x61bc', 'abc'],
    ['abcd*', 'abc'],
  ])('are looked for wherever they match: %s', (pattern, text) => {
    const own = new Redactor({ ...DEFAULT_REDACTION, patterns: [{ name: 'own', pattern }] });
    expect(own.suspectsBytes(new TextEncoder().encode(text))).toBe(true);
    expect(own.text(text)).toBe('[redacted own]');
  });

  it('globs have no bad inputs', () => {
    const glob = new Glob(`${'*a'.repeat(20)}*b`);
    expect(glob.matches('a'.repeat(100_000))).toBe(false);
    expect(glob.matches(`${'xA'.repeat(20)}B`)).toBe(true);
    expect(new Glob('ab*ba').matches('aba')).toBe(false);
  });
});
