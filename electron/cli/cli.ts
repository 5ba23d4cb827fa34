#!/usr/bin/env node
import { createPrivately } from '../../services/store/private-folder';
import { failureText } from '../../services/store/start-error';
/** The `spoor` command. */
import { runHeadless } from '../headless/run-headless';
import { parseOptions, USAGE, UsageError } from '../host/options';
import { builtPaths } from '../host/paths';
import { runQuery } from './run-query';
import { runRebuild } from './run-rebuild';
import { runTail } from './run-tail';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  // What a taken port's message names.
  process.title = 'spoor';
  createPrivately();
  const options = parseOptions(process.argv.slice(2), process.env);
  // Whoever read has seen enough (`| head`); what runs on says so itself (outliveOutput).
  if (options.command !== 'serve' && options.command !== 'start') process.stdout.on('error', () => process.exit(0));
  if (options.command !== 'serve' && options.command !== 'start') {
    for (const warning of options.warnings) process.stderr.write(`spoor: ${warning}\n`);
  }
  if (options.command === 'help') process.stdout.write(`${USAGE}\n`);
  else if (options.command === 'version') process.stdout.write(`${builtPaths(__dirname).version}\n`);
  else if (options.command === 'query') await runQuery(options);
  else if (options.command === 'tail') await runTail(options);
  else if (options.command === 'rebuild') await runRebuild(options);
  else await runHeadless(options);
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`spoor: ${error.message} See spoor --help.\n`);
    process.exit(EXIT_USAGE);
  }
  const text = failureText(error);
  process.stderr.write(`spoor: ${text}\n`);
  process.exit(EXIT_FAILURE);
});
