/** `spoor run`, `show`, `doctor` and `stop` with real programs: what these send comes here, and all else is as if Spoor were not there. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparedFolder } from '../fixtures/prepared-folder';
import { CLI, eventually, type RunningSpoor, runSpoor, startSpoor } from '../fixtures/spoor';

/** Nothing of the shell that the tests run in. */
const CLEAN: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(?:OTEL|SPOOR)_/.test(name))
      .map((name) => [name, '']),
  ),
  CI: '',
};
const ANY_PORTS = { SPOOR_OTLP_HTTP: '127.0.0.1:0', SPOOR_OTLP_GRPC: '127.0.0.1:0', SPOOR_UI: '127.0.0.1:0' };

/** Exports a span where the environment says. */
const PROGRAM = `
  const { name, message, code } = JSON.parse(process.env.SENDS);
  const id = (bytes) => require('crypto').randomBytes(bytes).toString('hex');
  const pairs = process.env.OTEL_RESOURCE_ATTRIBUTES.split(',').map((pair) => pair.split('='));
  const attributes = [['service.name', process.env.OTEL_SERVICE_NAME || 'program'], ...pairs];
  const time = String(BigInt(Date.now()) * 1000000n);
  const span = { traceId: id(16), spanId: id(8), name, startTimeUnixNano: time, endTimeUnixNano: time };
  if (message) span.status = { code: 2, message };
  const resource = { attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })) };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  const headers = { 'content-type': 'application/json' };
  fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', { method: 'POST', headers, body }).then((response) => {
    process.exitCode = response.ok ? code : 99;
  });
`;
const node = (script: string, ...args: string[]): string[] => [process.execPath, '-e', script, ...args];
/** @param message why its span failed; empty: it did not */
const program = (name: string, message = '', code = 0): [string[], NodeJS.ProcessEnv] => [
  node(PROGRAM),
  { SENDS: JSON.stringify({ name, message, code }) },
];

let spoor: RunningSpoor;
let folder: Awaited<ReturnType<typeof preparedFolder>>;

beforeAll(async () => {
  folder = await preparedFolder();
  spoor = await startSpoor(folder.path);
});
afterAll(async () => {
  await spoor?.stop();
  await folder?.remove();
});

const run = (options: readonly string[], command: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  runSpoor(['run', '--data-dir', folder.path, '--no-instrument', ...options, '--', ...command], {
    ...CLEAN,
    ...environment,
  });
/** It ends earlier, once all is there. */
const WAIT = ['--wait', '300'];
/** For what sends nothing. */
const NO_WAIT = ['--wait', '0'];
/** The line of `--json`. */
const said = (stderr: string) => JSON.parse(stderr.trim().split('\n').at(-1) as string) as Record<string, unknown>;

describe('a program', () => {
  it('exports here, under its name and with the id of the run', async () => {
    const { code, stderr } = await run([...WAIT, '--name', 'shop', '--json'], ...program('work'));
    expect([code, said(stderr)]).toMatchObject([
      0,
      { exitCode: 0, by: 'id', spans: 1, complete: true, problems: [], traceIds: [expect.any(String)] },
    ]);
    const [traceId] = said(stderr).traceIds as string[];
    expect(said(stderr).link).toBe(`${spoor.ready.ui}/#/trace/${traceId}`);
    expect((await spoor.get(`/v1/traces/${traceId}`)).body).toMatchObject({ rootService: 'shop', rootName: 'work' });
  });

  it('gets its arguments and our input, and its output and exit code are ours', async () => {
    const args = ['a b', 'c"d', "e'f", '$HOME', '', '*'];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1))); process.exitCode = 7';
    expect(await run(NO_WAIT, node(script, ...args))).toMatchObject({ code: 7, stdout: JSON.stringify(args) });
    const child = spawnRun(node('process.stdin.pipe(process.stdout)'));
    child.process.stdin.end('hello');
    expect([await child.ended, child.output()]).toEqual([0, 'hello']);
  });

  it('that there is none of is told as a shell does', async () => {
    expect(await run(NO_WAIT, ['no-such-program'])).toMatchObject({
      code: 127,
      stdout: '',
      stderr: 'spoor: There is no program no-such-program.\n',
    });
  });

  it.skipIf(process.platform === 'win32').each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('gets %s, which ends it', async (signal, code) => {
    // It ends with its input, too, whatever becomes of the test.
    const child = spawnRun(node("process.stdin.on('end', () => process.exit()).resume(); console.log('ready')"));
    try {
      await eventually(async () => child.output().includes('ready'));
      child.process.kill(signal);
      expect(await child.ended).toBe(code);
    } finally {
      child.process.stdin.end();
    }
  });
});

