/** Help is made of the table of commands; what the table says of a command is what the parser takes. */
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../electron/cli/command';
import { COMMANDS } from '../../electron/cli/commands';
import { helpOf, overview } from '../../electron/cli/help';
import { parseCommandLine } from '../../electron/cli/parse-command';

/** The words of our part of a line, as a shell takes it apart. */
function wordsOf(line: string): string[] {
  const inside = /\$\((.*)\)/.exec(line)?.[1] ?? line;
  const ours = inside.slice(inside.indexOf('spoor '));
  const words = ours.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
  const end = words.findIndex((word) => word === '|' || word === '>');
  return words.slice(1, end < 0 ? undefined : end).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

describe('the table of commands', () => {
  it('names each once, in words that a terminal shows on a line', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const line of overview(COMMANDS).split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    for (const name of names) expect(overview(COMMANDS)).toContain(`spoor ${name} `);
  });

  describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (name, command) => {
    it('has help with every option, and fits a page', () => {
      const help = helpOf(command);
      expect(help).toMatch(new RegExp(`^Usage: spoor ${name}`));
      for (const option of Object.keys(command.options)) expect(help).toContain(`--${option}`);
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
      expect(command.summary).toMatch(/^[A-Z].*\.$/);
      expect(command.examples.length).toBeGreaterThan(0);
    });

    it('takes its examples', () => {
      for (const { line } of command.examples) {
        if (!line.includes(`spoor ${name} `)) continue;
        const parsed = parseCommandLine(COMMANDS, wordsOf(line), {});
        expect([line, parsed]).toMatchObject([line, { kind: 'run', command: { name } }]);
      }
    });

    it('is found with its options before or behind its name', () => {
      for (const args of [
        [name, '--help'],
        ['--help', name],
        ['-h', name],
        ...('data-dir' in command.options ? [['--data-dir', 'x', name, '--help']] : []),
        ['help', name],
      ]) {
        expect(parseCommandLine(COMMANDS, args, {})).toMatchObject({ kind: 'help', command: { name } });
      }
    });
  });

  it('has help of all, and the version', () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      expect(parseCommandLine(COMMANDS, args, {})).toEqual({ kind: 'help', command: null });
    }
    for (const args of [['--version'], ['-v'], ['version']]) {
      expect(parseCommandLine(COMMANDS, args, {})).toEqual({ kind: 'version' });
    }
  });
});

describe('a command that runs a program', () => {
  const command = defineCommand({
    name: 'with',
    summary: 'Runs a program.',
    examples: [],
    arguments: [{ name: 'PROGRAM', many: true }],
    takesProgram: true,
    options: {
      name: { type: 'string', value: 'NAME', summary: 'a name', short: 'n' },
      flag: { type: 'boolean', summary: 'a flag' },
      of: { type: 'string', value: 'ONE', summary: 'one of', choices: ['left', 'right'], multiple: true },
    },
    run: async ({ values }) => (values.flag ? 1 : 0),
  });
  const parsed = (...args: string[]) => {
    const line = parseCommandLine([command], ['with', ...args], {});
    return line.kind === 'run' ? { ...line.input.values, args: line.input.args } : line.kind;
  };

  it('leaves it every argument from its name on, or behind the dashes', () => {
    expect(parsed('--name', 'x', 'node', 'a.js', '--flag', '--', '--nope')).toEqual({
      name: 'x',
      args: ['node', 'a.js', '--flag', '--', '--nope'],
    });
    expect(parsed('-n', 'x', '--flag', '--', '--help')).toEqual({ name: 'x', flag: true, args: ['--help'] });
    expect(parsed('--name=x', '--', 'a', '')).toEqual({ name: 'x', args: ['a', ''] });
    expect(parsed('--help')).toBe('help');
    expect(() => parsed()).toThrow('with takes PROGRAM.');
    expect(() => parsed('--nam', 'x', 'node')).toThrow('with takes no option --nam. Did you mean --name?');
    expect(() => parsed('--name')).toThrow('argument missing');
  });

  it('takes an option twice, of its choices alone', () => {
    expect(parsed('--of', 'left', '--of=right', 'a')).toEqual({ of: ['left', 'right'], args: ['a'] });
    expect(() => parsed('--of', 'up', 'a')).toThrow('--of up is not one of left, right.');
  });
});
