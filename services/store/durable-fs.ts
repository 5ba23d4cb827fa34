/**
 * PGlite's file system with `fsync`, which it leaves out: without it PostgreSQL believes that its WAL and its checkpoints are on
 * disk when they are in the page cache, and a power cut may lose acknowledged spans or the database. And its files are the user's
 * alone: Emscripten sets modes after a file was made, with an umask of its own. And whoever has the database hears of a disk that
 * has no room, before PostgreSQL does.
 */
import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What nobody but the owner may. */
const OTHERS = 0o077;

/** As Emscripten numbers them: ENOSPC, EDQUOT. */
const NO_ROOM: readonly unknown[] = [51, 19];
/** What a query does not hold in memory: without room it fails alone. */
const TEMPORARY = /\/pgsql_tmp\//;

/** What we use of Emscripten's NODEFS (emscripten.org/docs/api_reference/Filesystem-API.html). */
interface NodeStream {
  readonly node: unknown;
  /** The descriptor of a file; a directory has none. */
  readonly nfd?: number;
}
interface NodeFileSystem {
  realPath(node: unknown): string;
  readonly stream_ops: {
    fsync?: (stream: NodeStream) => number;
    write: (stream: NodeStream, ...rest: readonly unknown[]) => number;
  };
  readonly node_ops: { setattr: (node: unknown, attributes: { readonly mode?: number | null }) => void };
}

export class DurableFs extends NodeFS {
  /**
   * @param onFull is called within the write that finds no room. As a single process PostgreSQL may wait for itself for ever when it
   * is told (of a lock that a checkpoint holds, say): nothing that is called later can be relied on, so it should end the thread.
   */
  constructor(
    directory: string,
    private readonly onFull: () => void,
  ) {
    super(directory);
  }

  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options);
    const amend = (module: { readonly NODEFS: NodeFileSystem }): void => {
      const { NODEFS } = module;
      const { setattr } = NODEFS.node_ops;
      const { write } = NODEFS.stream_ops;
      NODEFS.node_ops.setattr = (node, attributes) => {
        const { mode } = attributes;
        setattr(node, mode == null ? attributes : { ...attributes, mode: mode & ~OTHERS });
      };
      NODEFS.stream_ops.write = (stream, ...rest) => {
        try {
          return write(stream, ...rest);
        } catch (error) {
          const { errno } = error as { errno?: unknown };
          if (NO_ROOM.includes(errno) && !TEMPORARY.test(NODEFS.realPath(stream.node))) this.onFull();
          throw error;
        }
      };
      NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fdatasyncSync(stream.nfd);
        else if (process.platform !== 'win32') syncDirectory(NODEFS.realPath(stream.node));
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), amend] } };
  }
}

/** The names in a directory, so that a file made there is found again. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** PGlite's own parameters without `-F`, which turns `fsync` off. Of the ways to sync, Emscripten passes this one on. */
export const DURABLE_START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
  // Of the log no more is kept to be used again than is written between two checkpoints; those are ours to ask for.
  '-c',
  'min_wal_size=8MB',
  '-c',
  'max_wal_size=16MB',
  // Of a thousand files, which many partitions have, most rest.
  '-c',
  'max_files_per_process=200',
  // WebAssembly fills all of it with zeros at the start, so that each of these is taken at once. The system's own cache is behind it.
  '-c',
  'shared_buffers=32MB',
];
