/** One Spoor per data folder, whatever the folder is called and wherever it is mounted: with processes that are killed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRequest } from '../../core/samples/otlp-builder';
import { openPglite } from '../../server/adapters/pglite';
import { SERVER_FOLDER } from '../../server/migrations/migrate-server';
import { runningInstance } from '../../services/store/instance-lock';
import { startSpoor } from '../fixtures/spoor';
import { startTeamServer } from '../fixtures/team-server';
import { drawnSpans, traceIdOf } from '../fixtures/traces';

const PROGRAM = join(import.meta.dirname, '..', 'fixtures', 'hold-lock.ts');
const ROUNDS = 3;
const RACERS = 8;

let root: string;
let started: ChildProcess[] = [];
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'spoor-lock-')));
});
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
  await rm(root, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** `held`, `refused`, or `failed` with a reason. */
  readonly outcome: Promise<string>;
  /** What it says after that. */
  readonly later: Promise<string>;
}

/** @param within words before the program's, such as those that give it a container of its own */
function start(folder: string, { go, within = [] }: { go?: string; within?: readonly string[] } = {}): Program {
  const command = [...within, process.execPath, '--import', 'tsx', PROGRAM, folder, ...(go ? [go] : [])];
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const ready = lines.next();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const outcome = ready.then(next);
  return { child, ready, outcome, later: outcome.then(next) };
}

async function kill({ child }: Program): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Words that run a program in namespaces of its own, as a container does; null: this user of this machine may not. */
function ownNamespaces(mount: string): readonly string[] | null {
  const flags = [
    '--mount',
    '--pid',
    '--fork',
    '--net',
    '--kill-child',
    ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ];
  const words = ['unshare', ...flags, 'sh', '-ec', `${mount} exec "$@"`, 'sh'];
  try {
    execFileSync('unshare', [...words.slice(1), 'true'], { stdio: 'ignore' });
    return words;
  } catch {
    return null;
  }
}

const deep = async (): Promise<string> => {
  const folder = join(root, 'a'.repeat(100), 'b'.repeat(100));
  await mkdir(folder, { recursive: true });
  return folder;
};

describe('one folder under two names', () => {
  it('is one folder, however long its path is', async () => {
    const folder = await deep();
    await symlink(folder, join(root, 'short'));
    expect(await start(folder).outcome).toBe('held');
    expect(await start(join(root, 'short')).outcome).toBe('refused');
    expect(await start(folder).outcome).toBe('refused');
    expect((await runningInstance(join(root, 'short')))?.ui).toBe(folder);
  });

  it.each(['short', 'long'])('is one folder in another container, through a bind mount: %s', async (length) => {
    const folder = length === 'long' ? await deep() : root;
    const other = join(await mkdtemp(join(tmpdir(), 'spoor-bind-')), 'there');
    // Where nobody may mount, a second name has to do.
    const within = ownNamespaces(`mkdir -p '${other}'; mount --bind '${folder}' '${other}';`);
    if (!within) await symlink(folder, other);
    const second = (): Program => start(other, within ? { within } : {});
    try {
      const here = start(folder);
      expect(await here.outcome).toBe('held');
      expect(await second().outcome).toBe('refused');
      await kill(here);
      const there = second();
      expect(await there.outcome).toBe('held');
      expect(await start(folder).outcome).toBe('refused');
    } finally {
      for (const child of started) child.kill('SIGKILL');
      await rm(join(other, '..'), { recursive: true, force: true });
    }
  });

  it('is one folder for the trial of the team server', async () => {
    const folder = await deep();
    await symlink(folder, join(root, 'short'));
    expect(await start(folder).outcome).toBe('held');
    await expect(openPglite(join(root, 'short'), SERVER_FOLDER)).rejects.toThrow(
      /Another Spoor runs on .* \(process \d+\)/,
    );
    expect(await readdir(folder)).not.toContain('db');
  });
});

