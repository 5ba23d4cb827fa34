/** `spoor --help` and `spoor COMMAND --help`. */
import type { Option, OptionTable } from '../host/option-table';
import { START_OPTIONS } from '../host/options';
import type { Command, CommandArgument } from './command';

const TEXT_COLUMNS = 100;

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: spoor [COMMAND] [OPTIONS]',
    '',
    'Commands',
    ...commands.flatMap(({ name, summary }) => entry(`spoor ${name}`, summary, width + 10)),
    ...optionLines('Options of start and serve', START_OPTIONS),
    '',
    'Without a command, spoor starts. spoor COMMAND --help says more of one, with examples.',
    'settings.json in the data folder holds retention, redaction, ports, forwarding and allowed pages.',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const { name, summary, description = [], examples, options, arguments: known } = command;
  const usage = ['spoor', name, ...(Object.keys(options).length > 0 ? ['[OPTIONS]'] : []), ...known.map(argumentText)];
  return [
    `Usage: ${usage.join(' ')}`,
    '',
    ...wrapped(summary, TEXT_COLUMNS),
    ...description.flatMap((paragraph) => ['', ...wrapped(paragraph, TEXT_COLUMNS)]),
    ...(examples.length > 0 ? ['', 'Examples'] : []),
    ...examples.flatMap(({ line, does }) => [`  ${line}`, `      ${does}`]),
    ...optionLines('Options', options),
  ].join('\n');
}

function argumentText({ name, optional, many }: CommandArgument): string {
  const text = `${name}${many ? '...' : ''}`;
  return optional ? `[${text}]` : text;
}

function optionLines(title: string, options: OptionTable): string[] {
  const width = Math.max(0, ...Object.entries(options).map(([option, of]) => flagText(option, of).length));
  const lines = Object.entries(options).flatMap(([name, option]) => {
    const { summary, variable } = option;
    const choices = option.type === 'string' && option.choices ? `: ${option.choices.join(', ')}` : '';
    return entry(flagText(name, option), `${summary}${choices}${variable ? ` (${variable})` : ''}`, width + 4);
  });
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function flagText(name: string, option: Option): string {
  return `${option.short ? `-${option.short}, ` : ''}--${name}${option.type === 'string' ? ` ${option.value}` : ''}`;
}

/** A term, and what it is beside it from the column on. */
function entry(term: string, text: string, column: number): string[] {
  const [first = '', ...more] = wrapped(text, TEXT_COLUMNS - column);
  return [`  ${term}`.padEnd(column) + first, ...more.map((line) => ' '.repeat(column) + line)];
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
