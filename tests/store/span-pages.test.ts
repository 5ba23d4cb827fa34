/** Stored spans on their way into files: page by page, none twice, and few at once where they are large. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spansOfRequest } from '../../core/otlp/read-trace-request';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { SpanParcels } from '../../core/store/read/span-parcels';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const [LARGE, SMALL] = [traceIdOf(1), traceIdOf(2)];
/** Eight of them are more than a page has room for. */
const PROMPT = 'x'.repeat(600_000);

describe.each([pgliteDatabases(), postgresDatabases()])('pages of spans on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    await databases.start();
    ({ sql, drop } = await databases.create());
    const spans = (traceId: string, count: number, attributes: Readonly<Record<string, string>>) =>
      Array.from({ length: count }, (_, i) => ({
        traceId,
        spanId: (i + 1).toString(16).padStart(16, '0'),
        service: 'shop',
        name: 'step',
        startNs: T0 + BigInt(i),
        endNs: T0 + 1_000n,
        attributes,
      }));
    await new StoreWriter(sql, 1, deflateCodec).append([
      batchOf([...spans(LARGE, 20, { prompt: PROMPT }), ...spans(SMALL, 1_000, {})]),
    ]);
  });
  afterAll(async () => {
    await drop();
    await databases.stop();
  });

  /** Of each page, how many spans it has; and the ids of all. */
  const pagesOf = async (traceIds: readonly string[]) => {
    const parcels = new SpanParcels(sql, 1, deflateCodec);
    const counts: number[] = [];
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<SpanParcels['page']>> = await parcels.page({
        traceIds,
        range: null,
        after,
        sentIds: false,
        sentTimes: false,
      });
      counts.push(page.traces.reduce((sum, { spans }) => sum + spans, 0));
      for (const { traceId, request } of page.traces)
        ids.push(...spansOfRequest(request).map(({ spanId }) => `${traceId} ${spanId}`));
      after = page.next;
    } while (after !== null);
    return { counts, ids };
  };

  it('have few of those that are large', async () => {
    const { counts, ids } = await pagesOf([LARGE]);
    expect(counts).toEqual([8, 8, 4]);
    expect(new Set(ids).size).toBe(20);
    expect(ids).toHaveLength(20);
  });

  it('have all of those that are small, of several traces in their order', async () => {
    const { counts, ids } = await pagesOf([SMALL]);
    expect(counts).toEqual([1_000]);
    expect(new Set(ids).size).toBe(1_000);
    const both = await pagesOf([LARGE, SMALL]);
    expect(both.counts).toEqual([8, 8, 1_004]);
    expect(new Set(both.ids).size).toBe(1_020);
  });
});
