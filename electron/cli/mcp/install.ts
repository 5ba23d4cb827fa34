/** `spoor mcp install CLIENT`: enters Spoor in an agent's list of MCP servers; `uninstall` takes it out again. */
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../../../services/store/start-error';
import { UsageError } from '../../host/option-table';
import { CLIENTS, type Client, clientOf, type ServerCommand } from './clients';
import { editedConfig, SERVER_NAME } from './edit-config';

const BACKUP = '.before-spoor';
const OF_THE_USER = 0o600;

export interface InstallOptions {
  readonly client: string;
  readonly isUninstall: boolean;
  /** Print what would be written. */
  readonly dryRun: boolean;
  /** Whether agents may write notes, scores and rows of datasets. */
  readonly write: boolean;
  /** As it was named; null: the usual one. */
  readonly dataDir: string | null;
  /** The built command. */
  readonly script: string;
}

/** @throws StartError, UsageError */
export async function installMcp(options: InstallOptions): Promise<void> {
  const name = CLIENTS.find((one) => one === options.client);
  if (!name) throw new UsageError(`There is no client ${options.client}. Known are ${CLIENTS.join(', ')}.`);
  const client = clientOf(name, { platform: process.platform, environment: process.env });
  const entry = options.isUninstall ? null : client.entry(serverCommand(options));
  const text = await textOf(client.file);
  const edited = editedConfig(client, text, entry);
  if (options.dryRun) {
    process.stdout.write(`${client.file} would hold:\n${edited}`);
    return;
  }
  if (edited === (text ?? '')) {
    process.stdout.write(
      entry === null
        ? `${client.title} does not have ${SERVER_NAME}.\n`
        : `${client.title} has ${SERVER_NAME} already.\n`,
    );
    return;
  }
  await replace(client, text, edited);
  process.stdout.write(
    entry === null
      ? `Took ${SERVER_NAME} out of ${client.file}.\n`
      : `Entered ${SERVER_NAME} in ${client.file}.${text === null ? '' : ` The file as it was before Spoor: ${client.file}${BACKUP}.`}\n${client.next}\n`,
  );
}

/** Null: there is none. A byte order mark stays. */
async function textOf(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartError(`${file} cannot be read: ${error.message}.`);
  });
  if (bytes === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StartError(`${file} is not UTF-8; it was not changed.`);
  }
}

/** By the whole path: agents have another PATH than the terminal. */
function serverCommand({ dataDir, write, script }: InstallOptions): ServerCommand {
  const args = [script, 'mcp'];
  if (dataDir !== null) args.push('--data-dir', dataDir);
  if (write) args.push('--write');
  return { command: process.execPath, args };
}

/** Whole or not at all; where it is a link, what it leads to. */
async function replace({ file }: Client, text: string | null, edited: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const target = text === null ? file : await realpath(file);
    const mode = text === null ? OF_THE_USER : (await stat(target)).mode & 0o777;
    if (text !== null) await keep(target, `${file}${BACKUP}`);
    const written = `${target}.${process.pid}.new`;
    await writeFile(written, edited, { mode });
    await rename(written, target);
  } catch (error) {
    throw new StartError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A copy of an earlier change is what the user had, so it stays. */
async function keep(file: string, copy: string): Promise<void> {
  await copyFile(file, copy, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
