/** Words are found wherever they stand, in whatever script and however JSON has them: the index finds what a scan of all texts does, on either engine. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import { textHasWord, WORDS_VERSION, wordsOf } from '../../core/search/words';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { Rebuild } from '../../core/store/rebuild/rebuild';
import { migrate } from '../../core/store/schema/migrate';
import { Searcher } from '../../core/store/search/searcher';
import { decodeRows, INT4, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { escapedAgain, textOfScripts } from '../fixtures/scripts';
import { T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const BLOCKS = 4;
const SPANS = 120;

/** Where a text of a span stands. */
const PLACES = [
  'name',
  'attribute',
  'array',
  'map',
  'event',
  'event attribute',
  'status',
  'long',
  'long event',
] as const;

interface Drawn {
  readonly text: string;
  readonly place: (typeof PLACES)[number];
  readonly times: number;
}

const anySpans: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    text: textOfScripts.map((text) => text.replaceAll('\0', '')),
    place: fc.constantFrom(...PLACES),
    times: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: SPANS, maxLength: SPANS },
);

/** Too long for the dictionary, and with no words that are drawn. */
const PADDING = ` ${'.'.repeat(140)} `;

function sentText({ text, times, place }: Drawn): string {
  const sent = place === 'name' ? text : escapedAgain(text, times);
  return place.startsWith('long') ? sent + PADDING : sent;
}

function otlpSpan(drawn: Drawn, n: number) {
  const { place } = drawn;
  const stringValue = sentText(drawn);
  const of = (key: string, value: object) => [{ key, value }];
  const attributes =
    place === 'attribute' || place === 'long'
      ? of('note', { stringValue })
      : place === 'array'
        ? of('notes', { arrayValue: { values: [{ intValue: '1' }, { stringValue }] } })
        : place === 'map'
          ? of('map', { kvlistValue: { values: of('inner', { arrayValue: { values: [{ stringValue }] } }) } })
          : [];
  const event = { timeUnixNano: String(T0), name: place === 'event' ? stringValue : 'happened' };
  const isInEvent = place === 'event attribute' || place === 'long event';
  return {
    traceId: traceIdOf(n + 1),
    spanId: (n + 1).toString(16).padStart(16, '0'),
    name: place === 'name' ? stringValue : 'work',
    kind: 1,
    startTimeUnixNano: String(T0 + BigInt(n) * 1_000_000n),
    endTimeUnixNano: String(T0 + BigInt(n) * 1_000_000n + 5n),
    attributes,
    events: place.includes('event') ? [{ ...event, attributes: isInEvent ? of('message', { stringValue }) : [] }] : [],
    status: place === 'status' ? { code: 2, message: stringValue } : {},
  };
}

