/**
 * kill -9 at random moments under load, again and again on one data folder: what was acknowledged is there, and nothing is there
 * twice. SPOOR_KILLS=100 for the long form.
 */
import { expect, it } from 'vitest';
import { protobufFromLogsJson } from '../../core/otlp/logs-json-to-proto';
import { loadBatch } from '../bench/load';
import { eventually, type RunningSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';

const KILLS = Number(process.env.SPOOR_KILLS ?? 3);
const BATCH_SPANS = 1_000;
const TRACES_A_BATCH = 20;
const LOGS_A_REQUEST = 10;
const SENDERS = 3;

interface Counts {
  readonly spans: number;
  readonly traces: number;
  readonly logs: number;
}

it(
  `loses nothing acknowledged and stores nothing twice over ${KILLS} kills`,
  async () => {
    const folder = await temporaryFolder();
    const acknowledged = new Set<number>();
    const unanswered = new Set<number>();
    let next = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const spoor = await startSpoor(folder.path);
      // What was not answered before the last kill is sent again first, as an exporter would.
      const queue = [...unanswered];
      const mine: number[] = [];
      const sender = async (): Promise<void> => {
        for (;;) {
          const n = queue.shift() ?? next++;
          unanswered.add(n);
          if (!(await sent(spoor, n))) return;
          unanswered.delete(n);
          acknowledged.add(n);
          mine.push(n);
        }
      };
      const senders = Array.from({ length: SENDERS }, sender);
      // Most under load, some while the database opens or recovers.
      if (kill % 4 !== 3) await eventually(async () => mine.length > 0);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 800));
      await spoor.stop('SIGKILL');
      await Promise.all(senders);
      await expectStored(folder.path, mine, acknowledged.size);
    }
    const spoor = await startSpoor(folder.path);
    for (const n of [...acknowledged, ...unanswered]) expect(await sent(spoor, n)).toBe(true);
    const all = acknowledged.size + unanswered.size;
    const { body } = await spoor.get<{ counts: Counts }>('/v1/status');
    expect(body.counts).toMatchObject({
      spans: all * BATCH_SPANS,
      traces: all * TRACES_A_BATCH,
      logs: all * LOGS_A_REQUEST,
    });
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    await spoor.stop();
    await folder.remove();
  },
  60_000 + KILLS * 60_000,
);

/** A batch of spans and one of logs; false when either was not answered. */
async function sent(spoor: RunningSpoor, n: number): Promise<boolean> {
  const logRecords = Array.from({ length: LOGS_A_REQUEST }, (_, i) => ({
    timeUnixNano: '1700000000000000000',
    body: { stringValue: `log ${n} ${i}` },
  }));
  const logs = protobufFromLogsJson({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const answers = await Promise.all([
    spoor.post('/v1/traces', loadBatch(n) as Uint8Array<ArrayBuffer>).catch(() => null),
    spoor.post('/v1/logs', logs as Uint8Array<ArrayBuffer>).catch(() => null),
  ]);
  return answers.every((answer) => answer?.status === 200);
}

async function expectStored(dataDir: string, batches: readonly number[], acknowledged: number): Promise<void> {
  const spoor = await startSpoor(dataDir);
  // Opening takes a moment; the first answer of the list waits for it.
  await spoor.get('/v1/traces');
  const { counts } = (await spoor.get<{ counts: Counts }>('/v1/status')).body;
  expect(counts.spans).toBeGreaterThanOrEqual(acknowledged * BATCH_SPANS);
  expect(counts.logs).toBeGreaterThanOrEqual(acknowledged * LOGS_A_REQUEST);
  // Whole or not at all.
  expect([counts.spans % BATCH_SPANS, counts.logs % LOGS_A_REQUEST]).toEqual([0, 0]);
  for (const n of batches) {
    for (const i of [0, TRACES_A_BATCH - 1]) {
      const traceId = (n * BATCH_SPANS + i * 50 + 1).toString(16).padStart(32, '0');
      const trace = await spoor.get<{ spanCount: number; spans: object[] }>(`/v1/traces/${traceId}`);
      expect([trace.body.spanCount, trace.body.spans.length]).toEqual([50, 50]);
    }
  }
  await spoor.stop();
}
