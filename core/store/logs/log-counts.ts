/** Counts of log records that match: over time by level, and by what they say. */
import type { LogFacet, LogFacetQuery, LogFacets, LogHistogram, LogHistogramQuery } from '../../api/logs';
import type { KeyValue } from '../../model/json-types';
import { plainValue } from '../../model/json-types';
import { LOG_LEVELS, type LogLevel, levelOf } from '../../model/log-level';
import { rfc3339FromNs } from '../../model/time';
import { readKeyValue } from '../../otlp/proto-to-json';
import { WireReader } from '../../otlp/wire-reader';
import type { Turns } from '../../query/traceql/turns';
import { REST_KEY } from '../dictionary/part-ids';
import { BYTEA, decodeRows, INT4, INT8, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type LogReader, rangeOf } from './log-reader';

const DEFAULT_BUCKETS = 60;
const DEFAULT_VALUES = 10;
/** Keys of attributes that are counted where no fields are named. */
const USUAL_KEYS = 8;
const ENVIRONMENT = 'deployment.environment.name';
const USUAL_FIELDS = ['level', 'service', 'event', 'scope', 'env'] as const;
const USUAL: ReadonlySet<string> = new Set(USUAL_FIELDS);
/** Entries of the dictionary that one statement reads. */
const PAGE = 5_000;
/** Values that one answer counts: where there are more, it says that it did not count all records. */
const MOST_TOLD_APART = 200_000;

