/** What the timeline worker holds: its code in a process of its own, with every view of a trace laid out, and after closing it. */
import { spawnSync } from 'node:child_process';
import { readSpanAttribute } from '../../core/store/read/span-attribute';
import { TraceReader } from '../../core/store/read/trace-reader';
import { openDatabase } from '../../services/store/open-database';
import { Timeline } from '../../services/timeline/timeline-service';
import type { Figure } from './report';

interface Measured {
  readonly openedMiB: number;
  readonly viewsMiB: number;
  readonly closedMiB: number;
}

export async function timelineMemory(dataDir: string, traceId: string): Promise<Figure[]> {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      ...process.execArgv.filter((arg) => !arg.includes('expose-gc')),
      import.meta.filename,
      dataDir,
      traceId,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  const { openedMiB, viewsMiB, closedMiB } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
  return [
    { name: 'timeline worker, trace open', value: openedMiB, unit: 'MiB' },
    { name: 'timeline worker, all views', value: viewsMiB, unit: 'MiB' },
    { name: 'timeline worker, trace closed', value: closedMiB, unit: 'MiB' },
  ];
}

async function measure(dataDir: string, traceId: string): Promise<Measured> {
  const database = await openDatabase(dataDir, null);
  const reader = new TraceReader(database.sql, 1);
  const timeline = new Timeline({
    traceSpans: (id, since) => reader.traceSpans(id, since),
    operations: (ids) => reader.operations(ids),
    traceSummary: (id) => reader.summary(id),
    spanMarks: async () => [],
    agentSpans: async () => new BigInt64Array(),
    spanMessages: async () => [],
    listLogs: async () => ({
      data: [],
      pagination: { nextCursor: null, hasMore: false },
      search: { complete: true, progress: 1 },
    }),
    sessionTraces: async () => [],
    turnMessages: async () => [],
    spanAttribute: (id, key) => readSpanAttribute(database.sql, 1, id, key),
    matchingSpans: async () => new BigUint64Array(0),
  });
  // Once, so that the database has what it needs, and again from the beginning.
  const look = { adjustClocks: true, search: '' };
  await timeline.openTimeline(traceId, look);
  await timeline.closeTimeline(traceId);
  const idle = await held();
  await timeline.openTimeline(traceId, look);
  const opened = await held();
  const rows = { ...look, descending: true, onlyMatches: false, foldDepth: null, foldServices: [], toggled: [] };
  await timeline.timelineRows(traceId, { ...rows, sort: 'tree' }, 0, 100);
  await timeline.timelineRows(traceId, { ...rows, sort: 'duration' }, 0, 100);
  await timeline.timelineLanes(traceId, look, 'service');
  await timeline.timelineLanes(traceId, look, 'flame');
  await timeline.timelineStatistics(traceId, look, 'operation');
  const views = await held();
  await timeline.closeTimeline(traceId);
  const closed = await held();
  await database.db.close();
  return { openedMiB: opened - idle, viewsMiB: views - idle, closedMiB: closed - idle };
}

/** After what is garbage is gone, buffers too: those are freed a turn later. */
async function held(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return (arrayBuffers + heapUsed) / 2 ** 20;
}

if (process.argv[1] === import.meta.filename) {
  const [, , dataDir = '', traceId = ''] = process.argv;
  measure(dataDir, traceId).then(
    (measured) => process.stdout.write(`${JSON.stringify(measured)}\n`),
    (error: unknown) => {
      process.stderr.write(String(error));
      process.exit(1);
    },
  );
}
