/**
 * Takes out of the dictionaries what nothing names any more. First all that is stored is marked, while the writer goes on and marks what
 * it gives out; then each dictionary is read in order of a key, and what is not marked goes, so many rows a transaction of the writer,
 * which forgets them with it. Numbers are never given again: who still knows one finds nothing by it, and nothing else.
 */

import { DICTIONARIES, type Dictionary, UsedNames } from '../dictionary/used-names';
import type { WriterState } from '../ingest/writer-state';
import { isRebuildDue } from '../rebuild/rebuild';
import { BYTEA, decodeRows, INT4, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlParameter } from '../sql/sql-client';
import { markNames, quarantinedTables } from './mark-names';
import type { Change } from './prune-spans';

/** Rows that a statement reads, and at most that a transaction of the writer takes out: some ten milliseconds. */
const PAGE = 2_000;
/** Pages of one run; the next goes on from there. */
const PAGES_A_RUN = 250;

type Column = 'int2' | 'int4' | 'text' | 'bytea';

interface Order {
  /** Unique in a workspace, with an index that begins with that: where the next page begins. */
  readonly key: Readonly<Record<string, Column>>;
  /** Columns that name rows of other dictionaries, which come later. */
  readonly names?: Readonly<Partial<Record<Dictionary, string>>>;
}

const ORDERS: Readonly<Record<Dictionary, Order>> = {
  attribute: { key: { key_id: 'int4', id: 'int4' }, names: { attribute_key: 'key_id' } },
  attribute_key: { key: { key: 'text' } },
  metric_series: {
    key: { digest: 'bytea' },
    names: { metric: 'metric_id', service: 'service_id', resource: 'resource_id', scope: 'scope_id' },
  },
  metric: { key: { digest: 'bytea' } },
  model_call_kind: { key: { digest: 'bytea' }, names: { operation: 'operation_id', deployment: 'deployment_id' } },
  operation: { key: { service_id: 'int4', kind: 'int2', name_digest: 'bytea' }, names: { service: 'service_id' } },
  service: { key: { name_digest: 'bytea' } },
  scope: { key: { digest: 'bytea' } },
  resource: { key: { digest: 'bytea' }, names: { deployment: 'deployment_id' } },
  deployment: { key: { digest: 'bytea' } },
};

interface Row {
  readonly id: number;
  readonly named: readonly (readonly [Dictionary, number])[];
}

export class DictionarySweep {
  private pages: AsyncGenerator<number> | null = null;

  constructor(
    private readonly sql: SqlClient,
    private readonly change: Change,
    private readonly workspaceId: number,
  ) {}

  /** Whether the last run left something to the next. */
  get isUnderWay(): boolean {
    return this.pages !== null;
  }

  /** Begins, or goes on. @returns how many rows went */
  async run(isStopped: () => boolean, most = PAGES_A_RUN): Promise<number> {
    this.pages ??= this.sweep(isStopped);
    const { pages } = this;
    let rows = 0;
    for (let page = 0; page < most && !isStopped(); page++) {
      // One that failed is at its end.
      this.pages = null;
      const next = await pages.next();
      if (next.done) break;
      this.pages = pages;
      rows += next.value;
    }
    return rows;
  }

  private async *sweep(isStopped: () => boolean): AsyncGenerator<number> {
    // Blocks may say less than their spans.
    if (await isRebuildDue(this.sql, this.workspaceId)) return;
    const used = new UsedNames();
    await this.change(async (_, { interned, partIds }) => {
      interned.watchedBy(used);
      partIds.watchedBy(used);
    });
    try {
      if (!(await markNames(this.sql, this.workspaceId, used, isStopped))) return;
      for (const dictionary of DICTIONARIES) yield* this.sweepOne(dictionary, used);
    } finally {
      await this.change(async (_, { interned, partIds }) => {
        interned.watchedBy(null);
        partIds.watchedBy(null);
      });
    }
  }

