/** The arguments that are for Spoor: an installed one has Chromium's switches, links and files to open among them. */
import { LINK_SCHEME } from '../host/deep-link';
import { START_OPTIONS } from '../host/options';

interface OwnArguments {
  /** For `parseStart`. */
  readonly options: readonly string[];
  /** Files that the file manager wants opened. */
  readonly files: readonly string[];
}

/**
 * @param given what the launcher was given, as JSON, in a checkout; undefined where Spoor is installed
 * @param argv of the process
 */
export function ownArguments(given: string | undefined, argv: readonly string[]): OwnArguments {
  if (given !== undefined) return { options: stringsOf(JSON.parse(given)), files: [] };
  const options: string[] = [];
  const files: string[] = [];
  let takesValue = false;
  for (const argument of argv.slice(1)) {
    const option = optionNamed(argument);
    if (takesValue || option !== null) options.push(argument);
    else if (isFile(argument)) files.push(argument);
    takesValue = !takesValue && option?.type === 'string' && !argument.includes('=');
  }
  return { options, files };
}

function optionNamed(argument: string) {
  const name = /^--([a-z-]+)(=|$)/.exec(argument)?.[1];
  return Object.entries(START_OPTIONS).find(([key]) => key === name)?.[1] ?? null;
}

function isFile(argument: string): boolean {
  return !argument.startsWith('-') && !argument.startsWith(`${LINK_SCHEME}:`) && argument !== 'start';
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
