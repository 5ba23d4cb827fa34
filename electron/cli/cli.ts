#!/usr/bin/env node
/** The `spoor` command. */
import { outliveOutput } from '../../services/last-resort';
import { createPrivately } from '../../services/store/private-folder';
import { failureText } from '../../services/store/start-error';
import { UsageError } from '../host/option-table';
import { builtPaths } from '../host/paths';
import { COMMANDS } from './commands';
import { helpOf, overview } from './help';
import { CommandUsageError, parseCommandLine } from './parse-command';
import { printableLines } from './terminal';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

let running: string | null = null;

async function main(): Promise<void> {
  // What a taken port's message names.
  process.title = 'spoor';
  createPrivately();
  const line = parseCommandLine(COMMANDS, process.argv.slice(2), process.env);
  running = line.kind === 'run' ? line.command.name : null;
  if (running !== 'serve' && running !== 'start') {
    // What runs on outlives its output by itself.
    process.stdout.on('error', endWithOutput);
    // What could not be told there changes no exit code: `spoor run` has its program's.
    outliveOutput(process.stderr);
  }
  if (line.kind === 'help') print(line.command ? helpOf(line.command) : overview(COMMANDS));
  else if (line.kind === 'version') print(builtPaths(__dirname).version);
  else process.exitCode = await line.command.run(line.input);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** It may repeat what was asked for, and what programs recorded. */
function complain(text: string): void {
  process.stderr.write(`spoor: ${printableLines(text)}\n`);
}

function endWithOutput({ code, message }: NodeJS.ErrnoException): never {
  // Whoever read has seen enough (`| head`).
  if (code === 'EPIPE') process.exit(0);
  process.stderr.write(`spoor: The output could not be written: ${message}.\n`);
  process.exit(EXIT_FAILURE);
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    const command = error instanceof CommandUsageError ? error.command : running;
    complain(`${error.message} See spoor ${command === null ? '' : `${command} `}--help.`);
    process.exit(EXIT_USAGE);
  }
  complain(failureText(error));
  process.exit(EXIT_FAILURE);
});
