/** The package that `npm pack` makes, installed away from the repository as a user would: it has everything that it needs. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { version } from '../../package.json';
import { mcpOverStdio } from '../fixtures/mcp-client';
import { eventually, REPOSITORY, type RunningSpoor, runSpoor, startSpoor, temporaryFolder } from '../fixtures/spoor';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

/** Of `--sample`. */
const SAMPLE_TRACES = 126;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let installed: string;
let cli: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const app = join(folder.path, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "private": true }');
  // Built already: a script of npm would build again.
  await npm(REPOSITORY, 'pack', '--ignore-scripts', '--pack-destination', folder.path);
  await npm(app, 'install', '--no-audit', '--no-fund', '--prefer-offline', join('..', `spoor-${version}.tgz`));
  installed = join(app, 'node_modules');
  cli = join(installed, 'spoor', 'out', 'main', 'cli.js');
});
afterAll(() => folder?.remove());

function npm(cwd: string, ...args: string[]): Promise<unknown> {
  // On Windows npm is a script of the shell.
  return promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32', maxBuffer: 16 * 1024 * 1024 });
}

describe('the package of Spoor', () => {
  it('brings both commands, and neither Electron nor what only the build needs', async () => {
    const commands = await readdir(join(installed, '.bin'));
    expect(commands).toEqual(expect.arrayContaining(['spoor', 'spoor-server']));
    const packages = await readdir(installed);
    for (const absent of ['electron', 'vite', 'react', 'typescript']) expect(packages).not.toContain(absent);
    expect(await runSpoor(['--version'], {}, cli)).toMatchObject({ code: 0, stdout: `${version}\n` });
    for (const command of ['spoor', 'spoor-server']) {
      const { stdout } = await promisify(execFile)(join(installed, '.bin', command), ['--help'], {
        shell: process.platform === 'win32',
      });
      expect(stdout).toContain(`Usage: ${command}`);
    }
  });

  it('stores what an exporter sends, and answers the command line, an agent and a browser', async () => {
    const dataDir = join(folder.path, 'data');
    const spoor: RunningSpoor = await startSpoor(dataDir, [], {}, cli);
    try {
      const sent = await spoor.post('/v1/traces', traceRequest(drawnSpans(traceIdOf(1), 'GET /cart 0..100 web')));
      expect(sent.status).toBe(200);
      const page = await fetch(spoor.ready.ui);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect((await spoor.get('/v1/openapi.json')).status).toBe(200);
      const listed = await runSpoor(['traces', '--json', '--data-dir', dataDir], {}, cli);
      expect(listed).toMatchObject({ code: 0 });
      expect(listed.stdout).toContain(traceIdOf(1));
      const html = await runSpoor(
        ['export', '--trace', traceIdOf(1), '--format', 'html', '--data-dir', dataDir],
        {},
        cli,
      );
      expect(html.stdout).toContain('GET /cart');
      const agent = await mcpOverStdio(dataDir, [], cli);
      expect((await agent.ask('search_traces', { query: 'cart' })).text).toContain('GET /cart');
      await agent.close();
    } finally {
      expect(await spoor.stop()).toBe(0);
    }
  });

  it('generates the sample', async () => {
    const spoor = await startSpoor(join(folder.path, 'sample'), ['--sample'], {}, cli);
    const counts = async () => (await spoor.get<{ counts: { traces: number } }>('/v1/status')).body.counts;
    await eventually(async () => (await counts()).traces >= SAMPLE_TRACES);
    expect(await spoor.stop()).toBe(0);
  });

  it('can be stopped while it generates the sample', async () => {
    const spoor = await startSpoor(join(folder.path, 'stopped'), ['--sample'], {}, cli);
    const counts = async () => (await spoor.get<{ counts: { traces: number } }>('/v1/status')).body.counts;
    await eventually(async () => (await counts()).traces > 0);
    expect(await spoor.stop()).toBe(0);
    expect(spoor.errors()).not.toContain('sample');
  });
});
