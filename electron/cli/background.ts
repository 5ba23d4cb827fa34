/** Starts Spoor in the background for a command that needs one, and stops it where nobody needs it any more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePortNear } from '../../services/net/listen';
import { StartError } from '../../services/store/start-error';
import { prepareDataFolder } from '../host/data-folder';
import type { FolderOptions } from '../host/options';
import { type RunningApi, runningApiOrNull } from '../host/running-api';

/** A first start on a busy machine is slow. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;
const LOOK_MS = 50;
const LOG = 'spoor-background.log';
/** Names the process that was started for runs, to be stopped with the last of them. */
const OWNED = 'spoor-run-owned';
/** Without a variable that says otherwise; a port that is taken is exchanged for a free one. */
const PORTS = [
  ['--otlp-http', 'SPOOR_OTLP_HTTP', 4318],
  ['--otlp-grpc', 'SPOOR_OTLP_GRPC', 4317],
  ['--ui', 'SPOOR_UI', 4380],
] as const;

export interface ReachedSpoor {
  readonly api: RunningApi;
  /** Whether it was started for this. */
  readonly started: boolean;
}

/** The Spoor that runs on the folder, or one that is started without a window. @throws StartError */
async function reachSpoor(options: FolderOptions, environment: NodeJS.ProcessEnv): Promise<ReachedSpoor> {
  for (const warning of options.warnings) process.stderr.write(`spoor: ${warning}\n`);
  const running = await runningApiOrNull(options);
  if (running) return { api: running, started: false };
  const failure = await start(options, environment);
  const api = await runningApiOrNull(options);
  if (!api) throw new StartError(failure ?? `Spoor was started on ${options.dataDir} and has gone again.`);
  // Another command may have been faster.
  return { api, started: failure === null };
}

/** @returns why it did not start; null: it is ready */
async function start({ dataDir, token }: FolderOptions, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const folder = await prepareDataFolder(dataDir, () => {});
  const logFile = join(folder, LOG);
  const ports: string[] = [];
  for (const [flag, variable, port] of PORTS) {
    if (environment[variable]) continue;
    const isFree = (await freePortNear({ host: '127.0.0.1', port: port - 1 })) === port;
    ports.push(flag, `127.0.0.1:${isFree ? port : 0}`);
  }
  const log = await open(logFile, 'w', 0o600);
  try {
    const script = process.argv[1] as string;
    const child: ChildProcess = spawn(process.execPath, [script, 'serve', '--json', '--data-dir', folder, ...ports], {
      // Not where the user is, whose folder it would hold.
      cwd: homedir(),
      detached: true,
      env: { ...environment, SPOOR_OPEN: '', ...(token === null ? {} : { SPOOR_TOKEN: token, SPOOR_TOKEN_FILE: '' }) },
      stdio: ['ignore', 'pipe', log.fd],
      windowsHide: true,
    });
    const isReady = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), START_TIMEOUT_MS);
      const end = (ready: boolean): void => {
        clearTimeout(timer);
        resolve(ready);
      };
      child.stdout?.once('data', () => end(true));
      child.once('error', () => end(false));
      child.once('exit', () => end(false));
    });
    child.stdout?.destroy();
    child.unref();
    if (isReady) return null;
    // Nobody would own it, should it come up yet.
    const isThere = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
    if (isThere && !(await stopSpoor(child.pid as number))) child.kill('SIGKILL');
  } finally {
    await log.close();
  }
  const said = await readFile(logFile, 'utf8').catch(() => '');
  const last = said.split('\n').findLast((line) => line.startsWith('spoor: '));
  return last?.slice('spoor: '.length) ?? `Spoor did not start; ${logFile} says more.`;
}

/** Ends the Spoor of a process, and waits until it has closed its database. @returns whether it has ended */
export async function stopSpoor(pid: number): Promise<boolean> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  while (await goesOn(pid)) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}

/** A process that has ended keeps its id until its parent looks; in many containers, nobody looks after what lost its parent. */
async function goesOn(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    // Of another user it is another process, which has got the number since.
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return !/\) [ZX] [^)]*$/.test(stat);
}

/**
 * Several runs may share the Spoor that the first of them started: the last one stops it. Of a run the others know before it looks for
 * Spoor, which nobody stops meanwhile. @throws StartError
 */
export async function joinRuns(options: FolderOptions, environment: NodeJS.ProcessEnv): Promise<ReachedSpoor> {
  const folder = await prepareDataFolder(options.dataDir, () => {});
  const mark = markIn(folder);
  await writeFile(mark, '', { mode: 0o600 });
  try {
    const reached = await reachSpoor(options, environment);
    if (reached.started) await writeFile(join(folder, OWNED), String(reached.api.instance.pid), { mode: 0o600 });
    return reached;
  } catch (error) {
    await rm(mark, { force: true });
    throw error;
  }
}

function markIn(folder: string): string {
  return join(folder, `spoor-run-${process.pid}`);
}

/** @param stop whether Spoor is to end, where it was started for runs and this is the last. @returns whether it has ended */
export async function leaveRuns(dataDir: string, { api }: ReachedSpoor, stop: boolean): Promise<boolean> {
  await rm(markIn(dataDir), { force: true });
  const owned = join(dataDir, OWNED);
  const pid = Number(await readFile(owned, 'utf8').catch(() => '0'));
  if (!stop) {
    await rm(owned, { force: true });
    return false;
  }
  if (pid !== api.instance.pid || (await hasOtherRuns(dataDir))) return false;
  await rm(owned, { force: true });
  return stopSpoor(pid);
}

async function hasOtherRuns(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir).catch(() => []);
  const runs = names.flatMap((name) => /^spoor-run-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const others = await Promise.all(runs.map(goesOn));
  return others.includes(true);
}
