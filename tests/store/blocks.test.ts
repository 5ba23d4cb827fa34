/** Blocks and their summaries: whatever way a block is closed, it says the same of its spans, on either engine. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdsPrompt } from '../../core/dialects/prompt-keys';
import { LatencySketch } from '../../core/model/latency-sketch';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { filterHas } from '../../core/search/bloom';
import { hashWord } from '../../core/search/words';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { countOf } from '../../core/store/blocks/block-terms';
import { AttributeCatalogue } from '../../core/store/figures/attribute-catalogue';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { readSpan } from '../../core/store/read/span-reader';
import { migrate } from '../../core/store/schema/migrate';
import { BlockFilters } from '../../core/store/search/block-filters';
import { Searcher } from '../../core/store/search/searcher';
import { BYTEA, decodeRows, INT4, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { spansFrom } from '../fixtures/routed-spans';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const MINUTE_NS = 60_000_000_000n;

describe.each([pgliteDatabases(), postgresDatabases()])('blocks on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
  });
  afterEach(() => drop());

  const newWriter = (): StoreWriter => new StoreWriter(sql, WORKSPACE, deflateCodec);
  const catalogue = () => new AttributeCatalogue(sql, WORKSPACE, new BlockSummaries(sql, WORKSPACE));

  /** All that a block's row holds, and its rows of `operation_minute`. */
  const stored = async () => ({
    blocks: await sql.query(
      `select id, closed, span_count, error_count, first_start_ns, last_start_ns, longest_ns, encode(terms, 'hex') as terms,
         encode(bloom, 'hex') as bloom from span_block order by id`,
    ),
    minutes: await sql.query(
      `select block_id, operation_id, minute, spans, errors, duration_ns, encode(sketch, 'hex') as sketch
       from operation_minute order by block_id, operation_id, minute`,
    ),
  });

  it('closes full blocks with what their spans are, and counts minutes by operation', async () => {
    await newWriter().append([batchOf(spansFrom(0, 5_000))]);
    const { closed, open } = await new BlockSummaries(sql, WORKSPACE).read();
    expect(open).toHaveLength(1);
    expect(closed).toHaveLength(1);
    const [block] = closed;
    expect(block).toMatchObject({ spans: 4_096, longestNs: 100_000_000n });
    // Spans of a request are stored by service: all of the web ones are in the first block.
    const counts = await sql.query(
      `select a.id, count(*) as spans from attribute a join attribute_key k on k.id = a.key_id
       join span s on s.block_id = $1 and a.id = any(s.attributes) where k.key = 'http.route' group by a.id`,
      [block?.id ?? 0],
    );
    const routes = decodeRows({ id: INT4, spans: INT8 }, counts);
    expect(routes).toHaveLength(4);
    for (const { id, spans } of routes) expect(countOf(block?.terms?.attributes as never, id)).toBe(Number(spans));

    const minutes = decodeRows(
      { spans: INT8, errors: INT8 },
      await sql.query('select sum(spans)::int8 as spans, sum(errors)::int8 as errors from operation_minute'),
    );
    expect(minutes[0]?.spans).toBe(4_096n);
    expect(Number(minutes[0]?.errors)).toBe(block?.errors);
    const [sample] = decodeRows(
      { operation_id: INT4, minute: INT4, spans: INT4, sketch: BYTEA },
      await sql.query('select operation_id, minute, spans, sketch from operation_minute order by spans desc limit 1'),
    );
    const durations = decodeRows(
      { duration_ns: INT8 },
      await sql.query(
        `select duration_ns from span where operation_id = $1 and block_id = $2 and start_ns / $3::int8 = $4
         order by duration_ns`,
        [sample?.operation_id ?? 0, block?.id ?? 0, MINUTE_NS, sample?.minute ?? 0],
      ),
    ).map((row) => Number(row.duration_ns));
    const sketch = new LatencySketch();
    sketch.mergeEncoded(sample?.sketch as Uint8Array);
    expect(sketch.count).toBe(durations.length);
    const exact = durations[Math.max(0, Math.ceil(0.95 * durations.length - 1e-9) - 1)] as number;
    expect(Math.abs((sketch.quantile(0.95) as number) - exact)).toBeLessThanOrEqual(exact * 0.0101);
  });

  it('summarises a block that its writer left open exactly as if it had been closed', async () => {
    const spans = spansFrom(0, 300);
    await newWriter().append([batchOf(spans)]);
    expect((await stored()).blocks).toMatchObject([{ closed: false }]);
    // A new writer closes it before it writes; a summary that is dropped is made again, the same.
    await newWriter().append([batchOf(spansFrom(300, 1))]);
    const closed = await stored();
    expect(closed.blocks).toMatchObject([{ closed: true, span_count: 300, error_count: 30 }, { closed: false }]);
    await sql.query('update span_block set closed = false, terms = null, bloom = null where span_count = 300');
    await newWriter().append([batchOf(spansFrom(301, 1))]);
    const again = await stored();
    expect(again.blocks[0]).toEqual(closed.blocks[0]);
    expect(again.minutes.filter(({ block_id }) => block_id === again.blocks[0]?.id)).toEqual(
      closed.minutes.filter(({ block_id }) => block_id === closed.blocks[0]?.id),
    );
  });

  it('makes the same summary from the rows of a full block as from what was written', async () => {
    const spans = spansFrom(0, 4_200);
    const one = newWriter();
    await one.append([batchOf(spans)]);
    // Closed by the writer, then again by reading its rows.
    const before = await stored();
    const id = before.blocks[0]?.id as number;
    await sql.query('update span_block set closed = false where id = $1', [id]);
    await newWriter().append([batchOf(spansFrom(9_000, 1))]);
    const after = await stored();
    expect(after.blocks.find((block) => block.id === id)).toEqual(before.blocks[0]);
  });

  it('knows the words and values of payloads in its filter', async () => {
    await newWriter().append([batchOf(spansFrom(0, 200))]);
    await newWriter().append([batchOf(spansFrom(200, 1))]);
    const [row] = decodeRows(
      { bloom: BYTEA },
      await sql.query('select bloom from span_block where closed order by id limit 1'),
    );
    const bloom = row?.bloom as Uint8Array;
    const has = (word: string): boolean => filterHas(bloom, hashWord(word));
    expect(Array.from({ length: 200 }, (_, n) => `number${n}`).every(has)).toBe(true);
    expect(has('timeout190')).toBe(true);
    expect(Array.from({ length: 200 }, (_, n) => `absent${n}`).filter(has).length).toBeLessThan(8);
  });

  it('asks its filters in memory and on disk alike, and holds the newest of them', async () => {
    const writer = newWriter();
    for (let n = 0; n < 3; n++) await writer.append([batchOf(spansFrom(n * 10_000, 4_200))]);
    const { closed } = await new BlockSummaries(sql, WORKSPACE).read();
    expect(closed.length).toBeGreaterThanOrEqual(3);
    const bytes = closed.map(({ filterBytes }) => filterBytes);
    const copies = vi.spyOn(sql, 'copyOut');
    const words = Array.from({ length: 300 }, (_, n) => `number${n * 47}`);
    const hashes = words.map(hashWord);
    const answers = async (filters: BlockFilters): Promise<boolean[]> => {
      const may = await filters.of(closed, hashes);
      return closed.flatMap(({ id }) => hashes.map((hash) => may(id, hash)));
    };
    const inMemory = new BlockFilters(sql, WORKSPACE);
    const expected = await answers(inMemory);
    expect([expected.includes(true), expected.includes(false), copies.mock.calls.length]).toEqual([true, true, 1]);
    const queries = vi.spyOn(sql, 'query');
    expect(await answers(inMemory)).toEqual(expected);
    expect([copies.mock.calls.length, queries.mock.calls.length]).toEqual([1, 0]);

    expect(await answers(new BlockFilters(sql, WORKSPACE, 0))).toEqual(expected);
    expect(queries).toHaveBeenCalledTimes(hashes.length);
    // Room for one: the newest takes it from an older.
    const one = new BlockFilters(sql, WORKSPACE, Math.max(...bytes));
    await one.of(closed.slice(0, 1), hashes);
    queries.mockClear();
    expect(await answers(one)).toEqual(expected);
    const asked = queries.mock.calls.map(([, parameters]) => (parameters as [number, number[]])[1]);
    expect(asked[0]).toEqual(
      closed
        .slice(0, -1)
        .map(({ id }) => id)
        .sort((a, b) => a - b),
    );
  });

  it('goes on after a transaction that fails, with every span in exactly one block', async () => {
    const writer = newWriter();
    await writer.append([batchOf(spansFrom(0, 100))]);
    const failing = new StoreWriter(
      {
        ...sql,
        transaction: (run) =>
          sql.transaction(async (tx) => {
            await run(tx);
            throw new Error('no');
          }),
      },
      WORKSPACE,
      deflateCodec,
    );
    await expect(failing.append([batchOf(spansFrom(100, 6_000))])).rejects.toThrow('no');
    await writer.append([batchOf(spansFrom(100, 6_000))]);
    const [sum] = decodeRows(
      { spans: INT8, blocks: INT8 },
      await sql.query('select count(*) as spans, count(distinct block_id) as blocks from span'),
    );
    expect(sum?.spans).toBe(6_100n);
    const { closed, open } = await new BlockSummaries(sql, WORKSPACE).read();
    expect(closed.length + open.length).toBe(Number(sum?.blocks));
    const first = await readSpan(
      sql,
      deflateCodec,
      WORKSPACE,
      traceIdOf(5_001),
      (5_001).toString(16).padStart(16, '0'),
    );
    expect(first.attributes.find(({ key }) => key === 'note')?.value).toEqual({
      stringValue: `Request number5000 was ${'long '.repeat(30)}`,
    });
  });

  it('closes a block whose times lie further apart than an int8 can say', async () => {
    const spans = spansFrom(0, 4_200);
    const batch = batchOf(spans);
    batch.startNs[0] = -(2n ** 63n);
    batch.endNs[0] = 2n ** 63n - 1n;
    expect(await newWriter().append([batch])).toEqual([{ stored: 4_200, duplicates: 0 }]);
  });

  it('begins a partition when one is full, and reads traces across them', async () => {
    const writer = newWriter();
    await writer.append([batchOf(spansFrom(0, 10))]);
    await writer.change((tx, { blocks }) => blocks.seal(tx));
    await writer.append([
      batchOf(spansFrom(0, 20).map((span) => ({ ...span, traceId: traceIdOf(1), spanId: `f${span.spanId.slice(1)}` }))),
    ]);
    const partitions = decodeRows(
      { spans: INT8 },
      await sql.query('select count(*) as spans from span group by tableoid order by tableoid'),
    );
    expect(partitions.map(({ spans }) => spans)).toEqual([10n, 20n]);
    // What is stored in another partition is known there too.
    expect(await newWriter().append([batchOf(spansFrom(0, 1))])).toEqual([{ stored: 0, duplicates: 1 }]);
  });

  it('gives every workspace partitions of its own, whoever writes at the same time', async () => {
    await sql.query("insert into workspace (id, name) values (2, 'second')");
    const writers = [newWriter(), new StoreWriter(sql, 2, deflateCodec)];
    for (let i = 0; i < 3; i++) {
      await Promise.all(writers.map((writer) => writer.append([batchOf(spansFrom(i * 3_000, 3_000))])));
    }
    const rows = await sql.query(
      'select count(distinct workspace_id)::int4 as n, count(*) as spans from span group by tableoid order by tableoid',
    );
    expect(decodeRows({ n: INT4, spans: INT8 }, rows)).toEqual([
      { n: 1, spans: 9_000n },
      { n: 1, spans: 9_000n },
    ]);
    // A writer that starts anew goes on where the last one was.
    await newWriter().append([batchOf(spansFrom(9_000, 10))]);
    expect(await sql.query('select 1 from span group by tableoid')).toHaveLength(2);
  });

  it('is done again when PostgreSQL ended it for the sake of another', async () => {
    let ended = 0;
    const unlucky: SqlClient = {
      ...sql,
      transaction: (run) =>
        sql.transaction(async (tx) => {
          const result = await run(tx);
          if (ended++ < 2) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
          return result;
        }),
    };
    const writer = new StoreWriter(unlucky, WORKSPACE, deflateCodec);
    expect(await writer.append([batchOf(spansFrom(0, 10))])).toEqual([{ stored: 10, duplicates: 0 }]);
    expect(await sql.query('select 1 from span')).toHaveLength(10);
  });

  it('lists keys and values with how many spans have them, in all blocks and within bounds', async () => {
    const writer = newWriter();
    await writer.append([batchOf(spansFrom(0, 4_500))]);
    const { data: keys } = await catalogue().keys({});
    const of = (key: string) => keys.find((one) => one.key === key);
    expect(of('span.http.route')).toEqual({ key: 'span.http.route', valueCount: 4, complete: true, spanCount: 4_500 });
    expect(of('span.note')).toMatchObject({ valueCount: 0, complete: false, spanCount: 4_500 });
    expect(of('resource.service.name')).toMatchObject({ valueCount: 2, complete: true, spanCount: 4_500 });
    expect((await catalogue().keys({ query: 'ROUTE' })).data.map(({ key }) => key)).toEqual(['span.http.route']);

    expect((await catalogue().values('span.http.response.status_code', {})).data).toEqual([
      { value: '200', isText: false, spanCount: 4_050 },
      { value: '500', isText: false, spanCount: 450 },
    ]);
    const bounds = { from: String(T0 + 100_000_000_000n), to: String(T0 + 180_000_000_000n) };
    expect((await catalogue().values('span.http.route', { ...bounds, query: '/3' })).data).toEqual([
      { value: '/items/3', isText: true, spanCount: 20 },
    ]);
    expect((await catalogue().values('resource.service.name', bounds)).data).toEqual([
      { value: 'db', isText: true, spanCount: 40 },
      { value: 'web', isText: true, spanCount: 40 },
    ]);
    await expect(catalogue().values('http.route', {})).rejects.toThrow('has no scope');
    // As a screen asks: several at once, of a catalogue that knows nothing yet.
    const fresh = catalogue();
    const asked = Array.from({ length: 3 }, () => fresh.values('resource.service.name', bounds));
    for (const { data } of await Promise.all(asked)) expect(data.map(({ spanCount }) => spanCount)).toEqual([40, 40]);
  });

  it('finds no word of a prompt where that is asked for, and everything else as before', async () => {
    const searchesKey = (key: string): boolean => !holdsPrompt(key);
    const said = (n: number, attributes: SampleSpan['attributes']): SampleSpan => ({
      traceId: traceIdOf(n),
      spanId: n.toString(16).padStart(16, '0'),
      service: 'agent',
      name: 'chat',
      startNs: T0 + BigInt(n),
      endNs: T0 + BigInt(n) + 1n,
      ...(attributes ? { attributes } : {}),
    });
    const spans = [
      said(1, { 'gen_ai.input.messages': 'unicorn' }),
      said(2, { 'gen_ai.prompt.0.content': `the long story of a unicorn ${'and so on '.repeat(40)}` }),
      said(3, { note: 'unicorn' }),
      {
        ...said(4, {}),
        events: [{ name: 'said', timeNs: T0 + 4n, attributes: { 'gen_ai.prompt': 'unicorn' } }],
      },
      said(5, { note: `a unicorn, at length: ${'and so on '.repeat(40)}` }),
    ];
    await new StoreWriter(sql, WORKSPACE, deflateCodec, undefined, searchesKey).append([batchOf(spans)]);
    const found = async (searches: typeof searchesKey | undefined, query: string): Promise<string[]> => {
      const blocks = new BlockSummaries(sql, WORKSPACE);
      const searcher = new Searcher(sql, WORKSPACE, deflateCodec, blocks, searches);
      const search = await searcher.search(parseTraceql(query), { from: null, to: null }, null, new Turns());
      const { matches } = await search.next(10);
      return matches.map(({ trace }) => trace.trace_id).sort();
    };
    const every = [1, 2, 3, 4, 5].map(traceIdOf);
    expect(await found(undefined, '{ text = "unicorn" }')).toEqual(every);
    expect(await found(searchesKey, '{ text = "unicorn" }')).toEqual([traceIdOf(3), traceIdOf(5)]);
    expect(await found(searchesKey, '{ span.gen_ai.input.messages = "unicorn" }')).toEqual([traceIdOf(1)]);
  });

  it('holds the terms of the newest blocks that there is room for, and answers the same', async () => {
    await newWriter().append([batchOf(spansFrom(0, 17_000))]);
    const all = new BlockSummaries(sql, WORKSPACE);
    const { closed } = await all.read();
    expect(closed).toHaveLength(4);
    expect(closed.every(({ terms }) => terms !== null)).toBe(true);
    const limits = { packedBytes: Math.ceil(all.held.packedBytes * 0.6), unpackedBytes: 1 };
    const few = new BlockSummaries(sql, WORKSPACE, limits);
    for (const blocks of [await few.read(), await few.read()]) {
      expect(blocks.closed.map(({ terms }) => terms !== null)).toEqual([false, false, true, true]);
      expect(blocks.closed.at(-1)?.terms).toEqual(closed.at(-1)?.terms);
      expect(few.held.packedBytes).toBeLessThanOrEqual(limits.packedBytes);
      // The block that is looked at.
      expect(few.held.unpackedBytes).toBeLessThanOrEqual(all.held.unpackedBytes / 2);
    }
    // Questions that are asked at once have them read once.
    let reads = 0;
    const counted: SqlClient = {
      ...sql,
      query: (text, ...rest) => {
        if (/select id, terms from span_block/.test(text)) reads++;
        return sql.query(text, ...rest);
      },
    };
    const shared = new BlockSummaries(counted, WORKSPACE);
    for (const one of await Promise.all([shared.read(), shared.read(), shared.read()])) {
      expect(one.closed.map(({ terms }) => terms !== null)).toEqual([true, true, true, true]);
    }
    expect(reads).toBe(1);
    const counts = (blocks: BlockSummaries) => new AttributeCatalogue(sql, WORKSPACE, blocks).keys({});
    expect(await counts(few)).toEqual(await counts(all));
    const found = async (blocks: BlockSummaries, query: string) => {
      const searcher = new Searcher(sql, WORKSPACE, deflateCodec, blocks);
      const search = await searcher.search(parseTraceql(query), { from: null, to: null }, null, new Turns());
      return (await search.next(20_000)).matches.map(({ trace }) => trace.trace_id).sort();
    };
    expect(await found(few, '{ span.http.route = "/items/1" }')).toHaveLength(4_250);
    for (const query of ['{ span.http.route = "/items/1" }', '{ span.no.such = "key" }', '{ status = error }']) {
      expect(await found(few, query)).toEqual(await found(all, query));
    }
    // A block that is full later takes the room of the oldest.
    await newWriter().append([batchOf(spansFrom(20_000, 4_100))]);
    const later = await few.read();
    expect(later.closed.length).toBeGreaterThan(4);
    expect(later.closed.at(-1)?.terms).not.toBeNull();
    expect(few.held.packedBytes).toBeLessThanOrEqual(limits.packedBytes);
  });
});
