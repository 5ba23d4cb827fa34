/** Which command a command line is, and what it says to it. */
import { nearest } from '../../core/query/traceql/syntax-error';
import { type OptionTable, parseArguments, UsageError } from '../host/option-table';
import { START_OPTIONS } from '../host/options';
import type { Command, CommandInput } from './command';

const HELP_OPTIONS = {
  help: { type: 'boolean', short: 'h', summary: 'print this' },
  version: { type: 'boolean', short: 'v', summary: 'print the version' },
} as const satisfies OptionTable;

export type CommandLine =
  | { readonly kind: 'version' }
  /** Null: of `spoor` itself. */
  | { readonly kind: 'help'; readonly command: Command | null }
  | { readonly kind: 'run'; readonly command: Command; readonly input: CommandInput<OptionTable> };

/** Says of which command it is, so that the message can name its help. */
export class CommandUsageError extends UsageError {
  constructor(
    message: string,
    readonly command: string,
  ) {
    super(message);
  }
}

/** @throws UsageError */
export function parseCommandLine(
  commands: readonly Command[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): CommandLine {
  const at = commandAt(args);
  const name = args[at] ?? 'start';
  const rest = [...args.slice(0, at), ...args.slice(at + 1)];
  if (name === 'help') return { kind: 'help', command: rest[0] === undefined ? null : named(commands, rest[0]) };
  if (name === 'version') return { kind: 'version' };
  const command = named(commands, name);
  try {
    const own = ownArguments(command, rest);
    const { values, positionals } = parseArguments(name, { ...command.options, ...HELP_OPTIONS }, own.args);
    // `spoor --help` is of all, `spoor start --help` of one.
    if (values.help) return { kind: 'help', command: at < args.length ? command : null };
    if (values.version) return { kind: 'version' };
    const input = { values, args: [...positionals, ...own.program], environment, commands };
    refuseWrongArguments(command, input.args);
    return { kind: 'run', command, input };
  } catch (error) {
    if (error instanceof UsageError) throw new CommandUsageError(error.message, name);
    throw error;
  }
}

/** Where the command's name is: options may stand before it. */
function commandAt(args: readonly string[]): number {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') return args.length;
    if (!arg.startsWith('-') || arg === '-') return i;
    if (takesNext(START_OPTIONS, arg)) i++;
  }
  return args.length;
}

function takesNext(table: OptionTable, arg: string): boolean {
  const [, option] =
    Object.entries(table).find(([name, { short }]) => arg === `--${name}` || arg === `-${short}`) ?? [];
  return option?.type === 'string';
}

function named(commands: readonly Command[], name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const near = nearest(
    name,
    commands.map((one) => one.name),
  );
  throw new UsageError(`There is no command ${name}.${near === null ? '' : ` Did you mean spoor ${near}?`}`);
}

/** What is ours of the arguments, and what is the program's that the command runs. */
function ownArguments(
  { options, takesProgram }: Command,
  args: readonly string[],
): { readonly args: readonly string[]; readonly program: readonly string[] } {
  if (!takesProgram) return { args, program: [] };
  let end = 0;
  while (end < args.length && args[end]?.startsWith('-') && args[end] !== '--') {
    end += takesNext(options, args[end] as string) ? 2 : 1;
  }
  return { args: args.slice(0, end), program: args.slice(args[end] === '--' ? end + 1 : end) };
}

function refuseWrongArguments(command: Command, given: readonly string[]): void {
  const { name, arguments: known } = command;
  for (const [i, argument] of known.entries()) {
    const value = given[i];
    if (value === undefined) {
      if (argument.optional) return;
      throw new UsageError(`${name} ${argument.missing ?? `takes ${argument.name}.`}`);
    }
    if (argument.choices && !argument.choices.includes(value)) {
      const near = nearest(value, argument.choices);
      const hint = near === null ? '' : ` Did you mean ${near}?`;
      throw new UsageError(`${name} ${value}: ${argument.name} is one of ${argument.choices.join(', ')}.${hint}`);
    }
  }
  const extra = given[known.length];
  if (extra !== undefined && !known.at(-1)?.many) throw new UsageError(`${name} takes no argument ${extra}.`);
}
