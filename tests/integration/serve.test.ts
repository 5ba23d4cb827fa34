/** The headless command as its users and their scripts meet it. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import {
  CLI,
  eventually,
  FREE_PORTS,
  type RunningSpoor,
  runSpoor,
  startSpoor,
  temporaryFolder,
} from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running: RunningSpoor[] = [];
const servers: Server[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((spoor) => spoor.stop('SIGKILL')));
  for (const server of servers.splice(0)) server.close();
  await folder.remove();
});

async function start(args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<RunningSpoor> {
  const spoor = await startSpoor(folder.path, args, environment);
  running.push(spoor);
  return spoor;
}

const trace = (n: number) => traceRequest(drawnSpans(traceIdOf(n), 'GET /a 0..100 web\n  SELECT 10..20 db !timeout'));

async function holdPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

describe('spoor serve', () => {
  it('says where it is in one line of JSON, logs to stderr, and closes on SIGTERM', async () => {
    const spoor = await start();
    expect(spoor.ready).toMatchObject({ ready: true, dataDir: folder.path, pid: spoor.process.pid });
    expect(spoor.ready.ui).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await stat(join(folder.path, 'token'))).mode & 0o777).toBe(0o600);
    expect((await readFile(join(folder.path, 'token'), 'utf8')).trim()).toBe(spoor.ready.token);
    expect((await spoor.post('/v1/traces', trace(1))).status).toBe(200);
    expect(await spoor.stop()).toBe(0);
    const again = await start();
    expect(again.ready.token).toBe(spoor.ready.token);
    expect((await again.get(`/v1/traces/${traceIdOf(1)}`)).status).toBe(200);
    for (const line of again.errors().split('\n').filter(Boolean)) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it('takes a token of the user', async () => {
    const spoor = await start(['--token', 'chosen-by-me']);
    expect(spoor.ready.token).toBe('chosen-by-me');
    expect((await spoor.get('/v1/status')).status).toBe(200);
  });

  it('names who holds a taken port, and a free one, then exits 1', async () => {
    const port = await holdPort();
    const otlp = await runSpoor([
      'serve',
      '--data-dir',
      folder.path,
      ...FREE_PORTS,
      '--otlp-http',
      `127.0.0.1:${port}`,
    ]);
    expect(otlp.code).toBe(1);
    expect(otlp.stderr).toMatch(
      new RegExp(
        `^spoor: OTLP cannot be received: Port ${port} is taken by \\S.* \\(pid ${process.pid}\\)\\. Stop it, or start with --otlp-http 127\\.0\\.0\\.1:\\d+\\.\n$`,
      ),
    );
    const ui = await runSpoor(['serve', '--data-dir', folder.path, ...FREE_PORTS, '--ui', `127.0.0.1:${port}`]);
    expect([ui.code, ui.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`Port ${port} is taken by .*pid ${process.pid}.*--ui 127\\.0\\.0\\.1:\\d+`)),
    ]);
    // The port it offered really is free.
    const offered = /--otlp-http (\S+?)\.\n/.exec(otlp.stderr)?.[1] as string;
    expect((await start(['--otlp-http', offered])).ready.otlpHttp).toBe(`http://${offered}`);
  });

  it('never opens a data folder twice, by any of its names', async () => {
    const spoor = await start();
    const second = await runSpoor([
      'serve',
      '--data-dir',
      join(folder.path, '..', folder.path.split('/').at(-1) as string),
      ...FREE_PORTS,
    ]);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`is open in Spoor (pid ${spoor.ready.pid}, ${spoor.ready.ui})`),
    ]);
    const third = await runSpoor(['start', '--data-dir', folder.path]);
    expect([third.code, third.stdout]).toEqual([0, `Spoor is already running: ${spoor.ready.ui}\n`]);
    expect((await spoor.get('/v1/status')).status).toBe(200);
  });

  it('lets only one of many that start at once have the folder, also after a kill', async () => {
    const first = await start();
    await first.stop('SIGKILL');
    const starts = await Promise.allSettled(Array.from({ length: 4 }, () => startSpoor(folder.path)));
    const winners = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    running.push(...winners);
    expect(winners).toHaveLength(1);
    for (const result of starts)
      if (result.status === 'rejected') expect(String(result.reason)).toContain('is open in');
  });

  it('holds its folder whatever TMPDIR says, and however long its path is', async () => {
    const long = join(folder.path, 'x'.repeat(120));
    for (const dataDir of [folder.path, long]) {
      const first = await startSpoor(dataDir);
      running.push(first);
      const second = await runSpoor(['serve', '--data-dir', dataDir, ...FREE_PORTS], { TMPDIR: folder.path });
      expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`pid ${first.ready.pid}`)]);
    }
  });

  it('says so when it cannot write its folder', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const below = await runSpoor(['serve', '--data-dir', join(file, 'x')]);
    expect([below.code, below.stderr]).toEqual([
      1,
      expect.stringMatching(/^spoor: The data folder .*file\/x cannot be written: .*--data-dir/),
    ]);
    if (process.getuid?.() === 0) {
      // Root may write anywhere but here.
      const proc = await runSpoor(['serve', '--data-dir', '/proc/spoor']);
      expect([proc.code, proc.stderr]).toEqual([1, expect.stringContaining('cannot be written')]);
      return;
    }
    const locked = join(folder.path, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    const denied = await runSpoor(['serve', '--data-dir', locked]);
    expect([denied.code, denied.stderr]).toEqual([1, expect.stringContaining('you may not write there')]);
  });

  it('leaves a database that will not open as it is, and says so', async () => {
    await mkdir(join(folder.path, 'db'), { recursive: true });
    await writeFile(join(folder.path, 'db', 'PG_VERSION'), 'not a version\n');
    const spoor = await start();
    const status = await eventually(async () => {
      const { body } = await spoor.get<{ store: { state: string; message?: string } }>('/v1/status');
      return body.store.state === 'failed' && body;
    });
    expect(status.store.message).toMatch(/could not be opened.*Nothing was changed there/s);
    const refused = await spoor.post('/v1/traces', trace(1));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await spoor.get('/v1/traces')).status).toBe(503);
    expect(await readFile(join(folder.path, 'db', 'PG_VERSION'), 'utf8')).toBe('not a version\n');
  });

  it('exits 2 for wrong usage', async () => {
    expect(await runSpoor(['serve', '--bogus'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--bogus') });
    expect(await runSpoor(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('spoor serve') });
    expect(await runSpoor(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it('fills a sample workspace, once', async () => {
    const spoor = await start(['--sample']);
    const count = async () =>
      (await spoor.get<{ counts: { traces: number; logs: number; metricPoints: number } }>('/v1/status')).body.counts;
    // Its metrics are sent last.
    await eventually(async () => (await count()).metricPoints >= 700);
    const before = await count();
    expect(before).toMatchObject({ traces: 126, logs: 423, metricPoints: 700 });
    const batch = await spoor.get<{ data: { rootName: string; spanCount: number }[] }>(
      '/v1/traces?query=nightly-reindex',
    );
    expect(batch.body.data).toMatchObject([{ rootName: 'nightly-reindex', spanCount: 10_000 }]);
    const agent = await spoor.get<{ data: object[] }>('/v1/traces?query=deep-research');
    expect(agent.body.data).toMatchObject([
      { agentName: 'deep-research', errorCount: 2, inputTokens: 62_900, outputTokens: 4_952 },
    ]);
    await spoor.stop();
    const again = await start(['--sample']);
    // Until the database is open there is nothing to count.
    await again.get('/v1/traces?limit=1');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await again.get<{ counts: object }>('/v1/status')).body.counts).toEqual(before);
  });

  it('ends when its terminal does', async () => {
    const child = spawn(process.execPath, [CLI, 'serve', '--data-dir', folder.path, ...FREE_PORTS], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });
});
