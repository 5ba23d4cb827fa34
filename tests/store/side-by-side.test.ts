/** Questions that are asked side by side get what each gets alone: none takes from a cache what another is about to use. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTraceql } from '../../core/query/traceql/parse';
import { Turns } from '../../core/query/traceql/turns';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { BlockSummaries } from '../../core/store/blocks/block-summaries';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { PartReader, SPAN_ATTRIBUTES, type StoredParts } from '../../core/store/payloads/part-reader';
import { migrate } from '../../core/store/schema/migrate';
import { Searcher } from '../../core/store/search/searcher';
import { decodeRows, INT4, INT4_ARRAY } from '../../core/store/sql/row-spec';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
/** Each in a payload of its own. */
const TRACES = 24;

/** A few spans that fill a payload. */
function spansOfTrace(trace: number): SampleSpan[] {
  return Array.from({ length: 8 }, (_, n) => ({
    traceId: traceIdOf(trace + 1),
    spanId: (trace * 8 + n + 1).toString(16).padStart(16, '0'),
    service: 'web',
    name: `operation ${n % 3}`,
    startNs: T0 + BigInt(trace * 8 + n) * 1_000_000n,
    endNs: T0 + BigInt(trace * 8 + n) * 1_000_000n + 5n,
    attributes: { [`key ${trace}`]: trace, note: `Request ${trace} of span ${n} ${'was long '.repeat(900)}` },
  }));
}

describe.each([pgliteDatabases(), postgresDatabases()])('questions side by side on $name', (databases) => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  const filled = async () => {
    const { sql, drop } = await databases.create();
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    await writer.append([batchOf(Array.from({ length: TRACES }, (_, trace) => spansOfTrace(trace)).flat())]);
    return { sql, drop };
  };

  it('put together messages of which another pushes payloads out of the cache', async () => {
    const { sql, drop } = await filled();
    const rows = await sql.query(
      'select trace_id, attributes, payload_id, payload_index::int4 as payload_index, block_id from span order by start_ns',
    );
    const row = { attributes: INT4_ARRAY, payload_id: INT4, payload_index: INT4, block_id: INT4 };
    const stored = decodeRows(row, rows).map(
      ({ attributes, payload_id, payload_index, block_id }): StoredParts => ({
        attributes,
        payloadId: payload_id,
        payloadIndex: payload_index,
        blockId: block_id,
      }),
    );
    expect(new Set(stored.map(({ payloadId }) => payloadId)).size).toBeGreaterThan(20);
    const reader = new PartReader(sql, WORKSPACE, deflateCodec);
    const alone: Uint8Array[] = [];
    for (const one of stored) alone.push(...(await reader.messages([one], SPAN_ATTRIBUTES)));
    // Neighbours: half of what each asks for is held for another.
    const asked = Array.from({ length: TRACES - 1 }, (_, trace) =>
      reader.messages(stored.slice(trace * 8, trace * 8 + 16), SPAN_ATTRIBUTES),
    );
    for (const [trace, found] of (await Promise.all(asked)).entries()) {
      const same = found.map((message, i) => Buffer.compare(message, alone[trace * 8 + i] as Uint8Array) === 0);
      expect(same).toEqual(new Array(16).fill(true));
    }
    await drop();
  });

  it('find what has arrived when they are asked, though others are still reading', async () => {
    const { sql, drop } = await filled();
    const searcher = new Searcher(sql, WORKSPACE, deflateCodec, new BlockSummaries(sql, WORKSPACE));
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spansWith = async (query: string, trace: number): Promise<number> =>
      (await searcher.spansOf(parseTraceql(query), traceIdOf(trace + 1), new Turns())).length;
    for (let trace = TRACES; trace < TRACES + 6; trace++) {
      // Under way while the spans of the trace arrive: what it has read before must not do for those who ask after.
      const before = Array.from({ length: 4 }, (_, n) => spansWith(`{ span.note =~ ".*span ${n}.*" }`, n));
      const append = writer.append([batchOf(spansOfTrace(trace))]);
      const during = Array.from({ length: 4 }, (_, n) => spansWith(`{ span."key ${n}" = ${n} }`, n));
      await append;
      const after = spansWith(`{ span."key ${trace}" = ${trace} && name = "operation 1" }`, trace);
      expect(await after).toBe(3);
      expect(await Promise.all(before)).toEqual([1, 1, 1, 1]);
      expect(await Promise.all(during)).toEqual([8, 8, 8, 8]);
    }
    await drop();
  });
});