export class LogCounts {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly reader: LogReader,
  ) {}

  /** Without bounds, from the first record to the last. @throws SpoorError VALIDATION_ERROR */
  async histogram(query: LogHistogramQuery, signal?: AbortSignal): Promise<LogHistogram> {
    const asked = rangeOf(query);
    const search = await this.reader.searchFor(query, asked, signal);
    const extent = asked.from === null || asked.to === null ? await search.extent() : null;
    const from = asked.from ?? extent?.from ?? asked.to ?? 0n;
    const to = asked.to ?? (extent ? extent.to + 1n : from + 1n);
    const length = query.buckets ?? DEFAULT_BUCKETS;
    const width = to > from ? to - from : 1n;
    const bucketNs = (width + BigInt(length) - 1n) / BigInt(length);
    const counts = Object.fromEntries(LOG_LEVELS.map((level) => [level, new Array<number>(length).fill(0)])) as Record<
      LogLevel,
      number[]
    >;
    let total = 0;
    const add = (bucket: number, severity: number, count: number): void => {
      const row = counts[levelOf(severity)];
      const at = Math.min(Math.max(bucket, 0), length - 1);
      row[at] = (row[at] ?? 0) + count;
      total += count;
    };
    const bucketSql = `(l.time_ns - ${from}) / ${bucketNs}`;
    let complete = true;
    for await (const slice of search.slices(null)) {
      if (!complete) break;
      const rows = await search.count(
        slice,
        `${bucketSql} as bucket, l.severity::int4 as severity, count(*) as records`,
        'group by 1, 2',
      );
      for (const { bucket, severity, records } of decodeRows({ bucket: INT8, severity: INT4, records: INT8 }, rows)) {
        add(Number(bucket), severity, Number(records));
      }
      for await (const found of search.unsure(slice)) {
        for (const { row } of found) add(Number((row.time_ns - from) / bucketNs), row.severity, 1);
      }
      if (search.turns.isDue) await search.turns.end();
      complete = !search.isCut && (!search.turns.isOver || slice.isEnd);
    }
    return { from: rfc3339FromNs(from), to: rfc3339FromNs(to), bucketNs: Number(bucketNs), counts, total, complete };
  }

  /** @throws SpoorError VALIDATION_ERROR */
  async facets(query: LogFacetQuery, signal?: AbortSignal): Promise<LogFacets> {
    const search = await this.reader.searchFor(query, rangeOf(query), signal);
    const asked = fieldsIn(query);
    const keys = asked?.filter((field) => !USUAL.has(field)) ?? null;
    // Most records have attributes that no other has: they are counted for those who ask.
    const areElementsAsked = keys === null || keys.length > 0;
    const tally = new Tally();
    let complete = true;
    for await (const slice of search.slices(null)) {
      if (!complete) break;
      const fields = await search.count(
        slice,
        'l.severity::int4 as severity, l.service_id, l.scope_id, l.resource_id, l.event_name, count(*) as records',
        'group by 1, 2, 3, 4, 5',
      );
      const spec = {
        severity: INT4,
        service_id: INT4,
        scope_id: INT4,
        resource_id: INT4,
        event_name: TEXT,
        records: INT8,
      };
      for (const row of decodeRows(spec, fields)) tally.record(row, Number(row.records));
      const elements = areElementsAsked
        ? await search.count(
            slice,
            'a.id, count(*) as records',
            'group by 1',
            'cross join lateral unnest(l.attributes) as a (id)',
          )
        : [];
      for (const { id, records } of decodeRows({ id: INT4, records: INT8 }, elements))
        tally.element(id, Number(records));
      for await (const found of search.unsure(slice)) {
        for (const { row } of found) {
          tally.record(row, 1);
          if (areElementsAsked) for (const id of row.attributes) tally.element(id, 1);
        }
      }
      if (search.turns.isDue) await search.turns.end();
      const isOver = search.turns.isOver || tally.size >= MOST_TOLD_APART;
      complete = !search.isCut && (!isOver || slice.isEnd);
    }
    const { byKey, areAll } = await this.keys(tally, keys, search.turns);
    const facets = await this.named(tally, byKey, asked, query.limit ?? DEFAULT_VALUES);
    return { total: tally.total, facets, complete: complete && areAll };
  }

  private async named(
    tally: Tally,
    byKey: ReadonlyMap<string, CountedKey>,
    asked: readonly string[] | null,
    limit: number,
  ): Promise<LogFacet[]> {
    const frequent = [...byKey].sort(([a, { records: x }], [b, { records: y }]) => y - x || (a < b ? -1 : 1));
    const facets: LogFacet[] = [];
    for (const field of asked ?? [...USUAL_FIELDS, ...frequent.slice(0, USUAL_KEYS).map(([key]) => key)]) {
      const usual = await this.usual(tally, field);
      if (usual) facets.push({ field, values: mostFrequent(usual, limit), uncounted: 0 });
      else {
        const { values, inPayload } = byKey.get(field) ?? { values: new Map<string, number>(), inPayload: 0 };
        facets.push({ field, values: mostFrequent(values, limit), uncounted: inPayload });
      }
    }
    return facets;
  }

  /** Null: the field is a key of attributes. */
  private async usual(tally: Tally, field: string): Promise<Counts | null> {
    const { services, scopes, resources } = this.reader.nameBooks;
    switch (field) {
      case 'level':
        return tally.levels;
      case 'event':
        return tally.events;
      case 'service':
        return renamed(tally.services, services, (name) => name);
      case 'scope':
        return renamed(tally.scopes, scopes, (name) => name);
      case 'env':
        return renamed(tally.resources, resources, (pairs) => textOfKey(pairs, ENVIRONMENT));
      default:
        return null;
    }
  }

  /**
   * What stands in the dictionary by number, as keys with their values: where time is up, of the most frequent alone.
   * @param asked null: all keys
   */
  private async keys(
    tally: Tally,
    asked: readonly string[] | null,
    turns: Turns,
  ): Promise<{ byKey: Map<string, CountedKey>; areAll: boolean }> {
    if (asked?.length === 0) return { byKey: new Map(), areAll: true };
    const names = new Map(
      decodeRows(
        { id: INT4, key: TEXT },
        await this.sql.query('select id, key from attribute_key where workspace_id = $1', [this.workspaceId]),
      ).flatMap(({ id, key }) => (asked === null || asked.includes(key) ? [[id, key] as const] : [])),
    );
    const byKey = new Map<string, CountedKey>();
    if (names.size === 0) return { byKey, areAll: true };
    const keyOf = (id: number): CountedKey | null => {
      const name = names.get(id);
      if (name === undefined || id === REST_KEY) return null;
      const key = byKey.get(name) ?? { values: new Map<string, number>(), inPayload: 0, records: 0 };
      byKey.set(name, key);
      return key;
    };
    const ids: number[] = [];
    for (const [element, records] of tally.elements) {
      if (element > 0) ids.push(element);
      const key = element < -1 ? keyOf(-element) : null;
      if (!key) continue;
      key.inPayload += records;
      key.records += records;
    }
    const recordsOf = (id: number): number => tally.elements.get(id) ?? 0;
    ids.sort((a, b) => recordsOf(b) - recordsOf(a));
    for (let at = 0; at < ids.length; at += PAGE) {
      if (at > 0 && turns.isDue && (await turns.end())) return { byKey, areAll: false };
      const rows = await this.sql.query(
        `select id, key_id, message from attribute where workspace_id = $1 and id = any($2::int4[])
           and ($3::int4[] is null or key_id = any($3::int4[]))`,
        [this.workspaceId, ids.slice(at, at + PAGE), asked && [...names.keys()]],
      );
      for (const { id, key_id, message } of decodeRows({ id: INT4, key_id: INT4, message: BYTEA }, rows)) {
        const key = keyOf(key_id);
        if (!key) continue;
        const records = recordsOf(id);
        add(key.values, textOfPair(readKeyValue(new WireReader(message))), records);
        key.records += records;
      }
    }
    return { byKey, areAll: true };
  }
}

