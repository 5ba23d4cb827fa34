/**
 * A search for logs as SQL. What asks one thing of a record is evaluated once over the values there are (services, scopes, resources, the
 * dictionary of attributes), and becomes numbers. What may stand in a payload, in the rest of a long body, or under a name that was not
 * looked at because there are too many, makes the SQL hold for more records than match (sides.ts).
 */
import type { KeyValue } from '../../model/json-types';
import { isShortened, MAX_NAME_CHARS } from '../../model/short-name';
import { readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import { literalIn } from '../../patterns/literal';
import {
  conjunctsOf,
  type LogCondition,
  type LogLeaf,
  type LogQuery,
  type ValueTest,
} from '../../query/logs/log-query';
import { matchesText, matchesValue, NUMBER, valueHasText } from '../../query/logs/match-log';
import type { Turns } from '../../query/traceql/turns';
import { REST_KEY } from '../dictionary/part-ids';
import { BYTEA, decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient, SqlParameter } from '../sql/sql-client';
import { containing } from '../sql/where';
import type { FoundNames, LogNames } from './log-names';
import { WHOLE_BYTES } from './payload-text';
import { all, any, EVERY, exactly, isExact, NONE, not, type Sides, UNKNOWN, withText } from './sides';

/** Rows of one statement. */
const PAGE = 2_000;
/** More numbers are looked up row by row than compared with each other. */
const MOST_COMPARED = 64;
/** With more values than these, records are looked at instead. */
const MOST_VALUES = 20_000;
/** The message is all of the body. */
const IS_WHOLE = `((l.flags & 1) = 1 or octet_length(l.message) < ${WHOLE_BYTES})`;
/** The body is one text, and the message is that. */
const IS_TEXT = '(l.flags & 1) = 1';

export class LogConditions {
  readonly parameters: SqlParameter[];
  /** All values that a text may be in were looked at. */
  private knowsValues = true;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly names: LogNames,
    private readonly turns: Turns,
  ) {
    this.parameters = [workspaceId];
  }

  /** @property textInPayload what SQL does not know is whether this text is in the payload, and nothing else; null: it may be other things */
  async search(query: LogQuery): Promise<{ readonly sides: Sides; readonly textInPayload: string | null }> {
    const parts: Sides[] = [];
    const inexact: LogQuery[] = [];
    for (const one of conjunctsOf(query)) {
      const part = await this.compile(one);
      parts.push(part);
      if (!isExact(part)) inexact.push(one);
    }
    const [text] = inexact;
    const isText = inexact.length === 1 && text?.kind === 'text' && isAscii(text.text) && this.knowsValues;
    return { sides: all(parts), textInPayload: isText ? text.text : null };
  }

  async compile(query: LogQuery): Promise<Sides> {
    switch (query.kind) {
      case 'and':
      case 'or': {
        const parts: Sides[] = [];
        for (const part of query.parts) parts.push(await this.compile(part));
        return query.kind === 'and' ? all(parts) : any(parts);
      }
      case 'not':
        return not(await this.compile(query.part));
      default:
        return this.leaf(query);
    }
  }

  /** @returns how the parameter is written */
  parameter(value: SqlParameter): string {
    return `$${this.parameters.push(value)}`;
  }

  private async leaf(leaf: LogLeaf): Promise<Sides> {
    // Records are looked at instead: of them each answer takes some, and the next goes on from there.
    if (await this.isOver()) {
      this.knowsValues = false;
      return UNKNOWN;
    }
    if (leaf.kind === 'all') return EVERY;
    if (leaf.kind === 'text') return this.text(leaf.text);
    if (leaf.kind === 'pattern') return this.bodyPattern(leaf.pattern.source);
    return this.condition(leaf);
  }

  /** @throws the reason for which nobody waits any more */
  private async isOver(): Promise<boolean> {
    return this.turns.isDue && (await this.turns.end());
  }

  private async condition({ field, test }: LogCondition): Promise<Sides> {
    switch (field.of) {
      case 'severity':
        if (test.op === 'exists') return exactly('l.severity > 0');
        return test.op === 'between' ? exactly(`l.severity between ${test.least} and ${test.most}`) : NONE;
      case 'service':
        return this.service(test);
      case 'scope':
        return this.oneOf(
          'l.scope_id',
          await this.names.scopes.where((name) => matchesText(test, name, this.turns), this.turns),
        );
      case 'event':
        return this.event(test);
      case 'trace':
        if (test.op === 'exists') return exactly('l.trace_id is not null');
        return test.op === 'equals'
          ? exactly(`coalesce(l.trace_id = ${this.parameter(test.text)}::uuid, false)`)
          : NONE;
      case 'span':
        if (test.op === 'exists') return exactly('l.span_id is not null');
        return test.op === 'equals'
          ? exactly(`coalesce(l.span_id = ${this.parameter(BigInt.asIntN(64, BigInt(`0x${test.text}`)))}::int8, false)`)
          : NONE;
      case 'body':
        return having(test, this.body(test));
      case 'bodyPath':
        return { may: `not (${IS_TEXT})`, must: 'false' };
      case 'resource':
        return this.resource(field.key, test);
      case 'attribute':
        return any([await this.resource(field.key, test), having(test, await this.attribute(field.key, test))]);
    }
  }

  private async service(test: ValueTest): Promise<Sides> {
    const isOne = test.op === 'equals' && !NUMBER.test(test.text);
    const found = isOne
      ? await this.names.serviceNamed(test.text)
      : await this.names.services.where((name) => matchesText(test, name, this.turns), this.turns);
    return this.oneOf('l.service_id', found);
  }

  private async resource(key: string, test: ValueTest): Promise<Sides> {
    const has = (pairs: readonly KeyValue[]) =>
      pairs.some((pair) => pair.key === key && matchesValue(test, pair.value, this.turns));
    return this.oneOf('l.resource_id', await this.names.resources.where(has, this.turns));
  }

  private event(test: ValueTest): Sides {
    if (test.op === 'exists') return exactly(`l.event_name <> ''`);
    // Of a long name the column has the beginning.
    const mayBeLong = `char_length(l.event_name) >= ${MAX_NAME_CHARS - 1}`;
    if (test.op === 'equals' && !NUMBER.test(test.text)) {
      if (test.text.length >= MAX_NAME_CHARS - 1 || isShortened(test.text)) return { may: mayBeLong, must: 'false' };
      return exactly(`l.event_name = ${this.parameter(test.text)}`);
    }
    return { may: `l.event_name <> ''`, must: 'false' };
  }

  private body(test: ValueTest): Sides {
    if (test.op === 'exists') return { may: `(l.message <> '' or not ${IS_WHOLE})`, must: `l.message <> ''` };
    if (test.op === 'contains') return this.inBody(test.text);
    if (test.op === 'matches') return this.bodyPattern(test.pattern.source);
    if (test.op === 'equals' && !NUMBER.test(test.text) && !test.text.includes('\0')) {
      const is = `l.message = ${this.parameter(test.text)}`;
      return { may: `(${is} or not ${IS_WHOLE})`, must: `(${is} and ${IS_WHOLE})` };
    }
    if (test.op === 'glob') {
      const { literal } = test.glob;
      return { may: this.inBody(literal).may, must: 'false' };
    }
    return UNKNOWN;
  }

  /** @param text in lower case */
  private inBody(text: string): Sides {
    const has = `l.message ilike ${this.parameter(likeOf(text))}`;
    return { may: `(${has} or not ${IS_WHOLE})`, must: isAscii(text) ? has : 'false' };
  }

  private bodyPattern(source: string): Sides {
    const literal = literalIn(source);
    if (literal === null) return UNKNOWN;
    return withText({ may: this.inBody(literal.toLowerCase()).may, must: 'false' }, literal);
  }

  private async text(text: string): Promise<Sides> {
    const event = `l.event_name ilike ${this.parameter(likeOf(text))}`;
    const inEvent: Sides = {
      may: `(${event} or char_length(l.event_name) >= ${MAX_NAME_CHARS - 1})`,
      must: isAscii(text) ? event : 'false',
    };
    const inPayload: Sides = { may: 'l.payload_id <> 0', must: 'false' };
    return withText(any([this.inBody(text), inEvent, await this.valuesWith(text), inPayload]), text);
  }

  /** Records that have a value with this text in the dictionary. */
  private async valuesWith(text: string): Promise<Sides> {
    const asked = [this.workspaceId, likeOf(text), REST_KEY];
    const found = await this.entries('workspace_id = $1 and key_id <> $3 and (type = 0 or text ilike $2)', asked);
    if (!found) {
      this.knowsValues = false;
      return UNKNOWN;
    }
    return this.having(found.flatMap(({ id, pair }) => (valueHasText(pair.value, text) ? [id] : [])));
  }

  private async attribute(key: string, test: ValueTest): Promise<Sides> {
    const rows = await this.sql.query('select id from attribute_key where workspace_id = $1 and key = $2', [
      this.workspaceId,
      key.replaceAll('\0', ''),
    ]);
    const keyId = decodeRows({ id: INT4 }, rows)[0]?.id ?? null;
    // A key without a number stands in the payload with its value.
    const unnamed: Sides = { may: 'l.attributes && array[0]', must: 'false' };
    if (keyId === null || keyId === REST_KEY) return unnamed;
    const found = await this.entries('workspace_id = $1 and key_id = $2', [this.workspaceId, keyId]);
    if (!found) return UNKNOWN;
    const ids = found.flatMap(({ id, pair }) => (matchesValue(test, pair.value, this.turns) ? [id] : []));
    const inPayload = `l.attributes && array[${-keyId}]`;
    return any([
      this.having(ids),
      test.op === 'exists' ? exactly(inPayload) : { may: inPayload, must: 'false' },
      unnamed,
    ]);
  }

  private having(ids: readonly number[]): Sides {
    if (ids.length === 0) return NONE;
    const list = this.parameter(ids);
    return exactly(
      ids.length <= MOST_COMPARED
        ? `l.attributes && ${list}::int4[]`
        : `exists (select 1 from unnest(l.attributes) as a (id) where a.id = any(${list}::int4[]))`,
    );
  }

  private oneOf(column: string, { ids, lookedTo }: FoundNames): Sides {
    const found = ids.length === 0 ? NONE : exactly(`${column} = any(${this.parameter(ids)}::int4[])`);
    return lookedTo === null ? found : any([found, { may: `${column} > ${lookedTo}`, must: 'false' }]);
  }

  /** Entries of the dictionary; null: too many, for a search or for its time. */
  private async entries(where: string, parameters: readonly SqlParameter[]) {
    const found: { id: number; pair: KeyValue }[] = [];
    for (let last = 0; ; ) {
      const rows = decodeRows(
        { id: INT4, message: BYTEA },
        await this.sql.query(
          `select id, message from (select id, message from attribute where ${where} and id > ${last} offset 0) a order by id limit ${PAGE}`,
          parameters,
        ),
      );
      for (const { id, message } of rows) found.push({ id, pair: readKeyValue(new WireReader(message)) });
      if (rows.length < PAGE) return found;
      if (found.length > MOST_VALUES || (await this.isOver())) return null;
      last = (rows.at(-1) as { id: number }).id;
    }
  }
}

/** What passes the test of its body or of an attribute has its text. */
function having(test: ValueTest, sides: Sides): Sides {
  if (test.op === 'equals' && !NUMBER.test(test.text)) return withText(sides, test.text);
  if (test.op === 'contains') return withText(sides, test.text);
  if (test.op === 'glob') return withText(sides, test.glob.literal);
  return sides;
}

/** What is not ASCII is lower case in some databases and not in others: it is looked at on the record. */
function likeOf(text: string): string {
  return containing(text.replaceAll('\0', '')).replace(/[^ -~]+/g, '%');
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}
