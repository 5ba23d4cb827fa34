/** Which kernel we run on, and whether a folder is on a disk of its own or shared with other machines. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** File systems that several machines, or a machine and its host, may have mounted at a time. What is not known is taken for one. */
const LOCAL_FILE_SYSTEMS: ReadonlySet<string> = new Set([
  ...[
    'ext2',
    'ext3',
    'ext4',
    'xfs',
    'btrfs',
    'zfs',
    'f2fs',
    'jfs',
    'reiserfs',
    'bcachefs',
    'nilfs2',
    'tmpfs',
    'ramfs',
    'rootfs',
  ],
  ...[
    'overlay',
    'aufs',
    'shiftfs',
    'ecryptfs',
    'vfat',
    'exfat',
    'msdos',
    'ntfs',
    'ntfs3',
    'hfs',
    'hfsplus',
    'apfs',
    'udf',
    'ubifs',
  ],
  ...['fuseblk', 'fuse.fuse-overlayfs', 'fuse.ntfs-3g'],
]);

/** Changes with every boot, and is one for all containers of a machine; empty where the system does not say. */
export async function bootId(): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    if (process.platform === 'darwin')
      return (await run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim();
  } catch {
    // A sandbox that does not say.
  }
  return '';
}

/** Of the installed system, which keeps it over boots, as systemd and macOS do. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];
/** What the common container engines leave in every container. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];

/** Stays over boots; empty where the system does not say, and in a container, whose image may bring the same one to several machines. */
export async function machineId(): Promise<string> {
  if (process.platform === 'linux') {
    if (process.env.KUBERNETES_SERVICE_HOST !== undefined || CONTAINER_MARKS.some((mark) => existsSync(mark)))
      return '';
    for (const file of MACHINE_ID_FILES) {
      const id = (await readFile(file, 'utf8').catch(() => '')).trim();
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    }
  }
  if (process.platform === 'darwin') {
    const { stdout } = await run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']).catch(() => ({
      stdout: '',
    }));
    return /"IOPlatformUUID" = "([^"]+)"/.exec(stdout)?.[1] ?? '';
  }
  return '';
}

/** For people: which of their computers it is. */
export function hostName(): string {
  return hostname();
}

/** The name of the file system that a folder is on, where it may be shared with another machine; null: it is on a disk of this one. */
export async function sharedFileSystem(folder: string): Promise<string | null> {
  if (process.platform === 'win32') return folder.startsWith('\\\\') ? 'a network share' : null;
  const type = process.platform === 'darwin' ? await typeByMount(folder) : await typeByMountInfo(folder);
  return type === null || LOCAL_FILE_SYSTEMS.has(type) ? null : type;
}

/** Null: the system does not say. */
async function typeByMountInfo(folder: string): Promise<string | null> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mountTypeOf(text, folder);
}

/** @param mountInfo as proc(5) describes it @param folder its real path */
export function mountTypeOf(mountInfo: string, folder: string): string | null {
  let found: { readonly point: string; readonly type: string } | null = null;
  for (const line of mountInfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const point = mount
      .split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const type = source.split(' ')[0];
    if (point === undefined || !type || !isWithin(point, folder)) continue;
    // Of two at one place the later lies over the earlier.
    if (!found || point.length >= found.point.length) found = { point, type };
  }
  return found?.type ?? null;
}

/** `/dev/disk3s1 on /Volumes/Data (apfs, local, journaled)`: macOS says itself what is local. */
async function typeByMount(folder: string): Promise<string | null> {
  const { stdout } = await run('/sbin/mount', []).catch(() => ({ stdout: '' }));
  const mounts = stdout.split('\n').flatMap((line) => {
    const [from, to] = [line.indexOf(' on '), line.lastIndexOf(' (')];
    if (from < 0 || to < from || !line.endsWith(')')) return [];
    return [{ point: line.slice(from + ' on '.length, to), options: line.slice(to + ' ('.length, -1) }];
  });
  const [nearest] = mounts
    .filter(({ point }) => isWithin(point, folder))
    .sort((a, b) => b.point.length - a.point.length);
  if (!nearest) return null;
  const [type = '', ...flags] = nearest.options.split(', ');
  return flags.includes('local') ? null : type;
}

function isWithin(point: string, folder: string): boolean {
  return point === '/' || folder === point || folder.startsWith(`${point}/`);
}