  private async *sweepOne(dictionary: Dictionary, used: UsedNames): AsyncGenerator<number> {
    const keep = ({ named }: Row): void => {
      for (const [other, id] of named) used.add(other, id);
    };
    const { select, decode } = pageOf(
      dictionary,
      dictionary === 'metric_series' ? await quarantinedTables(this.sql, this.workspaceId, 'metric_point') : [],
    );
    for (let after: readonly SqlParameter[] | null = null; ; ) {
      const page: DecodedPage = decode(await this.sql.query(select(after), [this.workspaceId, ...(after ?? [])]));
      const unused = page.rows.filter((row) => {
        if (row.isStored || used.has(dictionary, row.id)) keep(row);
        else return true;
        return false;
      });
      let gone: readonly Row[] = [];
      if (unused.length > 0) {
        await this.change(async (tx, state) => {
          // What was given out since is in use, and the writer is at rest.
          gone = unused.filter((row) => !used.has(dictionary, row.id));
          await takeOut(tx, state, dictionary, gone);
        });
        const taken = new Set(gone);
        for (const row of unused) if (!taken.has(row)) keep(row);
      }
      yield gone.length;
      after = page.last;
      if (page.rows.length < PAGE) return;
    }
  }
}

interface DecodedPage {
  readonly rows: readonly (Row & { readonly isStored: boolean })[];
  readonly last: readonly SqlParameter[];
}

function pageOf(dictionary: Dictionary, inQuarantine: readonly string[]) {
  const { key, names = {} } = ORDERS[dictionary];
  const columns = Object.keys(key);
  const named = Object.entries(names) as [Dictionary, string][];
  // Series are looked up among points by their index: there may be very many points of each.
  const stored =
    dictionary === 'metric_series'
      ? ['metric_point', ...inQuarantine].map(
          (table) => `exists (select 1 from ${table} p where p.workspace_id = $1 and p.series_id = d.id)`,
        )
      : ['false'];
  const select = (after: readonly SqlParameter[] | null): string => {
    const given = Object.values(key).map((type, i) => `$${i + 2}::${type}`);
    return `select d.id, (${stored.join(' or ')})::int4 as is_stored,
        ${[...columns.map((name, i) => `d.${name}${key[name] === 'int2' ? '::int4' : ''} as key_${i}`), ...named.map(([, name], i) => `coalesce(d.${name}, 0) as name_${i}`)].join(', ')}
      from ${dictionary} d where d.workspace_id = $1 ${after ? `and (${columns.map((name) => `d.${name}`)}) > (${given})` : ''}
      order by ${columns.map((name) => `d.${name}`)} limit ${PAGE}`;
  };
  const decoders = { int2: INT4, int4: INT4, text: TEXT, bytea: BYTEA };
  const decode = (rows: readonly Readonly<Record<string, unknown>>[]): DecodedPage => {
    const head = decodeRows({ id: INT4, is_stored: INT4 }, rows);
    const keys = columns.map((name, i) => decodeRows({ [`key_${i}`]: decoders[key[name] as Column] }, rows.slice(-1)));
    const namedIds = named.map((_, i) => decodeRows({ [`name_${i}`]: INT4 }, rows).map((row) => row[`name_${i}`] ?? 0));
    return {
      rows: head.map(({ id, is_stored }, at) => ({
        id,
        isStored: is_stored === 1,
        named: named.map(([other], i) => [other, namedIds[i]?.[at] ?? 0] as const),
      })),
      last: keys.map((found, i) => found[0]?.[`key_${i}`] ?? null),
    };
  };
  return { select, decode };
}

async function takeOut(
  tx: SqlClient,
  { workspaceId, interned, partIds, edges }: WriterState,
  dictionary: Dictionary,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await tx.execute(`delete from ${dictionary} where workspace_id = $1 and id = any($2::int4[])`, [workspaceId, ids]);
  const gone = new Set(ids);
  if (dictionary === 'service') edges.forget(gone);
  if (dictionary === 'attribute_key') partIds.forgetKeys(gone);
  else if (dictionary !== 'attribute') interned.forget(dictionary, gone);
  else {
    const byKey = new Map<number, number>();
    for (const [, key] of rows.flatMap(({ named }) => named)) byKey.set(key, (byKey.get(key) ?? 0) + 1);
    await tx.execute(
      `update attribute_key k set value_count = k.value_count - i.gone from unnest($2::int4[], $3::int4[]) as i (id, gone)
       where k.workspace_id = $1 and k.id = i.id`,
      [workspaceId, [...byKey.keys()], [...byKey.values()]],
    );
    partIds.forgetValues(gone, byKey);
  }
}
