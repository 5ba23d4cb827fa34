/**
 * Compiles a TraceQL condition: each part that asks one thing of a span (its operation, its resource, one attribute ...) is
 * evaluated once over the few values there are, and becomes the numbers of those that match.
 */

import type { SpanBody } from '../../model/json-types';
import { isShortened, MAX_NAME_CHARS, shortName } from '../../model/short-name';
import { spanKindName } from '../../model/span-kind';
import type { Field, FieldExpression } from '../../query/traceql/ast';
import { type Condition, conditionOf, type SpanFields, textWords } from '../../query/traceql/evaluate';
import {
  conjuncts,
  countOfPart,
  holdsOfAll,
  isNegation,
  PARTS,
  type Part,
  speaksOfOne,
} from '../../query/traceql/one-part';
import type { Turns } from '../../query/traceql/turns';
import { NO_VALUES, spanKindValue, type Value } from '../../query/traceql/values';
import { fieldsIn, isText } from '../../query/traceql/walk';
import { hashWord, termsOf, termsOfWord, textHasWord } from '../../search/words';
import { RAW_IN_PAYLOAD, REST_IN_PAYLOAD } from '../dictionary/part-ids';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { attributesWithWord } from './attributes-with-word';
import { columnSql, everySpan } from './column-condition';
import { equalHashes, equalText, equalValue } from './equal-values';
import type { KnownParts } from './known-parts';
import type { IdLeaf, SpanCondition } from './span-condition';
import { attributeValues, bodyAttributes, bodyHasWord, bodyValues, partsOf, resourceValues } from './stored-span';

/** Of a text that is looked for, so many tell enough. */
const MOST_TERMS = 16;

const NOTHING: Omit<IdLeaf, 'kind'> = {
  attributes: [],
  operations: [],
  resources: [],
  scopes: [],
  payload: [],
  hashes: null,
  ofWords: false,
  exact: true,
  word: null,
};

function leaf(parts: Partial<IdLeaf>): IdLeaf {
  return { ...NOTHING, ...parts, kind: 'ids' };
}

