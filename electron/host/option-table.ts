/** Options of a command as data: parsing, help and completion are made of it. */
import { parseArgs } from 'node:util';
import { nearest } from '../../core/query/traceql/syntax-error';
import { parseProblem } from '../../services/command-line';

interface OptionText {
  /** One line of the help. */
  readonly summary: string;
  readonly short?: string;
  /** The environment variable that says the same. */
  readonly variable?: string;
}
interface FlagOption extends OptionText {
  readonly type: 'boolean';
}
interface ValueOption extends OptionText {
  readonly type: 'string';
  /** What the help calls its value, such as `DIR`. */
  readonly value: string;
  /** It may be given more than once. */
  readonly multiple?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** What a shell completes its value with. */
  readonly completes?: 'file' | 'folder';
}
export type Option = FlagOption | ValueOption;
export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { multiple: true }
    ? readonly string[]
    : string;
export type ValuesOf<T extends OptionTable> = { readonly [Name in keyof T]?: ValueOf<T[Name]> };

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ParsedArguments<T extends OptionTable> {
  readonly values: ValuesOf<T>;
  readonly positionals: readonly string[];
}

/** @throws UsageError */
export function parseArguments<T extends OptionTable>(
  command: string,
  table: T,
  args: readonly string[],
): ParsedArguments<T> {
  // What may be a value: another option's name, a flag with a value and the like are left to the parser below.
  const unknown = args.slice(0, endOfOptions(args)).find((arg) => isUnknown(table, arg));
  if (unknown !== undefined) {
    const name = unknown.replace(/=.*/s, '');
    const near = nearest(name.slice(2), Object.keys(table));
    throw new UsageError(`${command} takes no option ${name}.${near === null ? '' : ` Did you mean --${near}?`}`);
  }
  try {
    const options = Object.fromEntries(
      Object.entries(table).map(([name, option]) => [
        name,
        {
          type: option.type,
          multiple: option.type === 'string' && option.multiple === true,
          ...(option.short && { short: option.short }),
        },
      ]),
    );
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    for (const [name, option] of Object.entries(table)) refuseOtherChoices(name, option, values[name]);
    return { values: values as ValuesOf<T>, positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(parseProblem(error));
  }
}

function endOfOptions(args: readonly string[]): number {
  const at = args.indexOf('--');
  return at < 0 ? args.length : at;
}

function isUnknown(table: OptionTable, arg: string): boolean {
  if (!/^--[^=]/.test(arg)) return false;
  return !Object.hasOwn(table, arg.slice(2).replace(/=.*/s, ''));
}

function refuseOtherChoices(name: string, option: Option, given: unknown): void {
  if (option.type === 'boolean' || !option.choices) return;
  for (const value of [given ?? []].flat()) {
    if (!option.choices.includes(String(value))) {
      throw new UsageError(`--${name} ${String(value)} is not one of ${option.choices.join(', ')}.`);
    }
  }
}
