/**
 * JSON Schemas of users, within steps. A schema of a hundred bytes can ask for any amount of work: references that double what they
 * refer to, or items that are compared with all others. So each part of a schema is charged when a value is held against it.
 */
import { Ajv2020 } from 'ajv/dist/2020';
import { type StepBudget, stepBudget, UserPattern } from '../patterns/user-pattern';
import { short } from './evaluator-name';

/** Of a schema: its objects, lists and values together. */
const MAX_PARTS = 5_000;
const MAX_DEPTH = 100;
const MAX_PATTERNS = 100;
/** For any answer, and for each of its characters; a part of a schema and a value that it is held against are one. */
const STEPS_FOR_ANY = 5_000_000;
const STEPS_A_CHAR = 50;
/** Not a word of JSON Schema: what the part of the schema that it stands in costs. */
const COST = 'spoor-cost';

/** What cannot be told of an answer is not that it is wrong. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked';
}

/** Why a schema cannot be held against anything. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

interface Budget {
  steps: number;
  patterns: StepBudget;
}

/**
 * @param isNew whether it is held against the schema of schemas, which takes longer than holding an answer against it
 * @returns what is wrong with a value, or null; it may throw Unchecked
 * @throws Error for what is no schema, or too large a one
 */
export function compileSchema(schema: unknown, isNew: boolean): (value: unknown, chars: number) => string | null {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    throw new SchemaError('a JSON Schema is an object');
  }
  checkParts(schema);
  // Schemas are held against a schema, too.
  const budget: Budget = { steps: STEPS_FOR_ANY, patterns: stepBudget(0) };
  // One each time: schemas that name themselves alike do not meet.
  const ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    validateSchema: isNew,
    meta: isNew,
    logger: false,
    // Written out wherever it is referred to, a part would become many.
    inlineRefs: false,
    code: { regExp: patternsWithin(budget) },
  });
  addCounted(ajv, budget);
  const check = ajv.compile(typeof schema === 'boolean' ? schema : (priced(schema) as object));
  return (value, chars) => {
    budget.steps = STEPS_FOR_ANY + STEPS_A_CHAR * chars;
    budget.patterns = stepBudget(chars);
    if (fits(() => check(value))) return null;
    const [problem] = check.errors ?? [];
    return `${problem?.instancePath || 'It'} ${problem?.message ?? 'does not fit'}.`;
  };
}

function fits(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    // A schema that refers to itself without end, or an answer that is nested as deep as the stack.
    if (error instanceof RangeError)
      throw new Unchecked('It was not checked: the schema goes deeper than can be followed.');
    throw error;
  }
}

function charge(budget: Budget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0)
    throw new Unchecked('It was not checked: the schema takes too many steps in an answer this long.');
}

function addCounted(ajv: Ajv2020, budget: Budget): void {
  ajv.addKeyword({
    keyword: COST,
    schemaType: 'number',
    errors: false,
    validate: (cost: number, value: unknown) => {
      charge(budget, cost * (1 + lengthOf(value)));
      return true;
    },
  });
  // By what they are as text, not each with each.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (areUnique: boolean, items: readonly unknown[]) => {
      if (!areUnique) return true;
      const seen = new Set<string>();
      for (const item of items) {
        const text = canonical(item);
        charge(budget, 1 + text.length);
        seen.add(text);
      }
      return seen.size === items.length;
    },
  });
}

function lengthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

/** Equal for values that JSON Schema calls equal: the order of keys says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Patterns in a schema, as Ajv asks for them. */
function patternsWithin(budget: Budget) {
  let count = 0;
  const compile = (source: string) => {
    if (++count > MAX_PATTERNS) throw new SchemaError(`a schema has at most ${MAX_PATTERNS} patterns`);
    const pattern = new UserPattern(source);
    const test = (text: string): boolean => {
      const found = pattern.isIn(text, budget.patterns);
      if (found !== null) return found;
      throw new Unchecked(
        `It was not checked: the pattern “${short(source)}” takes too many steps in a text this long.`,
      );
    };
    return { test, toString: () => JSON.stringify(source) };
  };
  return Object.assign(compile, { code: 'pattern' });
}

/** Values as they stand. A reference that leads into one would find a schema that nothing is charged for. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired']);
/** What is below has names of its own, and behind each a schema. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
]);

/** A copy in which each part says what it costs, without the parts within. */
function priced(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(priced);
  if (typeof schema !== 'object' || schema === null) return schema;
  let cost = 1;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    cost += 1 + (VALUES.has(key) ? partsOf(value) : lengthOf(value));
    if (VALUES.has(key)) return [key, value];
    if (!NAMED.has(key) || typeof value !== 'object' || value === null) return [key, priced(value)];
    return [key, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, priced(part)]))];
  });
  return Object.fromEntries([...entries.filter(([key]) => key !== COST), [COST, cost]]);
}

function checkParts(schema: unknown): void {
  if (partsOf(schema) > MAX_PARTS) throw new SchemaError(`a schema has at most ${MAX_PARTS} parts`);
}

/** @throws SchemaError for what is nested too deep, or refers to what is no schema */
function partsOf(whole: unknown): number {
  let parts = 0;
  const open: [part: unknown, depth: number][] = [[whole, 0]];
  for (let one = open.pop(); one; one = open.pop()) {
    const [part, depth] = one;
    parts++;
    if (depth > MAX_DEPTH) throw new SchemaError(`a schema is nested at most ${MAX_DEPTH} deep`);
    if (typeof part !== 'object' || part === null) continue;
    for (const [key, value] of Object.entries(part)) {
      if (key === '$ref' && typeof value === 'string' && leadsIntoValues(value)) {
        throw new SchemaError(`$ref leads to ${short(value)}, which is no schema`);
      }
      open.push([value, depth + 1]);
    }
  }
  return parts;
}

function leadsIntoValues(reference: string): boolean {
  const pointer = reference.split('#')[1] ?? '';
  return pointer.split('/').some((step) => {
    try {
      return VALUES.has(decodeURIComponent(step));
    } catch {
      return true;
    }
  });
}