export class ConditionCompiler {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly parts: KnownParts,
  ) {}

  /** `parts` has been refreshed. @throws TraceqlSyntaxError */
  async compile(expression: FieldExpression, turns: Turns): Promise<SpanCondition> {
    const bound = PARTS.filter((part) => speaksOfOne(expression, part));
    if (expression.kind === 'binary' && expression.op === '&&' && bound.length > 0) {
      return this.ofOnePart(expression, bound, turns);
    }
    if (expression.kind === 'binary' && (expression.op === '&&' || expression.op === '||')) {
      const parts = [await this.compile(expression.left, turns), await this.compile(expression.right, turns)];
      return { kind: expression.op === '&&' ? 'and' : 'or', parts };
    }
    if (expression.kind === 'unary' && isNegation(expression)) {
      return { kind: 'not', part: await this.compile(expression.operand, turns) };
    }
    if (expression.kind === 'binary' && isText(expression.left)) {
      const parts: SpanCondition[] = [];
      for (const word of textWords(expression)) parts.push(await this.word(word, turns));
      const has: SpanCondition = { kind: 'and', parts };
      return expression.op === '=' ? has : { kind: 'not', part: has };
    }
    return this.compileLeaf(expression, turns);
  }

  /** Conditions that have to hold of one event or link together: each by itself finds the blocks, together they decide. */
  private async ofOnePart(expression: FieldExpression, bound: readonly Part[], turns: Turns): Promise<SpanCondition> {
    const all = conjuncts(expression);
    const together = all.filter((one) => bound.some((part) => countOfPart(one, part) > 0));
    const apart = all.filter((one) => !together.includes(one) || bound.every((part) => holdsOfAll(one, part)));
    const parts: SpanCondition[] = [];
    for (const one of apart) parts.push(await this.compile(one, turns));
    const whole = together.reduce((left, right) => ({ kind: 'binary', op: '&&', left, right, at: 0 }));
    const isOfRests = fieldsIn(whole).every((field) => REST_DOMAINS.has(domainOf(field)));
    parts.push(isOfRests ? await this.rests(whole, turns) : { kind: 'unknown' });
    return { kind: 'and', parts };
  }

  /** Whether the message of a span may have to say what the span is called. */
  readsNames(expression: FieldExpression): boolean {
    if (!fieldsIn(expression).some(({ name }) => name === 'span:name')) return false;
    return this.parts.shared.operations.heldTo !== null || this.shortenedNames(expression).length > 0;
  }

  private async compileLeaf(expression: FieldExpression, turns: Turns): Promise<SpanCondition> {
    const fields = fieldsIn(expression);
    const holds = conditionOf(expression, turns);
    const [first] = fields;
    if (!first) return { kind: 'constant', value: holds(fieldsOf(() => NO_VALUES)) };
    const domains = new Set(fields.map(domainOf));
    const within = (...names: readonly (string | null)[]): boolean => [...domains].every((one) => names.includes(one));
    if (within('resource')) return this.resources(expression, holds, turns);
    if (within('span:name', 'span:kind')) return this.operations(expression, holds, domains.has('span:name'), turns);
    if (within('instrumentation', 'instrumentation:name', 'instrumentation:version')) {
      const scopes = await this.scopesThat(holds, turns);
      return orBeyond(leaf({ scopes }), 'scope_id', this.parts.shared.scopes.heldTo);
    }
    const column = columnSql(expression);
    if (column) return column;
    if (within(...REST_DOMAINS)) return this.rests(expression, turns);
    const isPresence = isNilComparison(expression);
    const names = new Set(fields.map((field) => field.name));
    if (!within('span', null) || names.size !== 1 || domains.size !== 1) return { kind: 'unknown' };
    if (isPresence === '=')
      return { kind: 'not', part: await this.attribute(presence(expression), first.name, domains, turns) };
    return this.attribute(expression, first.name, domains, turns);
  }

  /** What a span is called, or its kind. */
  private async operations(
    expression: FieldExpression,
    holds: Condition,
    isName: boolean,
    turns: Turns,
  ): Promise<SpanCondition> {
    const { heldTo } = this.parts.shared.operations;
    const name = isName ? equalText(expression)[0] : undefined;
    const ids = await this.operationsThat(holds, turns);
    const shortened = isName ? this.shortenedNames(expression) : [];
    // One name is found by itself, however many there are.
    const isOne = heldTo !== null && name !== undefined;
    if (isOne) ids.push(...(await this.operationsNamed('o.name', shortName(name), heldTo)));
    const known = orBeyond(leaf({ operations: ids }), 'operation_id', isOne ? null : heldTo);
    if (shortened.length === 0 && (!isOne || name.length <= MAX_NAME_CHARS)) return known;
    // What such a span is called stands in its message.
    const others = leaf({ operations: isOne ? ids : shortened });
    const whole: SpanCondition = { kind: 'and', parts: [others, { kind: 'unknown' }] };
    return { kind: 'or', parts: [{ kind: 'and', parts: [known, { kind: 'not', part: others }] }, whole] };
  }

  private async resources(expression: FieldExpression, holds: Condition, turns: Turns): Promise<SpanCondition> {
    const { heldTo } = this.parts.shared.resources;
    const known = leaf({ resources: await this.resourcesThat(holds, turns) });
    const service = serviceOf(expression);
    if (heldTo === null || service === null) return orBeyond(known, 'resource_id', heldTo);
    // Operations tell services apart where resources are too many.
    const operations = await this.operationsNamed('s.name', shortName(service), -1);
    const beyond: SpanCondition = { kind: 'and', parts: [leaf({ operations }), beyondSql('resource_id', heldTo)] };
    return { kind: 'or', parts: [known, { kind: 'and', parts: [beyond, { kind: 'unknown' }] }] };
  }

  /** @param after numbers above this one */
  private async operationsNamed(column: 'o.name' | 's.name', name: string, after: number): Promise<number[]> {
    const rows = await this.sql.query(
      `select o.id from operation o join service s on s.id = o.service_id
       where o.workspace_id = $1 and ${column} = $2 and o.id > $3`,
      [this.workspaceId, name, after],
    );
    return decodeRows({ id: INT4 }, rows).map(({ id }) => id);
  }

  private async attribute(
    expression: FieldExpression,
    key: string,
    domains: ReadonlySet<string | null>,
    turns: Turns,
  ): Promise<SpanCondition> {
    const holds = conditionOf(expression, turns);
    const known = await this.parts.valuesOf(key);
    const matches = (value: Value | null): boolean => value !== null && holds(fieldsOf(() => [value]));
    const attributes = known ? await idsThat(known.values, matches, turns) : [];
    const payload: number[] = [RAW_IN_PAYLOAD];
    // That the value is in a payload says that it is there.
    if (known) (isNilComparison(expression) ? attributes : payload).push(-known.keyId);
    const span = { attributes, payload, hashes: known ? equalHashes(expression, known.keyId) : [] };
    if (domains.has('span')) return leaf(span);
    const resources = await this.resourcesThat(holds, turns);
    const { held, heldTo } = this.parts.shared.resources;
    const inResources = heldTo !== null || [...held.values()].some((pairs) => resourceValues(pairs, key).length > 0);
    // What the span says of itself hides what its resource says.
    const exact = !known || !inResources || isNilComparison(expression) !== null;
    return orBeyond(leaf({ ...span, resources, exact }), 'resource_id', heldTo);
  }

  private async rests(expression: FieldExpression, turns: Turns): Promise<SpanCondition> {
    const holds = conditionOf(expression, turns);
    // Spans without events, links and status message have no such part: what holds of them is found by what does not.
    if (holds(bodyFields(NO_REST))) {
      const others = await idsThat(this.parts.rests, (body) => !holds(bodyFields(body)), turns);
      return { kind: 'not', part: leaf({ attributes: others, payload: [REST_IN_PAYLOAD] }) };
    }
    const attributes = await idsThat(this.parts.rests, (body) => holds(bodyFields(body)), turns);
    const terms = equalText(expression)
      .flatMap(termsOf)
      .sort((a, b) => b.length - a.length);
    const isIndexed = terms.length > 0 && fieldsIn(expression).every(({ name }) => !name.startsWith('link:'));
    const ofLinks = fieldsIn(expression).some((field) => field.kind === 'attribute' && field.scope === 'link');
    return leaf({
      attributes,
      payload: [REST_IN_PAYLOAD],
      hashes: isIndexed && !ofLinks ? [terms.slice(0, MOST_TERMS).map(hashWord)] : null,
      ofWords: true,
    });
  }

  private async word(word: string, turns: Turns): Promise<SpanCondition> {
    const { searchesKey } = this.parts;
    const terms = termsOfWord(word);
    const attributes = await attributesWithWord(this.sql, this.workspaceId, word, searchesKey, turns);
    const rests = await idsThat(this.parts.rests, (body) => bodyHasWord(body, word, searchesKey), turns);
    const { held, heldTo } = this.parts.shared.operations;
    const operations = await idsThat(
      held,
      ({ name, service }) => textHasWord(name, word) || textHasWord(service, word),
      turns,
    );
    const known = leaf({
      attributes: [...attributes, ...rests],
      operations,
      payload: null,
      hashes: [terms.map(hashWord)],
      ofWords: true,
      word: isAscii(word) ? word : null,
    });
    return orBeyond(known, 'operation_id', heldTo);
  }

  private resourcesThat(holds: Condition, turns: Turns): Promise<number[]> {
    return idsThat(
      this.parts.shared.resources.held,
      (pairs) => holds(fieldsOf((field) => resourceValues(pairs, field.name))),
      turns,
    );
  }

  private operationsThat(holds: Condition, turns: Turns): Promise<number[]> {
    return idsThat(
      this.parts.shared.operations.held,
      ({ name, kind }) =>
        holds(fieldsOf((field) => [field.name === 'span:name' ? name : spanKindValue(spanKindName(kind))])),
      turns,
    );
  }

  /** Operations of which only the beginning of the name is known, where a condition may hold for the whole. */
  private shortenedNames(expression: FieldExpression): number[] {
    const value = equalValue(expression);
    if (value?.kind === 'string' && value.value.length <= MAX_NAME_CHARS) return [];
    const wanted = value?.kind === 'string' ? shortName(value.value) : null;
    return [...this.parts.shared.operations.held]
      .filter(([, { name }]) => (wanted === null ? isShortened(name) : name === wanted))
      .map(([id]) => id);
  }

  private scopesThat(holds: Condition, turns: Turns): Promise<number[]> {
    return idsThat(
      this.parts.shared.scopes.held,
      ({ name, version, attributes }) =>
        holds(
          fieldsOf((field) => {
            if (field.kind === 'attribute') return attributeValues(attributes, field.name);
            return [field.name === 'instrumentation:name' ? name : version];
          }),
        ),
      turns,
    );
  }
}