it('of many that start at once on a folder whose holder was killed, one has it', async () => {
  const folder = await deep();
  await symlink(folder, join(root, 'short'));
  for (let round = 0; round < ROUNDS; round++) {
    const go = join(root, `go-${round}`);
    const racers = Array.from({ length: RACERS }, (_, index) =>
      start(index % 2 ? folder : join(root, 'short'), { go }),
    );
    await Promise.all(racers.map(({ ready }) => ready));
    await writeFile(go, '');
    const outcomes = await Promise.all(racers.map(({ outcome }) => outcome));
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(RACERS - 1);
    await Promise.all(racers.filter((_, index) => outcomes[index] === 'held').map(kill));
  }
  // Of the dead the last alone is left: its claim, its socket, and what it said of itself.
  expect((await readdir(folder)).filter((name) => name.startsWith('instance.sock'))).toHaveLength(3);
});

describe('a folder that is taken away from its holder', () => {
  it('is the same one where it was moved to, and the holder leaves it', async () => {
    const [folder, moved] = [join(root, 'first'), join(root, 'moved')];
    await mkdir(folder);
    const holder = start(folder);
    expect(await holder.outcome).toBe('held');
    await rename(folder, moved);
    // Another takes the place that the first one's paths lead to.
    await mkdir(folder);
    expect(await holder.later).toMatch(/^lost The data folder .*first was moved, removed or replaced .* start again/);
    expect(await start(folder).outcome).toBe('held');
    expect(await start(moved).outcome).toBe('held');
  });

  it('is left by a holder whose lock somebody deleted', async () => {
    const holder = start(root);
    expect(await holder.outcome).toBe('held');
    for (const name of await readdir(root)) await rm(join(root, name));
    expect(await holder.later).toMatch(/^lost /);
  });

  it('is not written to by the headless shell', async () => {
    const [folder, moved] = [join(root, 'first'), join(root, 'moved')];
    const spoor = await startSpoor(folder);
    started.push(spoor.process);
    const gone = once(spoor.process, 'exit');
    const body = traceRequest(drawnSpans(traceIdOf(1), 'a 0..1'));
    expect((await spoor.post('/v1/traces', body)).status).toBe(200);
    await rename(folder, moved);
    await mkdir(folder);
    expect(await gone).toEqual([1, null]);
    await expect.poll(() => spoor.errors()).toContain('was moved, removed or replaced');
    expect(await readdir(folder)).toEqual([]);
    const again = await startSpoor(moved);
    started.push(again.process);
    expect((await again.get(`/v1/traces/${traceIdOf(1)}`)).status).toBe(200);
    expect(await again.stop()).toBe(0);
  });

  it('is not written to by the trial of the team server', async () => {
    const [folder, moved] = [join(root, 'first'), join(root, 'moved')];
    const server = await startTeamServer(folder);
    started.push(server.process);
    const gone = once(server.process, 'exit');
    await rename(folder, moved);
    expect(await gone).toEqual([1, null]);
    expect(await readdir(root)).toEqual(['moved']);
  });
});

describe('a holder on another machine', () => {
  /** As if the dead holder had been on a machine that was started at another time. */
  async function left(change: object): Promise<string> {
    const holder = start(root);
    expect(await holder.outcome).toBe('held');
    await kill(holder);
    const name = (await readdir(root)).find((one) => one.endsWith('.host')) as string;
    const record = JSON.parse(await readFile(join(root, name), 'utf8')) as object;
    await writeFile(join(root, name), JSON.stringify({ ...record, ...change }));
    return join(root, name.replace(/\.host$/, ''));
  }

  it('is not dead because nobody answers here', async () => {
    const socket = await left({ boot: 'another', host: 'atlas', shared: 'nfs4' });
    const refused = await start(root).outcome;
    expect(refused).toMatch(
      /^failed .*the computer atlas, since 2.*\(nfs4\).*delete .*instance\.sock\.\w+ and start again/,
    );
    expect(refused).toContain(socket);
    await rm(socket);
    expect(await start(root).outcome).toBe('held');
  });

  it('is dead where the disk is of this machine alone, which was started anew since', async () => {
    await left({ boot: 'another' });
    expect(await start(root).outcome).toBe('held');
  });

  it('is dead where it ended in good order', async () => {
    const holder = start(root);
    expect(await holder.outcome).toBe('held');
    const gone = once(holder.child, 'exit');
    holder.child.kill('SIGTERM');
    await gone;
    expect((await readdir(root)).filter((name) => name.endsWith('.host'))).toEqual([]);
    expect(await start(root).outcome).toBe('held');
  });
});
