/**
 * One Spoor per data folder: opening a database twice corrupts it. The lock is a local socket, because the system closes it
 * with the process that holds it, however that dies; and a second start can ask the first one to show itself through it.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { StartError } from './start-error';

/** What a second instance learns of the first. */
export interface RunningInstance {
  readonly pid: number;
  readonly ui: string;
  readonly desktop: boolean;
}

export interface InstanceLock {
  /** Tells later starts where we are. */
  describe(instance: RunningInstance): void;
  /** Called when a second start asks for our window. */
  onFocus(show: () => void): void;
  release(): Promise<void>;
}

export type LockResult =
  | { readonly held: true; readonly lock: InstanceLock }
  | { readonly held: false; readonly running: RunningInstance | null };

const ANSWER_TIMEOUT_MS = 2_000;
/** A start that died while it replaced a stale socket blocks others no longer than this. */
const TAKEOVER_STALE_MS = 5_000;

export async function acquireInstanceLock(dataDir: string): Promise<LockResult> {
  const path = await socketPath(dataDir);
  for (let attempt = 0; attempt < 40; attempt++) {
    const server = await bind(path);
    if (server) return { held: true, lock: holdLock(server) };
    const answer = await ask(path);
    if (answer !== 'gone') return { held: false, running: answer };
    await removeStale(path);
  }
  return { held: false, running: null };
}

function holdLock(server: Server): InstanceLock {
  let described: RunningInstance | null = null;
  let show = (): void => {};
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.end(JSON.stringify(described));
    show();
  });
  return {
    describe(instance) {
      described = instance;
    },
    onFocus(callback) {
      show = callback;
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The server, or null when the path is taken. */
function bind(path: string): Promise<Server | null> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/** Asks the holder to show itself; `gone` when nobody listens any more. */
function ask(path: string): Promise<RunningInstance | null | 'gone'> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('gone');
    });
    socket.on('close', () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(text) as RunningInstance | null);
      } catch {
        resolve(null);
      }
    });
  });
}

/**
 * Removes the socket of a dead holder. Two starts at once must not each remove the other's new socket, so only the one that
 * makes the directory beside it may remove, and only after it has seen the holder gone once more.
 */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > TAKEOVER_STALE_MS) await rm(guard, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    return;
  }
  try {
    if ((await ask(path)) === 'gone') await rm(path, { force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** A socket's path may have 103 bytes on macOS and 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * In the data folder, which is ours alone. It must follow from the folder and from nothing in the environment: two processes that
 * disagreed about it (another TMPDIR, say) would both open the database.
 */
async function socketPath(dataDir: string): Promise<string> {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\spoor-${id}`;
  const path = join(dataDir, 'instance.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path;
  const { uid } = userInfo();
  const folder = `/tmp/spoor-${uid}`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await stat(folder)).uid !== uid)
    throw new StartError(`${folder} belongs to another user. Choose a data folder with a shorter path.`);
  return join(folder, `${id}.sock`);
}
