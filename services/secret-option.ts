/**
 * Secrets that a program is started with. What stands on a command line is in the list of processes, which every user of a computer can
 * read: so each has a file and a variable, and a flag that goes on working is warned of.
 */
import { readFileSync } from 'node:fs';

/** Longer than any token, key or address; a file that is something else is not read whole into a message. */
const MAX_SECRET_BYTES = 16 * 1024;

export interface SecretOption {
  /** Such as `--token`. */
  readonly flag: string;
  readonly value: string | undefined;
  /** Of the flag with `-file`. */
  readonly file: string | undefined;
  /** Such as `SPOOR_TOKEN`; `SPOOR_TOKEN_FILE` names a file. */
  readonly variable: string;
}

/** @returns undefined: it is not given @throws Error worded for the user */
export function secretOf(
  { flag, value, file, variable }: SecretOption,
  environment: NodeJS.ProcessEnv,
): string | undefined {
  if (value !== undefined && file !== undefined) throw new Error(`${flag} and ${flag}-file cannot both be given.`);
  if (value !== undefined) return value;
  if (file !== undefined) return readSecret(`${flag}-file`, file);
  return secretVariable(variable, environment);
}

/** Of a secret that has no flag. @throws Error worded for the user */
export function secretVariable(variable: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[variable];
  const file = environment[`${variable}_FILE`];
  if (value && file) throw new Error(`${variable} and ${variable}_FILE cannot both be set.`);
  if (file) return readSecret(`${variable}_FILE`, file);
  return value;
}

/** What to say of a secret that stands on the command line. */
export function commandLineWarning(flag: string, variable: string): string {
  return `${flag} shows a secret to every user of this computer, in the list of processes: use ${flag}-file FILE, or the variable ${variable}.`;
}

/** One line, such as editors and `echo` end it. */
function readSecret(name: string, file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`${name} ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text === '' || /[\r\n]/.test(text) || bytes.length > MAX_SECRET_BYTES) {
    throw new Error(`${name} ${file} must hold the secret in one line, and nothing else.`);
  }
  return text;
}
