/** Rules and patterns held against texts of hostile shapes: secrets go, steps stay in proportion, and what cannot be used says so. */
import { compileSchema, SchemaError, Unchecked } from '../../core/evaluation/json-schema';
import { Glob } from '../../core/patterns/glob';
import { stepBudget, UserPattern } from '../../core/patterns/user-pattern';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import type { HostileKind } from './kind';
import { type Random, repeats } from './random';

const PIECES = [
  'eyJ',
  '-eyJaaaaaaaa.',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  'Bearer ',
  'AKIA',
  'aws_secret_access_key = ',
  'ghp_aaaa',
  'sk-ant-',
  'xoxb-',
  '://a:b',
  '"password":"',
  'token=',
  'a@b.cc.dd.',
  '4111 1111 1111 1112 ',
  'ZXlK',
  'c2st.',
  '{',
  '[{"',
  '{\\"token\\":\\"',
  '\\',
  '\\\\"',
  '"secret":["',
  '--token ',
  '\npassword: ',
  '\\u0026token=',
  '\u0000',
  '\ud800',
  'é',
  ' ',
  '\n',
];
/** One of each that no neighbour makes into something else. */
const SECRETS = [
  'AKIAQ3EGRTYUIO7PASDF',
  'ghp_Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z0A7c',
  'xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx',
];
const STEPS_A_CHAR = 400;
const REDACTOR = new Redactor({ ...DEFAULT_REDACTION, emails: true, cards: true });

function drawText(random: Random): string {
  const parts = Array.from({ length: 1 + random.below(5) }, () =>
    random.pick(PIECES).repeat(random.below(4) === 0 ? repeats(random) : 1 + random.below(3)),
  );
  return parts.join('');
}

function drawSecret(random: Random): Uint8Array {
  const [before, behind] = [drawText(random), drawText(random)];
  return Buffer.from(random.below(2) === 0 ? before : `${before}\n${random.pick(SECRETS)}\n${behind}`);
}

function redacts(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString();
  const bound = STEPS_A_CHAR * bytes.length + 50_000;
  const before = REDACTOR.steps.count;
  const cleaned = REDACTOR.text(text);
  const between = REDACTOR.steps.count;
  if (between - before > bound) return `${between - before} steps for ${bytes.length} bytes`;
  const left = SECRETS.find((secret) => cleaned.includes(secret));
  if (left !== undefined) return `left ${left}`;
  const isSuspected = REDACTOR.suspectsBytes(bytes);
  if (!isSuspected && SECRETS.some((secret) => text.includes(secret))) return 'suspected nothing';
  const scan = REDACTOR.steps.count - between;
  return scan > bound ? `${scan} steps to scan ${bytes.length} bytes` : null;
}

const REGEX = ['a', 'a+', '(a+)+', '(a|aa)*', '.*', '(x+x+)+y', '[^a]', '\\b', '^', '$', '(', ')', '|', '?', '{1000}'];
const MORE_REGEX = [
  '{2,}',
  '[a-',
  ']',
  '\\pL',
  '(?i)',
  '(?<keep>a)',
  '(?=a)',
  '\\1',
  '\\',
  '(?:',
  '\u0000',
  '\ud800',
  '*',
];

function drawPattern(random: Random): Uint8Array {
  const all = [...REGEX, ...MORE_REGEX];
  const source = Array.from({ length: 1 + random.below(8) }, () => random.pick(all)).join('');
  const repeated = random.below(10) === 0 ? source.repeat(1 + random.below(300)) : source;
  const text = random.pick(['a', 'x', 'ab', ' ', 'é', '\n']).repeat(repeats(random));
  return Buffer.from(JSON.stringify([repeated, `${text}!`]));
}

function matches(bytes: Uint8Array): string | null {
  const [source, text] = JSON.parse(Buffer.from(bytes).toString()) as [string, string];
  new Glob(source).matches(text);
  const pattern = new UserPattern(source, { ignoreCase: true });
  const budget = stepBudget(text.length);
  const before = budget.left;
  const { matches: found } = pattern.matchesIn(text, budget);
  pattern.isIn(text, budget);
  if (budget.left > before) return 'gave steps back';
  return found.every(({ start, keep, end }) => start <= keep && keep < end && end <= text.length)
    ? null
    : 'out of place';
}

function schema(random: Random, depth: number): unknown {
  if (depth === 0) return random.pick([true, false, {}, { type: 'string' }, { $ref: '#' }, null, 7]);
  const inner = () => schema(random, depth - 1);
  const many = () => Array.from({ length: random.below(4) }, inner);
  return random.pick<() => unknown>([
    () => ({ allOf: many() }),
    () => ({ anyOf: [inner(), { $ref: '#' }] }),
    () => ({ items: inner(), uniqueItems: true }),
    () => ({ properties: { a: inner(), __proto__: inner() }, required: ['a'] }),
    () => ({ patternProperties: { '(a+)+$': inner() } }),
    () => ({ type: 'string', pattern: random.pick(REGEX).repeat(1 + random.below(5)) }),
    () => ({ $defs: { x: inner(), y: { allOf: [{ $ref: '#/$defs/x' }, { $ref: '#/$defs/x' }] } }, $ref: '#/$defs/y' }),
    () => ({ $dynamicRef: '#a', $dynamicAnchor: 'a', not: inner() }),
    () => ({ const: inner(), enum: many() }),
    () => ({ $id: 'http://x/y', if: inner(), else: inner() }),
    () => ({ unevaluatedProperties: inner(), dependentSchemas: { a: inner() } }),
  ])();
}

function drawSchema(random: Random): Uint8Array {
  const value = random.pick<unknown>([
    'a'.repeat(repeats(random)),
    { a: { a: [1, 1] } },
    Array(repeats(random)).fill('a'),
    1,
  ]);
  return Buffer.from(JSON.stringify([schema(random, random.below(5)), value]));
}

function fits(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString();
  const [given, value] = JSON.parse(text) as [unknown, unknown];
  let check: ReturnType<typeof compileSchema>;
  try {
    // Held against the schema of schemas takes longer than all else.
    check = compileSchema(given, text.length % 16 === 0);
  } catch (error) {
    if (error instanceof SchemaError) return null;
    // What Ajv refuses it refuses by an Error of its own.
    return error instanceof Error && !(error instanceof RangeError) ? null : String(error);
  }
  try {
    check(value, text.length);
  } catch (error) {
    if (!(error instanceof Unchecked)) throw error;
  }
  return null;
}

export const RULE_KINDS: readonly HostileKind[] = [
  { name: 'redaction', draw: drawSecret, run: redacts },
  { name: 'patterns', draw: drawPattern, run: matches },
  { name: 'JSON schemas', draw: drawSchema, run: fits },
];
