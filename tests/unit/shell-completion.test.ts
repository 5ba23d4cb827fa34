/** Completion is made of the table; each shell that the machine has is asked what it completes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../electron/cli/commands';
import { completionFor, SHELLS } from '../../electron/cli/completion';

const NAMES = COMMANDS.map(({ name }) => name);
const folder = mkdtempSync(join(tmpdir(), 'spoor-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** Where the machine has the shell: none of them is needed to build or test anything else. */
function itWith(shell: string, title: string, test: () => void): void {
  if (has(shell)) it(title, test);
}

/** What bash would put in place of the last word. */
function bash(...words: string[]): string[] {
  const script = `${completionFor('bash', COMMANDS)}
COMP_WORDS=(spoor ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_spoor
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it.each(SHELLS)('of %s has every command and option, and no text that it would take for code', (shell) => {
    const script = completionFor(shell, COMMANDS);
    for (const { name, options } of COMMANDS) {
      expect(script).toContain(name);
      for (const option of Object.keys(options)) expect(script).toContain(option);
    }
  });

  itWith('bash', 'works in bash', () => {
    writeFileSync(join(folder, 'trace.json'), '{}');
    expect(bash('')).toEqual([...NAMES, 'help', '--help', '--version']);
    expect(bash('qu')).toEqual(['query']);
    expect(bash('query', '--fr')).toEqual(['--from']);
    expect(bash('traces', '--sort', '-dur')).toEqual(['-durationNs']);
    expect(bash('completion', 'z')).toEqual(['zsh']);
    expect(bash('import', 'tra')).toEqual(['trace.json']);
    expect(bash('query', '--token-file', 'tra')).toEqual(['trace.json']);
    expect(bash('query', '--limit', '')).toEqual([]);
    // Names of files are not taken apart, or for patterns.
    for (const name of ['my spans.json', 'my *.json']) writeFileSync(join(folder, name), '{}');
    mkdirSync(join(folder, 'my data'));
    expect(bash('import', 'my').sort()).toEqual(['my *.json', 'my data', 'my spans.json']);
    expect(bash('export', '-o', 'my s')).toEqual(['my spans.json']);
    expect(bash('query', '--data-dir', 'my')).toEqual(['my data']);
    expect(bash('run', '--', 'my s')).toEqual(['my spans.json']);
    // From the dashes on it is the program's.
    expect(bash('run', '--name', 'x', '--', 'trace.j')).toEqual(['trace.json']);
    expect(bash('run', '--fail')).toEqual(['--fail-on']);
    expect(bash('help', 'ta')).toEqual(['tail']);
    expect(bash('nonsense', '')).toEqual([]);
  });

  itWith('zsh', 'is read by zsh', () => {
    const { status, stderr } = spawnSync(
      'zsh',
      ['-f', '-c', `autoload -U compinit && compinit -u -D\n${completionFor('zsh', COMMANDS)}\nprint $_comps[spoor]`],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  itWith('fish', 'works in fish', () => {
    const script = `${completionFor('fish', COMMANDS)}\ncomplete -C 'spoor qu'\ncomplete -C 'spoor query --fr'`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' });
    expect(stdout).toContain('query\t');
    expect(stdout).toContain('--from\t');
  });

  itWith('pwsh', 'works in PowerShell', () => {
    const script = `${completionFor('powershell', COMMANDS)}\n(TabExpansion2 'spoor qu' 8).CompletionMatches.CompletionText`;
    expect(spawnSync('pwsh', ['-NoProfile', '-Command', script], { encoding: 'utf8' }).stdout).toContain('query');
  });
});
