/** Files that commands write where the user says: what is wrong with one is told in a line, and nothing half written stays behind. */
import { createWriteStream, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StartError } from '../../services/store/start-error';
import { printableChunks } from './terminal';

/** Of a file that is being written: what was broken off is not taken for the whole. */
const PARTIAL = '.partial';
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What shells add to the number of a signal. */
const SIGNALLED = 128;

/** @param output `-`: standard output. @throws StartError */
export async function saveStream(content: Readable, output: string): Promise<void> {
  if (output === '-') {
    const { stdout } = process;
    const written = stdout.isTTY ? printableChunks(content) : content;
    await pipeline(written, stdout, { end: false }).catch(tellOf('The output'));
    return;
  }
  const partial = output + PARTIAL;
  const end = (signal: NodeJS.Signals): void => {
    rmSync(partial, { force: true });
    process.exit(SIGNALLED + constants.signals[signal]);
  };
  for (const signal of ENDING) process.on(signal, end);
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    tellOf(output)(error);
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

/** For `catch` of whatever writes a file. */
export function tellOf(file: string): (error: unknown) => never {
  return (error) => {
    throw new StartError(`${file} could not be written: ${error instanceof Error ? error.message : String(error)}.`);
  };
}