/** Null: the usual ones, and the most frequent keys. */
function fieldsIn({ fields }: LogFacetQuery): string[] | null {
  if (fields === undefined) return null;
  return fields
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
}

type Counts = Map<string, number>;

interface CountedKey {
  readonly values: Counts;
  inPayload: number;
  records: number;
}

class Tally {
  total = 0;
  readonly levels: Counts = new Map();
  readonly events: Counts = new Map();
  readonly services = new Map<number, number>();
  readonly scopes = new Map<number, number>();
  readonly resources = new Map<number, number>();
  /** By number in `log_record.attributes`. */
  readonly elements = new Map<number, number>();

  /** How many values it tells apart. */
  get size(): number {
    const { events, services, scopes, resources, elements } = this;
    return [events, services, scopes, resources, elements].reduce((sum, { size }) => sum + size, 0);
  }

  record(
    row: { severity: number; service_id: number; scope_id: number; resource_id: number; event_name: string },
    records: number,
  ): void {
    this.total += records;
    add(this.levels, levelOf(row.severity), records);
    add(this.events, row.event_name, records);
    add(this.services, row.service_id, records);
    add(this.scopes, row.scope_id, records);
    add(this.resources, row.resource_id, records);
  }

  element(id: number, records: number): void {
    add(this.elements, id, records);
  }
}

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

interface Named<T> {
  of(ids: Iterable<number>): Promise<(id: number) => T | undefined>;
}

/** Some at a time: what one entry says may be long. */
async function renamed<T>(
  counts: ReadonlyMap<number, number>,
  names: Named<T>,
  textOf: (one: T) => string,
): Promise<Counts> {
  const named: Counts = new Map();
  const ids = [...counts.keys()];
  for (let at = 0; at < ids.length; at += PAGE) {
    const some = ids.slice(at, at + PAGE);
    const nameOf = await names.of(some);
    for (const id of some) {
      const one = nameOf(id);
      add(named, one === undefined ? '' : textOf(one), counts.get(id) ?? 0);
    }
  }
  return named;
}

/** Without those that have no value. */
function mostFrequent(counts: Counts, limit: number): { value: string; count: number }[] {
  return [...counts]
    .filter(([value]) => value !== '')
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([value, count]) => ({ value, count }));
}

function textOfKey(pairs: readonly KeyValue[], key: string): string {
  const pair = pairs.find((one) => one.key === key);
  return pair ? textOfPair(pair) : '';
}

function textOfPair({ value }: KeyValue): string {
  const plain = plainValue(value);
  return plain === null ? '' : typeof plain === 'object' ? JSON.stringify(plain) : String(plain);
}