describe('--fail-on', () => {
  it('fails a run that went well where a trace of it matches', async () => {
    const on = [...WAIT, '--fail-on', '{ status = error }'];
    expect(await run(on, ...program('broken', 'declined'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--fail-on { status = error }: broken ('),
    });
    // What another run has sent is not of this one.
    expect(await run(on, ...program('fine'))).toMatchObject({ code: 0 });
    expect(await run(on, ...program('broken', 'declined', 9))).toMatchObject({ code: 9 });
  });

  it('that is no search is wrong usage, before the program runs', async () => {
    for (const query of ['{ x', '{ } | rate()']) {
      expect(await run(['--fail-on', query], node('console.log("ran")'))).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('See spoor run --help.'),
      });
    }
  });
});

describe('what programs call things', () => {
  it('is text in a report and in a terminal', async () => {
    const files = ['md', 'html'].map((ending) => join(folder.path, `report.${ending}`));
    const { code, stderr } = await run(
      [...WAIT, '--json', ...files.flatMap((file) => ['--report', file])],
      ...program('<img src=x onerror=alert(1)>', 'card <b>declined</b> | \u001b[31mby the bank'),
    );
    expect(code).toBe(0);
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      expect(text).toContain('1 span in 1 trace (1 with errors)');
      expect(text).toContain('by the bank');
      expect(text).not.toContain('<b>declined');
      expect(text).not.toContain('\u001b');
    }
    expect(await readFile(files[1] as string, 'utf8')).not.toContain('<img');
    const [traceId] = said(stderr).traceIds as string[];
    const shown = await runSpoor(['show', traceId as string, '--data-dir', folder.path], CLEAN);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('card <b>declined</b> | \ufffd[31mby')]);
  });
});

describe('doctor', () => {
  const doctor = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    runSpoor(['doctor', '--data-dir', folder.path, ...args], { ...CLEAN, ...environment });

  it('fails where something is broken, and writes it down without the token', async () => {
    const bundle = join(folder.path, 'bundle.zip');
    const { code, stdout } = await doctor(['--bundle', bundle], { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' });
    expect([code, stdout]).toEqual([1, expect.stringContaining('Set OTEL_EXPORTER_OTLP_ENDPOINT=')]);
    const files = Object.values(unzipSync(await readFile(bundle))).map((bytes) => strFromU8(bytes));
    expect(files.join('\n')).toContain('OTEL_EXPORTER_OTLP_ENDPOINT is set');
    expect(files.join('\n')).not.toContain(spoor.ready.token);
  });

  it('tells in a line what cannot be written', async () => {
    const bundle = join(folder.path, 'no', 'bundle.zip');
    const { code, stderr } = await doctor(['--bundle', bundle]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^spoor: .*bundle\.zip could not be written: ENOENT.*\n$/),
    ]);
  });

  it.skipIf(process.platform === 'win32')('works through a symbolic link, and finds all well', async () => {
    const link = join(folder.path, 'spoor-link');
    await symlink(CLI, link);
    const child = spawn(process.execPath, [link, 'doctor', '--data-dir', folder.path], {
      env: { ...process.env, ...CLEAN },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { ended, output } = followed(child);
    expect([await ended, output()]).toEqual([0, expect.stringContaining('Spoor runs at')]);
  });
});

it.skipIf(process.platform !== 'linux')('fails where its output cannot be written', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [CLI, '--help'], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  expect([await new Promise((resolve) => child.once('close', resolve)), stderr]).toEqual([
    1,
    expect.stringContaining('spoor: The output could not be written: ENOSPC'),
  ]);
});

describe('where no Spoor runs', () => {
  it('one is started, and in CI stopped with the run', async () => {
    const own = await preparedFolder();
    const at = ['--data-dir', own.path];
    try {
      const [command, environment] = program('work', '', 4);
      const { code, stderr } = await runSpoor(['run', ...at, '--no-instrument', ...WAIT, '--json', '--', ...command], {
        ...CLEAN,
        ...ANY_PORTS,
        ...environment,
        CI: '1',
      });
      expect([code, said(stderr)]).toMatchObject([4, { spans: 1, link: null, problems: [] }]);
      expect(await runSpoor(['stop', ...at], CLEAN)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('No Spoor runs'),
      });
      expect((await readdir(own.path)).filter((name) => name.startsWith('spoor-run-'))).toEqual([]);
    } finally {
      await runSpoor(['stop', ...at], CLEAN);
      await own.remove();
    }
  });
});

// The last: it is the Spoor of the others.
it('is stopped in good order by spoor stop', async () => {
  const ended = new Promise((resolve) => spoor.process.once('exit', resolve));
  expect(await runSpoor(['stop', '--data-dir', folder.path], CLEAN)).toMatchObject({
    code: 0,
    stdout: `Stopped Spoor (process ${spoor.ready.pid}).\n`,
  });
  expect(await ended).toBe(0);
});

/** `spoor run` while it runs. */
function spawnRun(command: readonly string[]) {
  const child = spawn(
    process.execPath,
    [CLI, 'run', '--data-dir', folder.path, '--no-instrument', ...NO_WAIT, '--', ...command],
    { env: { ...process.env, ...CLEAN }, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  return { process: child, ...followed(child) };
}

function followed(child: ReturnType<typeof spawn>) {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  return { ended: new Promise<number | null>((resolve) => child.once('close', resolve)), output: () => text };
}