async function idsThat<T>(known: ReadonlyMap<number, T>, holds: (one: T) => boolean, turns: Turns): Promise<number[]> {
  const ids: number[] = [];
  for (const [id, one] of known) {
    if (turns.isDue) await turns.end();
    if (holds(one)) ids.push(id);
  }
  return ids;
}

/** One has to look at spans whose number is not among those in memory. */
function orBeyond(
  known: SpanCondition,
  column: 'operation_id' | 'resource_id' | 'scope_id',
  heldTo: number | null,
): SpanCondition {
  if (heldTo === null) return known;
  const beyond: SpanCondition = { kind: 'and', parts: [beyondSql(column, heldTo), { kind: 'unknown' }] };
  return { kind: 'or', parts: [known, beyond] };
}

function beyondSql(column: string, heldTo: number): SpanCondition {
  return { kind: 'column', sql: `s.${column} > ${heldTo}`, most: everySpan };
}

/** The service that `resource.service.name = "text"` asks for. */
function serviceOf(expression: FieldExpression): string | null {
  const [field] = fieldsIn(expression);
  return field?.name === 'service.name' ? (equalText(expression)[0] ?? null) : null;
}

function fieldsOf(values: SpanFields['values']): SpanFields {
  return { values, hasWord: () => false };
}

