/**
 * Which machine a holder of the lock runs on, kept beside its socket: a socket that refuses says that nobody has it open here, and
 * says nothing of another machine that has the folder mounted.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { bootId, hostName, sharedFileSystem } from './machine';

const RECORD = z.object({
  boot: z.string(),
  host: z.string(),
  /** The file system, where the holder saw one that machines share; null: a disk of its own. */
  shared: z.string().nullable(),
  since: z.string(),
});

const fileOf = (socket: string): string => `${socket}.host`;

/** @param socket of a holder to be, before anybody can find it */
export async function writeHolder(socket: string, dataDir: string): Promise<void> {
  const shared = await sharedFileSystem(dataDir);
  const record: z.infer<typeof RECORD> = {
    boot: await bootId(),
    host: hostName(),
    shared,
    since: new Date().toISOString(),
  };
  await writeFile(fileOf(socket), `${JSON.stringify(record)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    // A full disk is no reason not to start where nobody asks for it: on a disk of this machine alone.
    if (shared !== null) throw error;
  });
}

export async function forgetHolder(socket: string): Promise<void> {
  await rm(fileOf(socket), { force: true });
}

/**
 * Null: whoever had a socket that refuses is surely dead. It ran on this machine since it was started, or on a disk that no other
 * machine has.
 * @returns what to say otherwise
 */
export async function doubtOver(socket: string, dataDir: string): Promise<string | null> {
  const text = await readFile(fileOf(socket), 'utf8').catch(() => null);
  const holder = text === null ? null : recordOf(text);
  const boot = await bootId();
  if (holder && holder.boot === boot && (boot !== '' || holder.host === hostName())) return null;
  const shared = (await sharedFileSystem(dataDir)) ?? holder?.shared ?? null;
  if (shared === null) return null;
  const who = holder ? `the computer ${holder.host}, since ${holder.since}` : 'another computer';
  return (
    `The data folder ${dataDir} was opened by Spoor on ${who}, and is on a file system that computers share (${shared}): ` +
    'from here nobody can tell whether it still runs. End it there. If it surely does not run any more, delete ' +
    `${join(dataDir, basename(socket))} and start again; or choose another folder with --data-dir DIR.`
  );
}

function recordOf(text: string): z.infer<typeof RECORD> | null {
  try {
    return RECORD.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
