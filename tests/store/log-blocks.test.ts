/** Searches leave out blocks of logs that have no match, and find all there is: after a crash, a restart, what is pruned, moved, and restored. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { EVERY_KEY } from '../../core/search/searched-keys';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { spansOfBlocks } from '../../core/store/logs/block-spans';
import { LogReader } from '../../core/store/logs/log-reader';
import { EVERY, withText } from '../../core/store/logs/sides';
import { logBlocks033 } from '../../core/store/migrations/033-log-blocks';
import { Annotations } from '../../core/store/people/annotations';
import { Pruner } from '../../core/store/pruning/pruner';
import { restoreQuarantine } from '../../core/store/pruning/restore-quarantine';
import { migrate } from '../../core/store/schema/migrate';
import { limitsOf } from '../../core/store/sql/partition-share';
import { decodeRows, INT8 } from '../../core/store/sql/row-spec';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const DAY_MS = 86_400_000;
const RETENTION = { days: 14, bytes: null, spans: null };
const A_BLOCK = 4;
const ALL = { from: null, to: null };
const encoder = new TextEncoder();
/** A word of its own in each, by turns in the body, in a structured body, in the name of the event, in a short attribute, and in a long one. */
const wordOf = (n: number): string =>
  `word${String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26))}q${n}end`;

function logs(from: number, count: number) {
  const logRecords = Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const word = wordOf(n);
    const kind = n % 5;
    return {
      timeUnixNano: String(T0 + BigInt(n) * 1_000n),
      traceId: traceIdOf(n + 1),
      spanId: '00000000000000aa',
      body:
        kind === 1
          ? { kvlistValue: { values: [{ key: 'said', value: { stringValue: word.toUpperCase() } }] } }
          : { stringValue: kind === 0 ? `line with ${word} in it` : 'line' },
      ...(kind === 2 && { eventName: `event.${word}` }),
      attributes: [
        ...(kind === 3 ? [{ key: 'short', value: { stringValue: word } }] : []),
        ...(kind === 4 ? [{ key: 'long', value: { stringValue: `${'x '.repeat(200)}${word}` } }] : []),
      ],
    };
  });
  const bytes = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  return decodeLogs(bytes, encoder.encode(`logs ${from}`), 0n).batch;
}

describe.each([pgliteDatabases(), postgresDatabases()])('blocks of logs on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let writer: StoreWriter;
  let now: number;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    now = Date.UTC(2026, 10, 1);
    writer = open();
  });
  afterEach(() => drop());

  /** A new process. */
  const open = () => new StoreWriter(sql, WORKSPACE, deflateCodec, RETENTION, EVERY_KEY, () => now, A_BLOCK);
  const found = async (query: string): Promise<number> =>
    (await new LogReader(sql, WORKSPACE, deflateCodec).list({ query, limit: 200, waitMs: 60_000 })).data.length;
  /** Each word is found as often as its record is stored: 0 or 1. */
  async function expectFound(stored: (n: number) => boolean, upTo: number): Promise<void> {
    for (let n = 0; n < upTo; n++) expect([n, await found(wordOf(n))]).toEqual([n, stored(n) ? 1 : 0]);
  }
  const spans = (word: string) => spansOfBlocks(sql, WORKSPACE, withText(EVERY, word).block ?? 'true', ALL);
  const blocks = async (): Promise<number> =>
    Number(decodeRows({ n: INT8 }, await sql.query('select count(*) as n from log_block'))[0]?.n);

  it('are left out where they have no match', async () => {
    await writer.append([logs(0, 6), logs(6, 3), logs(9, 11)]);
    expect(await blocks()).toBe(5);
    await expectFound(() => true, 20);
    expect(await spans('nowhere')).toEqual([]);
    const [span, ...others] = await spans(wordOf(9));
    expect(others).toEqual([]);
    expect(span).toEqual({ from: T0 + 8_000n, to: T0 + 11_000n });
    // Too short to know.
    expect(await spans('qq')).toEqual([{ from: T0, to: T0 + 19_000n }]);
    expect(await found('nowhere')).toBe(0);
    expect(await found(`-${wordOf(3)}`)).toBe(19);
    expect(await found(`${wordOf(3)} OR ${wordOf(17)}`)).toBe(2);
    expect(await found('"with word" word')).toBe(4);
  });

  it('are looked at where a process ended before they were full, or what it stored was not committed', async () => {
    await writer.append([logs(0, 6)]);
    await expect(
      writer.append([logs(6, 5)], async () => {
        throw new Error('it fails');
      }),
    ).rejects.toThrow('it fails');
    await writer.append([logs(11, 2)]);
    writer = open();
    await writer.append([logs(13, 7)]);
    await expectFound((n) => n < 6 || n >= 11, 20);
  });

  it('go with their partition; what moves, and what is restored, is found', async () => {
    const traces = Array.from({ length: 2 }, (_, i) => ({
      traceId: traceIdOf(i === 0 ? 4 : 30),
      spanId: '00000000000000aa',
      service: 'web',
      name: 'a',
      startNs: T0,
      endNs: T0 + 1n,
    }));
    await writer.append([batchOf(traces), logs(0, 10)]);
    await new Annotations(sql, WORKSPACE).set(traceIdOf(4), '00000000000000aa', { bookmarked: true, note: '' });
    await writer.change(async (tx, { partitions }) => {
      await partitions.begin(tx, 'logs');
    });
    now += 20 * DAY_MS;
    const files = { vacuums: false, bytes: async () => 0, settle: async () => {}, allowsQuarantine: async () => true };
    await new Pruner(sql, writer, WORKSPACE, RETENTION, files, () => now).run();
    await writer.append([logs(10, 5)]);
    await expectFound((n) => n === 3 || n >= 10, 15);
    const orphans = 'select count(*) as n from log_block where partition_id not in (select id from record_partition)';
    expect(decodeRows({ n: INT8 }, await sql.query(orphans))[0]?.n).toBe(0n);
    await restoreQuarantine((run) => writer.change(run), { now: () => now, ageMs: limitsOf(RETENTION).ageMs });
    await expectFound(() => true, 15);
  });

  it('are not all there is where a version that knows none writes beside', async () => {
    await writer.append([logs(0, 8)]);
    await writer.append([logs(8, 4)]);
    // What that version stores is counted in its partition, and is in no block.
    await sql.query('delete from log_block where first_ns = $1', [T0 + 8_000n]);
    await expectFound(() => true, 12);
    expect(await spans('nowhere')).toEqual([{ from: T0, to: T0 + 11_000n }]);
    await writer.append([logs(12, 3)]);
    await expectFound(() => true, 15);
  });

  it('are made of what is stored already, and it is found', async () => {
    await writer.append([logs(0, 10)]);
    await sql.query('drop table log_block');
    await sql.transaction(async (tx) => {
      for (const statement of logBlocks033.sql.replace(/--.*$/gm, '').split(';')) {
        if (statement.trim() !== '') await tx.query(statement);
      }
    });
    writer = open();
    await writer.append([logs(10, 5)]);
    await expectFound(() => true, 15);
    expect(await spans('nowhere')).toEqual([
      { from: T0, to: T0 + 9_000n },
      { from: T0 + 14_000n, to: T0 + 14_000n },
    ]);
  });
});
