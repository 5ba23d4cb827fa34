/**
 * One Spoor per data folder: opening a database twice corrupts it. The lock is a socket in the folder, because the system closes it
 * with the process that holds it, however that dies; and a second start can ask the first one to show itself through it. A socket is
 * found by its inode: whatever the folder is called, and in whichever container of a machine it is mounted, there is one. What another
 * machine has open, a socket does not tell: holder-record.ts.
 *
 * A dead holder leaves its socket file behind, and whoever removes it may remove a newer one, or one that is bound and does
 * not listen yet. So nobody removes the newest: holders have numbers. A start listens on a socket of its own, and then claims
 * the number after the newest dead one by a symbolic link, which the system makes for one of them alone.
 */
import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { doubtOver, forgetHolder, writeHolder } from './holder-record';
import { sharedFileSystem } from './machine';
import { shortFolder } from './socket-place';
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
  /**
   * Called when the lock is not where the folder's path leads any more: the folder was moved or removed, another lies over it, or somebody
   * deleted the lock. What is written from then on may land in the database of another Spoor.
   */
  onLost(leave: (message: string) => void): void;
  release(): Promise<void>;
}

export type LockResult =
  | { readonly held: true; readonly lock: InstanceLock }
  | { readonly held: false; readonly running: RunningInstance | null };

const ANSWER_TIMEOUT_MS = 2_000;
const MAX_ATTEMPTS = 40;
const LOOK_EVERY_MS = 500;
const SOCKET = 'instance.sock';
type Answer = RunningInstance | null | 'gone' | 'refused';
/** What the command line sends, which wants no window. */
const WHO = 'who';
/** What a start sends that has a link to show; the link follows. */
const OPEN = 'open ';
const MAX_MESSAGE_CHARS = 64 * 1024;

/** @param link for the window of whoever runs already @throws StartError where nobody can tell who has it */
export async function acquireInstanceLock(folder: string, link: string | null): Promise<LockResult> {
  const message = link === null ? '' : OPEN + link;
  const dataDir = await realpath(folder);
  if (process.platform === 'win32') return acquirePipe(dataDir, message);
  const short = await shortFolder(dataDir);
  let result: LockResult | null = null;
  try {
    result = await acquireNumbered(join(short.path, SOCKET), dataDir, message);
    if (!result.held) return result;
    const { lock } = result;
    return { held: true, lock: { ...lock, release: () => lock.release().finally(short.close) } };
  } finally {
    if (!result?.held) await short.close();
  }
}

/** Who runs on this folder; null: nobody that answers. Its window stays where it is. */
export async function runningInstance(dataDir: string): Promise<RunningInstance | null> {
  if (process.platform === 'win32') return instanceOf(await ask(await pipeOf(dataDir), WHO));
  const short = await shortFolder(dataDir);
  try {
    const path = join(short.path, SOCKET);
    const newest = await newestNumber(path).catch(() => 0);
    return newest === 0 ? null : instanceOf(await ask(`${path}.${newest}`, WHO));
  } finally {
    await short.close();
  }
}

/** Windows removes a pipe with its process, and gives a name to one process alone. */
async function acquirePipe(dataDir: string, message: string): Promise<LockResult> {
  if ((await sharedFileSystem(dataDir)) !== null) {
    throw new StartError(
      `The data folder ${dataDir} is on a network share, where Spoor cannot tell whether another computer has it open. Choose a folder on a disk of this one with --data-dir DIR.`,
    );
  }
  const path = await pipeOf(dataDir);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const server = await bind(path);
    if (server) return { held: true, lock: holdLock(server, null, async () => {}) };
    const answer = await ask(path, message);
    if (answer !== 'gone' && answer !== 'refused') return { held: false, running: answer };
  }
  return { held: false, running: null };
}

