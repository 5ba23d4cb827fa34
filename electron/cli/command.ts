/**
 * A command of `spoor`, described once: parsing, `--help` and completion are made of it.
 * To add one, write a file in commands/ and add a line to commands.ts.
 */
import type { Option, OptionTable, ValuesOf } from '../host/option-table';

interface CommandExample {
  readonly line: string;
  readonly does: string;
}

export interface CommandArgument {
  /** As the help calls it, such as `FILE`. */
  readonly name: string;
  readonly optional?: boolean;
  /** The last argument may take all that follow. */
  readonly many?: boolean;
  /** The only values there are, such as subcommands. */
  readonly choices?: readonly string[];
  readonly completes?: 'file' | 'folder';
  /** What to say where it is missing: "takes a query, such as '{ status = error }'." */
  readonly missing?: string;
}

export interface CommandInput<T extends OptionTable> {
  readonly values: ValuesOf<T>;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** All commands, for those that are about them. */
  readonly commands: readonly Command[];
}

interface Definition<T extends OptionTable> {
  readonly name: string;
  /** One line of `spoor --help`. */
  readonly summary: string;
  /** Paragraphs of its own help, under the summary. */
  readonly description?: readonly string[];
  readonly examples: readonly CommandExample[];
  readonly arguments: readonly CommandArgument[];
  /** The first argument and all that follow are another program's: none of them is an option of ours. */
  readonly takesProgram?: boolean;
  readonly options: T;
  /** @returns the exit code; what goes on, such as a server, returns 0 and holds the process. @throws UsageError, StartError */
  run(input: CommandInput<T>): Promise<number>;
}

export interface Command extends Omit<Definition<OptionTable>, 'run'> {
  run(input: CommandInput<Record<string, Option>>): Promise<number>;
}

/** Infers the options' types for `run`. */
export function defineCommand<const T extends OptionTable>(definition: Definition<T>): Command {
  // The parser gives `run` the values of these very options.
  return definition as unknown as Command;
}
