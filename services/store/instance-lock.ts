/**
 * One Spoor per data folder: opening a database twice corrupts it. The lock is a local socket, because the system closes it
 * with the process that holds it, however that dies; and a second start can ask the first one to show itself through it.
 *
 * A dead holder leaves its socket file behind, and whoever removes it may remove a newer one, or one that is bound and does
 * not listen yet. So nobody removes the newest: holders have numbers. A start listens on a socket of its own, and then claims
 * the number after the newest dead one by a symbolic link, which the system makes for one of them alone.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
  /** Called when a second start asks for our window, with the link that it was started for. */
  onFocus(show: (link: string | null) => void): void;
  release(): Promise<void>;
}

export type LockResult =
  | { readonly held: true; readonly lock: InstanceLock }
  | { readonly held: false; readonly running: RunningInstance | null };

const ANSWER_TIMEOUT_MS = 2_000;
const MAX_ATTEMPTS = 40;
/** What the command line sends, which wants no window. */
const WHO = 'who';
/** What a start sends that has a link to show; the link follows. */
const OPEN = 'open ';
const MAX_MESSAGE_CHARS = 64 * 1024;

/** @param link for the window of whoever runs already */
export async function acquireInstanceLock(dataDir: string, link: string | null): Promise<LockResult> {
  const path = await socketPath(dataDir);
  const message = link === null ? '' : OPEN + link;
  return process.platform === 'win32' ? acquirePipe(path, message) : acquireNumbered(path, message);
}

/** Who runs on this folder; null: nobody that answers. Its window stays where it is. */
export async function runningInstance(dataDir: string): Promise<RunningInstance | null> {
  const path = await socketPath(dataDir);
  const isPipe = process.platform === 'win32';
  const newest = isPipe ? 0 : await newestNumber(path).catch(() => 0);
  if (!isPipe && newest === 0) return null;
  const answer = await ask(isPipe ? path : `${path}.${newest}`, WHO);
  return answer === 'gone' ? null : answer;
}

/** Windows removes a pipe with its process, and gives a name to one process alone. */
async function acquirePipe(path: string, message: string): Promise<LockResult> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const server = await bind(path);
    if (server) return { held: true, lock: holdLock(server) };
    const answer = await ask(path, message);
    if (answer !== 'gone') return { held: false, running: answer };
  }
  return { held: false, running: null };
}

async function acquireNumbered(path: string, message: string): Promise<LockResult> {
  const own = `${path}.${randomBytes(4).toString('hex')}`;
  let server: Server | null = null;
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const newest = await newestNumber(path);
      const answer = newest === 0 ? 'gone' : await ask(`${path}.${newest}`, message);
      if (answer !== 'gone') return { held: false, running: answer };
      // Listening before it can be found: a socket that refuses is a dead one.
      server ??= await bind(own);
      if (!server) return { held: false, running: null };
      const claim = newest + 1;
      if (!(await claimed(own, `${path}.${claim}`))) continue;
      // A start that was held up here claims a number that others have passed and cleared away.
      if ((await newestNumber(path)) !== claim) {
        await rm(`${path}.${claim}`, { force: true });
        continue;
      }
      await removeOlder(path, claim);
      const lock = holdLock(server);
      server = null;
      return { held: true, lock };
    }
    return { held: false, running: null };
  } finally {
    server?.close();
  }
}

/** Whether the name was free. */
async function claimed(own: string, name: string): Promise<boolean> {
  try {
    await symlink(basename(own), name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function numbersBeside(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names.flatMap((name) => {
    const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return /^[1-9][0-9]{0,6}$/.test(number) ? [Number(number)] : [];
  });
}

async function newestNumber(path: string): Promise<number> {
  return Math.max(0, ...(await numbersBeside(path)));
}

/** The dead below the holder, with the sockets they left. */
async function removeOlder(path: string, holder: number): Promise<void> {
  for (const number of await numbersBeside(path)) {
    if (number >= holder) continue;
    const link = `${path}.${number}`;
    const target = await readlink(link).catch(() => null);
    if (target !== null) await rm(join(dirname(path), basename(target)), { force: true });
    await rm(link, { force: true });
  }
}

function holdLock(server: Server): InstanceLock {
  let described: RunningInstance | null = null;
  let show = (_link: string | null): void => {};
  server.on('error', () => {});
  server.on('connection', (socket) => {
    let message = '';
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (message.length < MAX_MESSAGE_CHARS) message += chunk;
    });
    socket.on('close', () => {
      if (message !== WHO) show(message.startsWith(OPEN) ? message.slice(OPEN.length) : null);
    });
    socket.end(JSON.stringify(described));
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

/** Asks who holds it and, unless it sends `WHO`, to show itself, with a link where one follows `OPEN`; `gone` when nobody listens any more. */
function ask(path: string, send: string): Promise<RunningInstance | null | 'gone'> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    if (send !== '') socket.write(send);
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

/** A socket's path may have 103 bytes on macOS and 107 on Linux; ours gets a suffix of nine. */
const MAX_SOCKET_PATH_BYTES = 90;

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
