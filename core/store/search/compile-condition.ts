/**
 * Compiles a TraceQL condition: each part that asks one thing of a span (its operation, its resource, one attribute ...) is
 * evaluated once over the few values there are, and becomes the numbers of those that match.
 */

import { int8FromSpanId, parseSpanId } from '../../model/ids';
import type { SpanBody } from '../../model/json-types';
import { isShortened, MAX_NAME_CHARS, shortName } from '../../model/short-name';
import { spanKindName } from '../../model/span-kind';
import { WireWriter } from '../../otlp/wire-writer';
import type { FieldExpression, Static } from '../../query/traceql/ast';
import { type Condition, conditionOf, isText, type SpanFields, textWords } from '../../query/traceql/evaluate';
import type { Turns } from '../../query/traceql/turns';
import { NO_VALUES, spanKindValue, type Value } from '../../query/traceql/values';
import { fieldsIn } from '../../query/traceql/walk';
import { hashValue, hashWord, wordsOf } from '../../search/words';
import type { BlockSummary } from '../blocks/block-summaries';
import { RAW_IN_PAYLOAD, REST_IN_PAYLOAD } from '../dictionary/part-ids';
import { decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import type { KnownParts } from './known-parts';
import type { IdLeaf, SpanCondition } from './span-condition';
import { attributeValues, bodyAttributes, bodyHasWord, bodyValues } from './stored-span';

const NOTHING: Omit<IdLeaf, 'kind'> = {
  attributes: [],
  operations: [],
  resources: [],
  scopes: [],
  payload: [],
  hashes: null,
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
    if (expression.kind === 'binary' && (expression.op === '&&' || expression.op === '||')) {
      const parts = [await this.compile(expression.left, turns), await this.compile(expression.right, turns)];
      return { kind: expression.op === '&&' ? 'and' : 'or', parts };
    }
    if (expression.kind === 'unary' && expression.op === '!') {
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
    const domains = new Set(fields.map((field) => (field.kind === 'attribute' ? field.scope : field.name)));
    const within = (...names: readonly (string | null)[]): boolean => [...domains].every((one) => names.includes(one));
    if (within('resource')) return this.resources(expression, holds, turns);
    if (within('span:name', 'span:kind')) return this.operations(expression, holds, domains.has('span:name'), turns);
    if (within('instrumentation', 'instrumentation:name', 'instrumentation:version')) {
      const scopes = await this.scopesThat(holds, turns);
      return orBeyond(leaf({ scopes }), 'scope_id', this.parts.shared.scopes.heldTo);
    }
    const column = columnSql(expression);
    if (column) return column;
    const isPresence = isNilComparison(expression);
    if (within('event', 'link', 'span:statusMessage', 'event:name', 'link:traceID', 'link:spanID')) {
      return isPresence === '='
        ? { kind: 'not', part: await this.rests(presence(expression), turns) }
        : this.rests(expression, turns);
    }
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
    const inResources = heldTo !== null || [...held.values()].some((pairs) => attributeValues(pairs, key).length > 0);
    // What the span says of itself hides what its resource says.
    const exact = !known || !inResources || isNilComparison(expression) !== null;
    return orBeyond(leaf({ ...span, resources, exact }), 'resource_id', heldTo);
  }

  private async rests(expression: FieldExpression, turns: Turns): Promise<IdLeaf> {
    const holds = conditionOf(expression, turns);
    const attributes = await idsThat(this.parts.rests, (body) => holds(bodyFields(body)), turns);
    const words = equalText(expression).flatMap(wordsOf);
    const longest = words.sort((a, b) => b.length - a.length)[0];
    const isIndexed = longest !== undefined && fieldsIn(expression).every(({ name }) => !name.startsWith('link:'));
    const ofLinks = fieldsIn(expression).some((field) => field.kind === 'attribute' && field.scope === 'link');
    return leaf({
      attributes,
      payload: [REST_IN_PAYLOAD],
      hashes: isIndexed && !ofLinks ? [hashWord(longest)] : null,
    });
  }

  private async word(word: string, turns: Turns): Promise<SpanCondition> {
    const { searchesKey } = this.parts;
    const rows = await this.sql.query(
      `select a.id, k.key from attribute a join attribute_key k on k.id = a.key_id
       where a.workspace_id = $1 and a.words @> $2::text[]`,
      [this.workspaceId, [word]],
    );
    const attributes = decodeRows({ id: INT4, key: TEXT }, rows).flatMap(({ id, key }) => (searchesKey(key) ? id : []));
    const rests = await idsThat(this.parts.rests, (body) => bodyHasWord(body, word, searchesKey), turns);
    const { held, heldTo } = this.parts.shared.operations;
    const operations = await idsThat(
      held,
      ({ name, service }) => wordsOf(name).includes(word) || wordsOf(service).includes(word),
      turns,
    );
    const known = leaf({
      attributes: [...attributes, ...rests],
      operations,
      payload: null,
      hashes: [hashWord(word)],
      word: isAscii(word) ? word : null,
    });
    return orBeyond(known, 'operation_id', heldTo);
  }

  private resourcesThat(holds: Condition, turns: Turns): Promise<number[]> {
    return idsThat(
      this.parts.shared.resources.held,
      (pairs) => holds(fieldsOf((field) => attributeValues(pairs, field.name))),
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
            const text = field.name === 'instrumentation:name' ? name : version;
            return text === '' ? NO_VALUES : [text];
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

function bodyFields(body: SpanBody): SpanFields {
  return fieldsOf((field) => {
    if (field.kind === 'attribute') return bodyAttributes(body, field.scope === 'link' ? 'link' : 'event', field.name);
    return bodyValues(body, field.name as 'event:name');
  });
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

/** The texts that `field = "text"` asks for. */
function equalText(expression: FieldExpression): string[] {
  const value = equalValue(expression);
  return value?.kind === 'string' ? [value.value] : [];
}

function equalValue(expression: FieldExpression): Static | null {
  if (expression.kind !== 'binary' || expression.op !== '=') return null;
  const sides = [expression.left, expression.right];
  if (!sides.some((side) => side.kind === 'attribute' || side.kind === 'intrinsic')) return null;
  return (
    sides.find((side): side is Static => !['attribute', 'intrinsic', 'unary', 'binary'].includes(side.kind)) ?? null
  );
}

/** Hashes of the AnyValue messages that are equal to what `attribute = value` asks for; null of another condition. */
function equalHashes(expression: FieldExpression, keyId: number): number[] | null {
  const value = equalValue(expression);
  const messages: WireWriter[] = [];
  const message = (write: (writer: WireWriter) => void): void => {
    const writer = new WireWriter(64);
    write(writer);
    messages.push(writer);
  };
  switch (value?.kind) {
    case 'string':
      message((writer) => writer.string(1, value.value));
      break;
    case 'boolean':
      message((writer) => writer.varint(2, value.value ? 1 : 0));
      break;
    case 'integer':
    case 'float':
    case 'duration':
      if (Number.isInteger(value.value)) message((writer) => writer.varint(3, BigInt.asUintN(64, BigInt(value.value))));
      message((writer) => writer.double(4, value.value));
      break;
    default:
      return null;
  }
  return messages.map((writer) => {
    const bytes = writer.finish();
    return hashValue(keyId, bytes, 0, bytes.length);
  });
}

const FLIPPED = { '=': '=', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const STATUS_SQL = { unset: 's.status not in (1, 2)', ok: 's.status = 1', error: 's.status = 2' } as const;

/** A comparison of a column of `span` with a value. */
function columnSql(expression: FieldExpression): SpanCondition | null {
  if (expression.kind !== 'binary' || !(expression.op in FLIPPED)) return null;
  const given = expression.op as keyof typeof FLIPPED;
  const isFlipped = expression.left.kind !== 'intrinsic';
  const field = isFlipped ? expression.right : expression.left;
  const value = isFlipped ? expression.left : expression.right;
  const op = isFlipped ? FLIPPED[given] : given;
  if (field.kind !== 'intrinsic') return null;
  const column = (sql: string, most = everySpan): SpanCondition => ({ kind: 'column', sql, most });
  const isEqual = op === '=';
  switch (field.name) {
    case 'span:duration': {
      if (value.kind !== 'duration' && value.kind !== 'integer' && value.kind !== 'float') return null;
      const limit = value.value;
      const isMore = op === '>' || op === '>=' || isEqual;
      return column(
        `s.duration_ns ${op === '!=' ? '<>' : op} ${Number.isSafeInteger(limit) ? limit : `'${limit}'::float8`}`,
        ({ longestNs, spans }) => (!isMore || Number(longestNs) >= limit ? spans : 0),
      );
    }
    case 'span:status':
      if (value.kind !== 'status' || (!isEqual && op !== '!=')) return null;
      if (!isEqual) return column(`not (${STATUS_SQL[value.value]})`);
      return column(STATUS_SQL[value.value], ({ errors, spans }) => (value.value === 'error' ? errors : spans));
    case 'span:parentID':
      if (value.kind === 'nil') return column(`s.parent_span_id is ${isEqual ? '' : 'not '}null`);
      return isEqual ? spanIdSql('s.parent_span_id', value) : null;
    case 'span:id':
      return isEqual ? spanIdSql('s.span_id', value) : null;
    default:
      return null;
  }
}

function spanIdSql(column: string, value: FieldExpression): SpanCondition | null {
  if (value.kind !== 'string') return null;
  const id = /^[0-9a-f]{16}$/.test(value.value) ? parseSpanId(value.value) : null;
  if (!id) return { kind: 'constant', value: false };
  return { kind: 'column', sql: `${column} = ${int8FromSpanId(id)}`, most: everySpan };
}

function isAscii(word: string): boolean {
  return /^[a-z0-9_]+$/.test(word);
}

function everySpan({ spans }: BlockSummary): number {
  return spans;
}