/** What conditions on rests of messages ask for. */
const REST_DOMAINS: ReadonlySet<string | null> = new Set([
  'event',
  'link',
  'span:statusMessage',
  'event:name',
  'link:traceID',
  'link:spanID',
]);

function domainOf(field: Field): string | null {
  if (field.kind === 'parent') return 'parent';
  return field.kind === 'attribute' ? field.scope : field.name;
}

const NO_REST: SpanBody = {
  name: null,
  traceState: '',
  flags: 0,
  attributes: [],
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  status: { code: 0, message: '' },
};

function bodyFields(body: SpanBody): SpanFields {
  const fields: SpanFields = {
    ...fieldsOf((field) => {
      if (field.kind === 'attribute')
        return bodyAttributes(body, field.scope === 'link' ? 'link' : 'event', field.name);
      return bodyValues(body, field.name as 'event:name');
    }),
    parts: (part) => partsOf(fields, body, part, null),
  };
  return fields;
}

/** The operator of a comparison with `nil`; null of anything else. */
function isNilComparison(expression: FieldExpression): '=' | '!=' | null {
  if (expression.kind !== 'binary' || (expression.op !== '=' && expression.op !== '!=')) return null;
  return expression.left.kind === 'nil' || expression.right.kind === 'nil' ? expression.op : null;
}

/** The same question the other way round. */
function presence(expression: FieldExpression): FieldExpression {
  return expression.kind === 'binary' ? { ...expression, op: '!=' } : expression;
}

function isAscii(word: string): boolean {
  return /^[a-z0-9_]+$/.test(word);
}
