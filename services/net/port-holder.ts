/** Which process listens on a port, where the system tells: /proc on Linux, lsof on macOS, netstat on Windows. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** An answer later than this is not worth waiting for. */
const TIMEOUT_MS = 3_000;
const TCP_LISTEN = '0A';

/** Such as `otelcol (pid 4711)`; null when it cannot be told. */
export async function portHolder(port: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') return await linuxHolder(port);
    if (process.platform === 'win32') return await windowsHolder(port);
    return await lsofHolder(port);
  } catch {
    return null;
  }
}

async function linuxHolder(port: number): Promise<string | null> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hexPort}`) && fields[3] === TCP_LISTEN && fields[9])
        inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Other users' processes cannot be read: skipped, not an error.
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (inodes.has(target)) return `${await linuxName(pid)} (pid ${pid})`;
    }
  }
  return null;
}

async function linuxName(pid: string): Promise<string> {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  return name === '' ? 'a process' : name;
}

async function lsofHolder(port: number): Promise<string | null> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: TIMEOUT_MS });
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const name = /^c(.+)$/m.exec(stdout)?.[1];
  return pid ? `${name ?? 'a process'} (pid ${pid})` : null;
}

async function windowsHolder(port: number): Promise<string | null> {
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP'], { timeout: TIMEOUT_MS });
  const line = stdout.split('\n').find((text) => new RegExp(`:${port}\\s+\\S+\\s+LISTENING`).test(text));
  const pid = line?.trim().split(/\s+/).at(-1);
  if (!pid) return null;
  const { stdout: tasks } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], {
    timeout: TIMEOUT_MS,
  });
  return `${/^"([^"]+)"/.exec(tasks)?.[1] ?? 'a process'} (pid ${pid})`;
}