describe.each([pgliteDatabases(), postgresDatabases()])('words on $name', (databases) => {
  const [spans = []] = fc.sample(anySpans, { seed: 26, numRuns: 1 });
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let searcher: Searcher;

  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    // Each writer closes the block of the one before; the last is open.
    for (let block = 0; block < BLOCKS; block++) {
      const some = spans.flatMap((span, n) => (n % BLOCKS === block ? otlpSpan(span, n) : []));
      const resourceSpans = [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'scripts' } }] },
          scopeSpans: [{ scope: { name: 'words' }, spans: some }],
        },
      ];
      const { batch } = decodeTraces(protobufFromTraceJson({ resourceSpans }));
      await new StoreWriter(sql, WORKSPACE, deflateCodec).append([batch]);
    }
    searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  const found = async (asked: string): Promise<string[]> => {
    const query = parseTraceql(`{ text = ${JSON.stringify(asked)} }`);
    const search = await searcher.search(query, { from: null, to: null }, null, new Turns());
    const ids: string[] = [];
    for (let done = false; !done; ) {
      const page = await search.next(50);
      ids.push(...page.matches.map(({ trace }) => trace.trace_id));
      done = page.done;
    }
    return ids.sort();
  };

  /** By a look at every text. */
  const scanned = (asked: string): string[] => {
    const words = wordsOf(asked);
    return spans
      .flatMap((span, n) => {
        const texts = ['scripts', span.place === 'name' ? '' : 'work', 'happened', sentText(span)].filter(
          (text) => text !== 'happened' || (span.place.includes('event') && span.place !== 'event'),
        );
        return words.every((word) => texts.some((text) => textHasWord(text, word))) ? traceIdOf(n + 1) : [];
      })
      .sort();
  };

  /** Words that are there, parts of runs, two words at once, and words that are not. */
  const asked: fc.Arbitrary<string> = fc
    .tuple(fc.nat(SPANS - 1), fc.nat(), fc.nat(), fc.nat(), textOfScripts, fc.integer({ min: 0, max: 5 }))
    .map(([at, which, from, size, other, kind]) => {
      if (kind === 0) return other;
      const words = wordsOf(spans[at]?.text ?? '');
      const word = words[which % Math.max(words.length, 1)] ?? 'work';
      if (kind === 1) return words.slice(0, 2).join(' ');
      const characters = [...word];
      const first = from % characters.length;
      return kind < 4 ? word : characters.slice(first, first + 1 + (size % characters.length)).join('');
    })
    .map((text) => text.replaceAll('\0', ''))
    .filter((text) => wordsOf(text).length > 0);

  const compare = (seed: number) =>
    fc.assert(
      fc.asyncProperty(asked, async (text) => {
        expect(await found(text)).toEqual(scanned(text));
      }),
      { seed, numRuns: Number(process.env.QUERIES ?? 80) },
    );

  it('are found as a scan finds them', () => compare(1));

  it('are found in JSON with escapes, in scripts without spaces, and as emoji', async () => {
    for (const text of ['北京', '天气', 'สวัสดี', '🎉', 'grüße', 'card_42', 'api3']) {
      const ids = await found(text);
      expect([text, ids.length > 0]).toEqual([text, true]);
      expect(ids).toEqual(scanned(text));
    }
    expect(await found('天北')).toEqual([]);
  });

  it('are found in what an older version indexed, while it is indexed anew and after', async () => {
    const older = async (): Promise<{ blocks: number; attributes: number }> => {
      const [row] = decodeRows(
        { blocks: INT8, attributes: INT4 },
        await sql.query(
          `select (select count(*) from span_block where closed and words < ${WORDS_VERSION}) as blocks,
             (select old_words_to from workspace where id = $1) as attributes`,
          [WORKSPACE],
        ),
      );
      return { blocks: Number(row?.blocks), attributes: row?.attributes ?? -1 };
    };
    // As it was: words of ASCII text alone, and filters that know nothing of the others.
    await sql.query(
      "update attribute set words = null where text ~ '[^\\x01-\\x7f]' or strpos(text, '\\') > 0 or type = 0",
    );
    await sql.query("update span_block set words = 1, bloom = decode(repeat('00', 32), 'hex') where closed");
    await sql.query(
      'update workspace set rebuild_due = true, old_words_to = (select max(id) from attribute) where id = $1',
      [WORKSPACE],
    );
    searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    expect(await older()).toEqual({ blocks: BLOCKS - 1, attributes: expect.any(Number) });
    await compare(2);

    const told: number[] = [];
    let isStopped = false;
    const rebuild = (stopAfter: number) =>
      new Rebuild(
        new StoreWriter(sql, WORKSPACE, deflateCodec),
        (progress) => {
          told.push(progress);
          isStopped = told.length >= stopAfter;
        },
        () => isStopped,
      ).run();
    await rebuild(2);
    const half = await older();
    expect([half.blocks > 0, half.blocks < BLOCKS, half.attributes]).toEqual([true, true, 0]);
    // What it held of blocks that are indexed anew, it reads again.
    await compare(3);

    isStopped = false;
    await rebuild(Number.POSITIVE_INFINITY);
    expect(await older()).toEqual({ blocks: 0, attributes: 0 });
    expect(told.at(-1)).toBe(1);
    await compare(4);
    const rows = await sql.query(
      "select 1 as one from span_block where closed and bloom = decode(repeat('00', 32), 'hex')",
    );
    expect(rows).toHaveLength(0);
  });
});