async function acquireNumbered(path: string, dataDir: string, message: string): Promise<LockResult> {
  let server: Server | null = null;
  let own = '';
  const giveUp = async (): Promise<void> => {
    if (!server) return;
    await forgetHolder(own);
    server.close();
    server = null;
  };
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const newest = await newestNumber(path);
      const answer = newest === 0 ? 'gone' : await ask(`${path}.${newest}`, message);
      if (answer !== 'gone' && answer !== 'refused') return { held: false, running: answer };
      if (answer === 'refused') {
        const doubt = await doubtOver(await targetOf(`${path}.${newest}`), dataDir);
        if (doubt !== null) throw new StartError(doubt);
      }
      // Listening before it can be found: a socket that refuses is a dead one.
      if (!server) {
        own = `${path}.${randomBytes(4).toString('hex')}`;
        server = await listenIn(own, dataDir);
        await writeHolder(own, dataDir);
      }
      const claim = newest + 1;
      if (!(await claimed(own, `${path}.${claim}`))) continue;
      // A start that was held up here claims a number that others have passed and cleared away, with the socket maybe.
      if ((await newestNumber(path)) !== claim) {
        await rm(`${path}.${claim}`, { force: true });
        await giveUp();
        continue;
      }
      await removeOlder(path, claim);
      const lock = holdLock(server, join(dataDir, basename(own)), () => forgetHolder(own));
      server = null;
      return { held: true, lock };
    }
    return { held: false, running: null };
  } finally {
    await giveUp();
  }
}

/** @throws StartError where the file system has no sockets */
async function listenIn(own: string, dataDir: string): Promise<Server> {
  try {
    const server = await bind(own);
    if (server) return server;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new StartError(
      `In the data folder ${dataDir} no socket can be made (${code}), so that Spoor cannot make sure that it alone has it open. Choose a folder on a disk of this computer with --data-dir DIR.`,
    );
  }
  throw new Error(`${own} is taken`);
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
    const target = await targetOf(link);
    if (target !== link) {
      await rm(target, { force: true });
      await forgetHolder(target);
    }
    await rm(link, { force: true });
  }
}

/** The socket that a claim leads to. */
async function targetOf(link: string): Promise<string> {
  const target = await readlink(link).catch(() => link);
  return join(dirname(link), basename(target));
}

/** @param socket its path as others find it; null: nobody can take it away @param onRelease once the socket is closed */
function holdLock(server: Server, socket: string | null, onRelease: () => Promise<void>): InstanceLock {
  let described: RunningInstance | null = null;
  let show = (_link: string | null): void => {};
  let watch: NodeJS.Timeout | undefined;
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
    onLost(leave) {
      if (socket === null) return;
      const look = async (): Promise<void> => {
        const code = await lstat(socket).then(
          () => '',
          (error: NodeJS.ErrnoException) => error.code,
        );
        if (!server.listening) return;
        // Anything else is a disk or a network that does not answer just now.
        if (code === 'ENOENT' || code === 'ENOTDIR') {
          leave(
            `The data folder ${dirname(socket)} was moved, removed or replaced while Spoor had it open, or the lock in it was deleted. ` +
              'Spoor ends, so as not to write into what is there now. What was acknowledged is in the folder that was moved: start again with it.',
          );
        } else {
          watch = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
        }
      };
      void look();
    },
    async release() {
      clearTimeout(watch);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await onRelease();
    },
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

/** Asks who holds it and, unless it sends `WHO`, to show itself, with a link where one follows `OPEN`; `gone`: there is no such socket; `refused`: nobody on this machine listens there. */
function ask(path: string, send: string): Promise<Answer> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(), ANSWER_TIMEOUT_MS);
    if (send !== '') socket.write(send);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('gone');
      else if (error.code === 'ECONNREFUSED') resolve('refused');
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

function instanceOf(answer: Answer): RunningInstance | null {
  return answer === 'gone' || answer === 'refused' ? null : answer;
}

/** Named by the folder itself, not by a path of it. */
async function pipeOf(dataDir: string): Promise<string> {
  const { dev, ino } = await stat(dataDir, { bigint: true });
  const name = ino === 0n ? dataDir : `${dev} ${ino}`;
  return `\\\\.\\pipe\\spoor-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
}
