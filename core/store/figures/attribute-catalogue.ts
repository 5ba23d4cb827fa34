/**
 * Which attributes there are, how many values each has, and which are frequent. Counts come from the summaries of blocks; blocks
 * that are open, or lie across a bound of the time range, are counted by SQL.
 */
import type { AttributeKey, AttributeQuery, AttributeValue } from '../../api/attributes';
import type { CountedPage } from '../../api/page';
import { SpoorError } from '../../model/errors';
import type { KeyValue } from '../../model/json-types';
import { plainValue } from '../../model/json-types';
import { shortName } from '../../model/short-name';
import type { BlockSummaries, BlockSummary } from '../blocks/block-summaries';
import type { BlockTerms } from '../blocks/block-terms';
import { deletedTerms, isStanding } from '../blocks/deleted-counts';
import { REST_KEY } from '../dictionary/part-ids';
import { FreshParts, HELD, type HeldLimits, resourceAttributes, type SharedPart } from '../dictionary/shared-parts';
import { countedPage } from '../sql/offset-page';
import { decodeRows, INT4, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { containing, timeBound } from '../sql/where';

const DEFAULT_VALUES = 20;
/** Values looked up by one statement: some tens of milliseconds. */
const VALUES_AT_ONCE = 10_000;
/** Blocks counted by one statement: about 20 ms. */
const SLICE = 2;

/** Spans by what they have. */
interface Counts {
  /** By element of `span.attributes`: an attribute's number, or a key's below 0. */
  readonly attributes: Map<number, number>;
  /** Of those resources that are held. */
  readonly resources: Map<number, number>;
  /** What they say. */
  readonly held: ReadonlyMap<number, readonly KeyValue[]>;
  /** Whether all resources are held. */
  readonly isWhole: boolean;
}

export class AttributeCatalogue {
  private readonly resources: SharedPart<readonly KeyValue[]>;
  private readonly fresh: FreshParts;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly blocks: BlockSummaries,
    limits: Pick<HeldLimits, 'messages' | 'messageBytes'> = HELD,
  ) {
    this.resources = resourceAttributes(sql, workspaceId, limits);
    this.fresh = new FreshParts(sql, workspaceId, [this.resources]);
  }

  /** Keys as TraceQL writes them, the most frequent first. @throws SpoorError VALIDATION_ERROR */
  async keys(query: AttributeQuery): Promise<CountedPage<AttributeKey>> {
    const counts = await this.counts(query);
    const rows = decodeRows(
      { id: INT4, key: TEXT, value_count: INT4 },
      await this.sql.query('select id, key, value_count from attribute_key where workspace_id = $1 and id <> $2', [
        this.workspaceId,
        REST_KEY,
      ]),
    );
    const spans = await this.spansByKey(counts.attributes);
    const keys: AttributeKey[] = rows.map(({ id, key, value_count }) => ({
      key: `span.${key}`,
      valueCount: value_count,
      complete: !counts.attributes.has(-id),
      spanCount: spans.get(id) ?? 0,
    }));
    const ofResources = new Map<string, { values: Set<string>; spans: number }>();
    for (const [id, attributes] of counts.held) {
      for (const { key, value } of attributes) {
        let entry = ofResources.get(key);
        if (!entry) {
          entry = { values: new Set(), spans: 0 };
          ofResources.set(key, entry);
        }
        entry.values.add(textOf(value));
        entry.spans += counts.resources.get(id) ?? 0;
      }
    }
    for (const [key, { values, spans: spanCount }] of ofResources) {
      keys.push({ key: `resource.${shortName(key)}`, valueCount: values.size, complete: counts.isWhole, spanCount });
    }
    const wanted = query.query?.toLowerCase() ?? '';
    const found = keys
      .filter(({ key, spanCount }) => spanCount > 0 && key.toLowerCase().includes(wanted))
      .sort((a, b) => b.spanCount - a.spanCount || (a.key < b.key ? -1 : 1));
    return countedPage(found, query);
  }

  /** The most frequent values of a key. @throws SpoorError VALIDATION_ERROR for a key without its scope */
  async values(name: string, query: AttributeQuery): Promise<CountedPage<AttributeValue>> {
    const [, scope, key = ''] = /^(span|resource)\.(.+)$/s.exec(name) ?? [];
    if (scope === undefined) {
      throw new SpoorError('VALIDATION_ERROR', `${name} has no scope; write span.${name} or resource.${name}.`, [
        { field: 'key', code: 'no_scope', message: 'begins with span. or resource.' },
      ]);
    }
    const counts = await this.counts(query);
    const values = scope === 'span' ? await this.spanValues(key, query, counts) : this.resourceValues(key, counts);
    const wanted = query.query?.toLowerCase() ?? '';
    const found = values
      .filter(({ value, spanCount }) => spanCount > 0 && value.toLowerCase().includes(wanted))
      .sort((a, b) => b.spanCount - a.spanCount || (a.value < b.value ? -1 : 1));
    return countedPage(found, { ...query, limit: query.limit ?? DEFAULT_VALUES });
  }

  private async spanValues(key: string, query: AttributeQuery, counts: Counts): Promise<AttributeValue[]> {
    const rows = await this.sql.query(
      `select a.id, a.text, a.type::int4 as type from attribute_key k
       join attribute a on a.workspace_id = k.workspace_id and a.key_id = k.id
       where k.workspace_id = $1 and k.key = $2 and a.text ilike $3`,
      [this.workspaceId, key, containing(query.query ?? '')],
    );
    return decodeRows({ id: INT4, text: TEXT, type: INT4 }, rows).map(({ id, text, type }) => ({
      value: text,
      isText: type === 1,
      spanCount: counts.attributes.get(id) ?? 0,
    }));
  }

  private resourceValues(key: string, counts: Counts): AttributeValue[] {
    const values = new Map<string, { isText: boolean; spanCount: number }>();
    for (const [id, attributes] of counts.held) {
      for (const pair of attributes) {
        if (pair.key !== key) continue;
        const value = textOf(pair.value);
        const spanCount = (values.get(value)?.spanCount ?? 0) + (counts.resources.get(id) ?? 0);
        values.set(value, { isText: 'stringValue' in pair.value, spanCount });
      }
    }
    return [...values].map(([value, rest]) => ({ value, ...rest }));
  }

  private async spansByKey(attributes: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    const ids = [...attributes.keys()].filter((id) => id > 0);
    const spans = new Map<number, number>();
    const add = (key: number, count: number): Map<number, number> => spans.set(key, (spans.get(key) ?? 0) + count);
    for (let i = 0; i < ids.length; i += VALUES_AT_ONCE) {
      const some = ids.slice(i, i + VALUES_AT_ONCE);
      const rows = await this.sql.query(
        // Each looked up by its index: without statistics a join may compare all with all.
        `select a.key_id, sum(i.spans)::int8 as spans from unnest($2::int4[], $3::int8[]) as i (id, spans), lateral (
           select key_id from attribute where workspace_id = $1 and id = i.id limit 1) as a group by a.key_id`,
        [this.workspaceId, some, some.map((id) => BigInt(attributes.get(id) ?? 0))],
      );
      for (const row of decodeRows({ key_id: INT4, spans: INT8 }, rows)) add(row.key_id, Number(row.spans));
    }
    for (const [element, count] of attributes) if (element < -REST_KEY) add(-element, count);
    return spans;
  }

  private async counts({ from: fromText, to: toText }: AttributeQuery): Promise<Counts> {
    const from = timeBound('from', fromText);
    const to = timeBound('to', toText);
    const { closed, open } = await this.blocks.read();
    await this.fresh.refresh();
    const { held } = this.resources;
    const isWhole = this.resources.heldTo === null;
    const attributes = new Map<number, number>();
    const resources = new Map<number, number>();
    const addTerms = ({ attributes: some, resources: owners }: BlockTerms, sign: number): void => {
      for (const [i, id] of some.ids.entries()) add(attributes, id, sign * (some.counts[i] as number));
      for (const [i, id] of owners.ids.entries()) {
        if (held.has(id)) add(resources, id, sign * (owners.counts[i] as number));
      }
    };
    const partly = [...open];
    const whole = new Set<number>();
    const unheld: BlockSummary[] = [];
    for (const block of closed) {
      const { id, firstStartNs, lastStartNs, terms } = block;
      if ((from !== null && lastStartNs < from) || (to !== null && firstStartNs >= to)) continue;
      if ((from !== null && firstStartNs < from) || (to !== null && lastStartNs >= to)) {
        partly.push(id);
        continue;
      }
      whole.add(id);
      if (terms) addTerms(terms, 1);
      else unheld.push(block);
    }
    for await (const terms of this.blocks.termsOf(unheld)) addTerms(terms, 1);
    for (const { blockId, terms } of await deletedTerms(this.sql, this.workspaceId)) {
      if (whole.has(blockId)) addTerms(terms, -1);
    }
    for (let i = 0; i < partly.length; i += SLICE) {
      for (const { attribute, resource, spans } of await this.count(partly.slice(i, i + SLICE), from, to)) {
        if (attribute !== null) add(attributes, attribute, Number(spans));
        if (resource !== null && held.has(resource)) add(resources, resource, Number(spans));
      }
    }
    return { attributes, resources, held, isWhole };
  }

  private async count(blocks: readonly number[], from: bigint | null, to: bigint | null) {
    const rows = await this.sql.query(
      `with s as materialized (
         select resource_id, attributes from span s
         where workspace_id = $1 and block_id = any($2::int4[]) and ${isStanding(this.workspaceId)}
           and ($3::int8 is null or start_ns >= $3) and ($4::int8 is null or start_ns < $4))
       select e as attribute, null::int4 as resource, count(*) as spans from s, unnest(attributes) as e group by e
       union all select null, resource_id, count(*) from s group by resource_id`,
      [this.workspaceId, blocks, from, to],
    );
    return decodeRows({ attribute: orNull(INT4), resource: orNull(INT4), spans: INT8 }, rows);
  }
}

function add(to: Map<number, number>, id: number, count: number): void {
  to.set(id, (to.get(id) ?? 0) + count);
}

function textOf(value: KeyValue['value']): string {
  const plain = plainValue(value);
  return shortName(typeof plain === 'string' ? plain : JSON.stringify(plain));
}
