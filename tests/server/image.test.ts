/**
 * The last stage of the Dockerfile, step by step, without Docker: what it copies goes into an empty folder, and its entry point is
 * started there with its variables. Its build stage is what built the app that all other tests run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { firstLine, REPOSITORY, temporaryFolder } from '../fixtures/spoor';

let postgres: TestPostgres;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await postgres?.stop();
  await folder?.remove();
});

interface Step {
  readonly instruction: string;
  readonly text: string;
}

async function stagesOf(file: string): Promise<Step[][]> {
  const lines = (await readFile(file, 'utf8'))
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const stages: Step[][] = [];
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const [instruction = '', ...rest] = line.trim().split(/\s+/);
    if (instruction === 'FROM') stages.push([]);
    stages.at(-1)?.push({ instruction, text: rest.join(' ') });
  }
  return stages;
}

it('has all that the server needs, and no more than it may', async () => {
  const stages = await stagesOf(join(REPOSITORY, 'deploy', 'Dockerfile'));
  const [dependencies = [], build = [], image = []] = stages;
  const named = [dependencies, build].map((stage) => stage[0]?.text.split(' AS ')[1]);
  expect(named).toEqual(['dependencies', 'build']);

  const modules = join(folder.path, 'dependencies');
  await mkdir(modules);
  for (const name of ['package.json', 'package-lock.json']) await cp(join(REPOSITORY, name), join(modules, name));
  const install = dependencies.find(({ instruction }) => instruction === 'RUN')?.text ?? '';
  const installed = spawnSync('sh', ['-c', `${install} --prefer-offline`], { cwd: modules, encoding: 'utf8' });
  expect(installed.status, installed.stderr).toBe(0);

  const root = join(folder.path, 'image');
  await mkdir(root);
  const env: Record<string, string> = {};
  for (const { instruction, text } of image) {
    if (instruction === 'COPY') {
      const [first = '', ...rest] = text.split(' ');
      const from = first.startsWith('--from=') ? first.slice('--from='.length) : null;
      const paths = from === null ? [first, ...rest] : rest;
      const target = paths.pop() ?? '';
      for (const path of paths) {
        const source = path.replace('/app/', '');
        const origin = join(from === 'dependencies' ? modules : REPOSITORY, source);
        await cp(origin, join(root, target, target.endsWith('/') ? basename(source) : ''), { recursive: true });
      }
    }
    if (instruction === 'ENV')
      for (const pair of text.split(' ')) env[pair.split('=')[0] ?? ''] = pair.split('=')[1] ?? '';
  }
  const user = image.find(({ instruction }) => instruction === 'USER')?.text;
  expect(user).toBe('1000:1000');
  const command = JSON.parse(image.find(({ instruction }) => instruction === 'ENTRYPOINT')?.text ?? '[]') as string[];
  expect(env).toMatchObject({ SPOOR_SERVER_LISTEN: '0.0.0.0:4390' });
  const url = await postgres.createDatabase();
  // Any free port, and no variable of this machine.
  const surroundings = { ...env, PATH: process.env.PATH ?? '', DATABASE_URL: url, SPOOR_SERVER_LISTEN: '127.0.0.1:0' };
  const child = spawn(process.execPath, [...command.slice(1), '--json', '--otlp-grpc', '127.0.0.1:0'], {
    cwd: root,
    env: surroundings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = await firstLine<{ url: string }>(child, exited, () => stderr);
  expect((await fetch(`${ready.url}/readyz`)).status).toBe(200);
  expect(await (await fetch(ready.url)).text()).toContain('spoor-host');
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});
