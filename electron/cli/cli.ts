#!/usr/bin/env node
/** The `spoor` command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHeadless } from '../headless/run-headless';
import { StartError } from '../host/start-error';
import { parseOptions, USAGE, UsageError } from './options';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** Of our own package.json, two folders above the built script. */
function version(): string {
  const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

async function main(): Promise<void> {
  // What a taken port's message names.
  process.title = 'spoor';
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options.command === 'help') process.stdout.write(`${USAGE}\n`);
  else if (options.command === 'version') process.stdout.write(`${version()}\n`);
  else await runHeadless(options, version());
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`spoor: ${error.message} See spoor --help.\n`);
    process.exit(EXIT_USAGE);
  }
  const text =
    error instanceof StartError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`spoor: ${text}\n`);
  process.exit(EXIT_FAILURE);
});
