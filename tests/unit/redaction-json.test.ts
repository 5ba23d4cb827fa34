/** JSON stays JSON of the same shape, however deep it is nested and escaped: only strings that are values change. */
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION, type RedactionSettings } from '../../core/redaction/rules';
import { Random } from '../../core/samples/random';
import { chars, secretForms } from '../fixtures/secret-forms';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const NAMES = [
  ...['password', 'token', 'secret', 'api_key', 'apiKey', 'authorization', 'X-Api-Key', 'cookie', 'signature', 'sig'],
  ...[
    'tokens',
    'max_tokens',
    'nextPageToken',
    'role',
    'content',
    'a "b" c',
    'a\\b',
    '',
    'grüße',
    'a:b',
    'x\ny',
    '{',
    '[',
  ],
];
const TEXTS = [
  '',
  ' ',
  'Hello',
  'basic functionality',
  '"',
  '\\',
  '\\"',
  "it's",
  '{"password":',
  '[',
  'ü\u0000\n\t',
  '\\u0022',
  '💥',
];

const FORMS = secretForms(new Random(1));
const SEEDS = 300;

class Data {
  readonly secrets: string[] = [];
  constructor(private readonly random: Random) {}

  value(depth: number): Json {
    const { random } = this;
    switch (random.int(0, depth > 0 ? 9 : 5)) {
      case 0:
        return random.pick([null, true, false]);
      case 1:
        return random.pick([0, -1, 12345, 1.5e-7, 4_111_111_111_111_111, 1e21]);
      case 2:
        return this.secret();
      case 3:
      case 4:
        return random.pick(TEXTS);
      case 5:
        return random.pick(TEXTS) + chars(random, 'url', random.int(4, 60)) + random.pick(TEXTS);
      case 6:
        return JSON.stringify(this.value(depth - 1), null, random.pick([0, 2]));
      case 7:
        return Array.from({ length: random.int(0, 4) }, () => this.value(depth - 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random.int(0, 5) }, () => [random.pick(NAMES), this.value(depth - 1)]),
        );
    }
  }

  private secret(): string {
    return this.random.pick(FORMS).text;
  }
}

/** Strings in place of what they say; those that hold JSON as that. */
function shapeOf(value: Json): Json {
  if (typeof value === 'string') return shapeOfText(value);
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]));
}

function shapeOfText(text: string): Json {
  const inner = parsed(text);
  return typeof inner === 'object' && inner !== null ? { inner: shapeOf(inner) } : 'text';
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function isSame(value: Json, clean: Json): void {
  const shape = shapeOf(value);
  // What stood for a secret as a whole, JSON in it included, is a text now.
  expect(withoutTaken(shape, clean)).toEqual(withoutTaken(shapeOf(clean), clean));
}

function withoutTaken(shape: Json, clean: Json): Json {
  if (typeof clean === 'string' && /^\[redacted [\w -]+\]$/.test(clean)) return 'text';
  const inner = typeof clean === 'string' ? parsed(clean) : clean;
  if (typeof clean === 'string' && typeof shape === 'object' && shape !== null && 'inner' in shape) {
    return { inner: withoutTaken((shape as { inner: Json }).inner, inner) };
  }
  if (Array.isArray(shape) && Array.isArray(clean)) return shape.map((one, i) => withoutTaken(one, clean[i] ?? null));
  if (typeof shape !== 'object' || shape === null || typeof clean !== 'object' || clean === null) return shape;
  const members = clean as { [name: string]: Json };
  return Object.fromEntries(
    Object.entries(shape).map(([name, one]) => [name, withoutTaken(one, members[name] ?? null)]),
  );
}

const SETTINGS: readonly (readonly [name: string, settings: Partial<RedactionSettings>])[] = [
  ['secrets', {}],
  ['emails and cards', { emails: true, cards: true }],
];

describe.each(SETTINGS)('JSON with rules for %s', (_, settings) => {
  const own = new Redactor({ ...DEFAULT_REDACTION, ...settings });

  it('keeps its shape', () => {
    let changed = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      const data = new Data(random);
      const value = { messages: [data.value(4), data.value(4)], password: data.value(2) };
      const text = JSON.stringify(value, null, random.pick([0, 2, '\t']));
      const clean = own.text(text);
      if (clean !== text) {
        changed++;
        expect(own.suspectsText(text)).toBe(true);
      }
      if (settings.cards) JSON.parse(clean);
      else isSame(value, JSON.parse(clean) as Json);
    }
    expect(changed).toBeGreaterThan(SEEDS / 3);
  });

  it('keeps it within a text that is none', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const data = new Data(new Random(seed));
      const value = { messages: [data.value(3), data.value(2)], token: data.value(1) };
      const lines = [JSON.stringify(value), JSON.stringify({ nested: JSON.stringify(value) })];
      const clean = own.text(`event: x\ndata: ${lines[0]}\n\ndata: ${lines[1]}\n`);
      const found = [...clean.matchAll(/^data: (.*)$/gm)].map(([, line]) => JSON.parse(line as string) as Json);
      expect(found).toHaveLength(2);
      expect(Object.keys(found[0] as object)).toEqual(['messages', 'token']);
      JSON.parse((found[1] as { nested: string }).nested);
    }
  });
});

describe('JSON', () => {
  it('keeps its shape in the value of an attribute', () => {
    const own = new Redactor(DEFAULT_REDACTION);
    const said = '[{"role":"user","content":"{\\"password\\":\\"hunter22\\",\\"token\\":12345,\\"x\\":null}"}]';
    const attributes = [{ key: 'gen_ai.input.messages', value: { stringValue: said } }];
    const span = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'op', attributes };
    const request = protobufFromTraceJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    expect(own.suspects(decodeTraces(request).batch)).toBe(true);
    expect(Buffer.from(own.redact('traces', request)).toString()).toContain(
      said.replace('hunter22', '[redacted named-secret]'),
    );
  });

  it('stays as it is written, to the last space', () => {
    const own = new Redactor(DEFAULT_REDACTION);
    const text = '{ "a" : 1.0, "b":1E2 ,"password" :\n "hunter22", "c":"\\u00e9\\/", "id":12345678901234567890 }';
    expect(own.text(text)).toBe(text.replace('hunter22', '[redacted named-secret]'));
  });

  it('stays JSON where patterns of the user match its signs and numbers', () => {
    const clean = (pattern: string, text: string): string =>
      new Redactor({ ...DEFAULT_REDACTION, patterns: [{ name: 'own', pattern }] }).text(text);
    expect(clean('"ssn":"\\d+"', '{"ssn":"123","x":"123"}')).toBe('{"ssn":"[redacted own]","x":"123"}');
    expect(clean('"ssn": ?\\d+', '{"ssn": 123, "x": 123}')).toBe('{"ssn": "[redacted own]", "x": 123}');
    expect(clean('\\d{4}', '{"pin":1234,"n":5}')).toBe('{"pin":"[redacted own]","n":5}');
    expect(clean('INT-\\d+', '{"a":"see INT-12\\n","b":[]}')).toBe('{"a":"see [redacted own]\\n","b":[]}');
    expect(clean('INT.*', '{"a":"INT-12","b":["c",1]}')).toBe(
      '{"a":"[redacted own]","b":["[redacted own]","[redacted own]"]}',
    );
  });

  it('holds a card as a number', () => {
    const own = new Redactor({ ...DEFAULT_REDACTION, cards: true });
    expect(own.text('{"card":4111111111111111,"n":4111111111111112}')).toBe(
      '{"card":"[redacted card]","n":4111111111111112}',
    );
  });
});
