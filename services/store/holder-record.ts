/**
 * Which machine a holder of the lock runs on, kept beside its socket: a socket that refuses says that nobody has it open here, and
 * says nothing of another machine that has the folder mounted.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { bootId, hostName, machineId, sharedFileSystem } from './machine';

const RECORD = z.object({
  boot: z.string(),
  host: z.string(),
  /** Absent in what earlier versions wrote. */
  machine: z.string().default(''),
  /** The file system, where the holder saw one that machines share; null: a disk of its own. */
  shared: z.string().nullable(),
  since: z.string(),
});

export type Holder = z.infer<typeof RECORD>;
type Here = Pick<Holder, 'boot' | 'host' | 'machine'>;

const fileOf = (socket: string): string => `${socket}.host`;

/** @param socket of a holder to be, before anybody can find it */
export async function writeHolder(socket: string, dataDir: string): Promise<void> {
  const shared = await sharedFileSystem(dataDir);
  const record: Holder = { ...(await whereWeRun()), shared, since: new Date().toISOString() };
  await writeFile(fileOf(socket), `${JSON.stringify(record)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    // A full disk is no reason not to start where nobody asks for it: on a disk of this machine alone.
    if (shared !== null) throw error;
  });
}

export async function forgetHolder(socket: string): Promise<void> {
  await rm(fileOf(socket), { force: true });
}

/**
 * Null: whoever had a socket that refuses is surely dead. It ran on this machine, or on a disk that no other machine has.
 * @returns what to say otherwise
 */
export async function doubtOver(socket: string, dataDir: string): Promise<string | null> {
  const text = await readFile(fileOf(socket), 'utf8').catch(() => null);
  const holder = text === null ? null : recordOf(text);
  const here = await whereWeRun();
  if (holder && ranHere(holder, here)) return null;
  const shared = (await sharedFileSystem(dataDir)) ?? holder?.shared ?? null;
  if (shared === null) return null;
  return doubtMessage(holder, here, { shared, dataDir, socket: join(dataDir, basename(socket)) });
}

/** @returns whether it was in this boot, or in an earlier one of this machine: then nobody is behind its socket */
export function ranHere(holder: Here, here: Here): boolean {
  const isNamedAlike = holder.host === here.host;
  if (holder.boot === here.boot) return here.boot !== '' || isNamedAlike;
  // Copies of a virtual machine may have one number and run side by side: the name has to be the same too.
  return holder.machine !== '' && holder.machine === here.machine && isNamedAlike;
}

export function doubtMessage(
  holder: Holder | null,
  here: Here,
  at: { readonly shared: string; readonly dataDir: string; readonly socket: string },
): string {
  const isNamedAlike = holder?.host === here.host;
  const who = !holder
    ? 'another computer'
    : isNamedAlike
      ? `a computer or container that is called ${holder.host}, as this one is, since ${holder.since}`
      : `the computer ${holder.host}, since ${holder.since}`;
  const then = isNamedAlike
    ? 'If it was this one, which was restarted since, or if it surely does not run any more, delete '
    : 'End it there. If it surely does not run any more, delete ';
  return (
    `The data folder ${at.dataDir} was opened by Spoor on ${who}, and is on a file system that computers share (${at.shared}): ` +
    `from here nobody can tell whether it still runs. ${then}${at.socket} and start again; ` +
    'or choose another folder with --data-dir DIR.'
  );
}

async function whereWeRun(): Promise<Here> {
  return { boot: await bootId(), host: hostName(), machine: await machineId() };
}

function recordOf(text: string): Holder | null {
  try {
    return RECORD.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
