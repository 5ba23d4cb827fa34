/** Agents' configuration files: our entry comes and goes, and everything else stays as it is. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parse as parseToml, stringify } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLIENTS, clientOf } from '../../electron/cli/mcp/clients';
import { editedConfig } from '../../electron/cli/mcp/edit-config';
import { type InstallOptions, installMcp } from '../../electron/cli/mcp/install';

const SERVER = { command: '/usr/bin/node', args: ['/opt/spoor/cli.js', 'mcp', '--data-dir', '/home/a b/"data"'] };
const OVER_HTTP = {
  type: 'http',
  url: 'http://127.0.0.1:4380/mcp',
  httpUrl: 'http://127.0.0.1:4380/mcp',
  serverUrl: 'http://127.0.0.1:4380/mcp',
  headers: { authorization: 'Bearer x' },
  bearer_token: 'x',
  bearer_token_env_var: 'SPOOR_TOKEN',
  http_headers: { a: 'b' },
  env_http_headers: { a: 'B' },
};
const place = { platform: 'linux' as const, environment: { HOME: '/home/me' } };
const named = (name: (typeof CLIENTS)[number]) => clientOf(name, place);

/** Neighbours may be laid out anew. */
const inOneLine = (text: string): string => text.replace(/\s+/g, '');

describe('the files', () => {
  it('are where each agent looks', () => {
    expect(CLIENTS.map((name) => named(name).file)).toEqual([
      '/home/me/.claude.json',
      '/home/me/.codex/config.toml',
      '/home/me/.cursor/mcp.json',
      '/home/me/.config/Code/User/mcp.json',
      '/home/me/.gemini/settings.json',
    ]);
    const moved = { HOME: '/home/me', CODEX_HOME: '/x', CLAUDE_CONFIG_DIR: '/y', XDG_CONFIG_HOME: '/z' };
    const fileOf = (name: (typeof CLIENTS)[number], platform: NodeJS.Platform = 'linux') =>
      clientOf(name, { platform, environment: moved }).file;
    expect([fileOf('codex'), fileOf('claude-code'), fileOf('vscode')]).toEqual([
      '/x/config.toml',
      '/y/.claude.json',
      '/z/Code/User/mcp.json',
    ]);
    expect(fileOf('vscode', 'darwin')).toBe('/home/me/Library/Application Support/Code/User/mcp.json');
  });

  it('are where they usually are where a variable is empty, and never in the current folder', () => {
    const empty = { HOME: '/home/me', CODEX_HOME: '', CLAUDE_CONFIG_DIR: '', XDG_CONFIG_HOME: '' };
    for (const name of CLIENTS) {
      expect(clientOf(name, { platform: 'linux', environment: empty }).file).toBe(named(name).file);
      expect(isAbsolute(clientOf(name, { platform: 'linux', environment: { HOME: '' } }).file), name).toBe(true);
    }
  });

  it('are made where there are none, with what the agent reads', () => {
    for (const name of CLIENTS) {
      const client = named(name);
      const text = editedConfig(client, null, client.entry(SERVER));
      const content = (client.form === 'toml' ? parseToml(text) : JSON.parse(text)) as Record<
        string,
        Record<string, unknown>
      >;
      expect(content[client.section]?.spoor, name).toMatchObject(SERVER);
      expect(editedConfig(client, text, client.entry(SERVER)), name).toBe(text);
    }
  });
});

describe('JSON with comments', () => {
  const client = named('vscode');
  const entry = client.entry(SERVER);
  const given =
    '// mine\n{\n\t"inputs": [], // none\n\t"servers": {\n\t\t/* theirs */ "other": { "command": "x", }, \n\t},\n}\n';

  it('keeps comments, order, tabs and trailing commas', () => {
    const text = editedConfig(client, given, entry);
    for (const kept of ['// mine', '// none', '/* theirs */ "other": { "command": "x", }'])
      expect(inOneLine(text)).toContain(inOneLine(kept));
    expect(editedConfig(client, text, entry)).toBe(text);
    expect(text).toContain('\n\t\t"spoor"');
    const without = editedConfig(client, text, null);
    expect(without).not.toContain('spoor');
    for (const kept of ['// mine', '// none', '"other": { "command": "x", }'])
      expect(inOneLine(without)).toContain(inOneLine(kept));
  });

  it('keeps what the user set beside the command', () => {
    const text = editedConfig(client, '{"servers":{"spoor":{"url":"http://old","env":{"A":"b"}}}}', entry);
    expect(JSON.parse(text)).toEqual({ servers: { spoor: { env: { A: 'b' }, ...entry } } });
  });

  it('drops what reached a former server over HTTP, and leaves what it writes in its place', () => {
    for (const name of ['claude-code', 'gemini'] as const) {
      const one = named(name);
      const given = { env: { A: 'b' }, ...OVER_HTTP };
      const text = editedConfig(one, JSON.stringify({ [one.section]: { spoor: given } }, null, 2), one.entry(SERVER));
      expect(JSON.parse(text), name).toEqual({ [one.section]: { spoor: { env: { A: 'b' }, ...one.entry(SERVER) } } });
      expect(editedConfig(one, text, one.entry(SERVER)), name).toBe(text);
    }
  });

  it('is refused where it is broken, with its place', () => {
    for (const [text, why] of [
      ['{\n "servers": {\n', /at line \d/],
      ['[]', /holds no object/],
      ['{"servers": []}', /servers is no object/],
    ] as const) {
      expect(() => editedConfig(client, text, entry)).toThrow(why);
      expect(() => editedConfig(client, text, entry)).toThrow('it was not changed');
    }
  });

  it('is left alone where there is nothing to take out', () => {
    expect(editedConfig(client, given, null)).toBe(given);
  });
});

describe('TOML', () => {
  const client = named('codex');
  const entry = client.entry(SERVER);
  const given = [
    '# my settings',
    'model = "gpt-5" # the best',
    '',
    '[mcp_servers.other]',
    'command = "x"',
    'args = [',
    '  "[mcp_servers.spoor]",',
    ']',
    '',
    '# about projects',
    '[projects."/home/me"]',
    'trust_level = "trusted"',
    '',
  ].join('\n');

  it('keeps comments and everything else', () => {
    const text = editedConfig(client, given, entry);
    expect(text.startsWith(given.trimEnd())).toBe(true);
    expect(parseToml(text)).toMatchObject({ mcp_servers: { spoor: SERVER, other: { command: 'x' } } });
    expect(editedConfig(client, text, entry)).toBe(text);
    expect(editedConfig(client, text, null)).toBe(given);
  });

  it('replaces an entry in the middle, with its own tables, and not the comments of the next', () => {
    const older = given.replace(
      '# about projects',
      '[mcp_servers.spoor]\ncommand = "old"\nargs = [\n  "a",\n]\n\n[mcp_servers.spoor.env]\nA = "b"\n\n# about projects',
    );
    const text = editedConfig(client, older, entry);
    expect(text).toContain('# about projects\n[projects."/home/me"]');
    expect(text).not.toContain('"old"');
    expect(parseToml(text)).toMatchObject({ mcp_servers: { spoor: { ...SERVER, env: { A: 'b' } } } });
  });

  it('drops what reached a former server over HTTP', () => {
    const older = stringify({ mcp_servers: { spoor: { startup_timeout_sec: 20, ...OVER_HTTP } } });
    expect(parseToml(editedConfig(client, older, entry))).toEqual({
      mcp_servers: { spoor: { startup_timeout_sec: 20, ...SERVER } },
    });
  });

  it('is refused where it is broken, or where ours cannot be told from the rest', () => {
    expect(() => editedConfig(client, 'model = ', entry)).toThrow('cannot be understood');
    expect(() => editedConfig(client, 'mcp_servers = { spoor = { command = "x" } }', entry)).toThrow('by hand');
    expect(() => editedConfig(client, 'mcp_servers = 1', entry)).toThrow('is no table');
  });
});

describe('the file on disk', () => {
  let folder: string;
  let file: string;
  const options: InstallOptions = {
    client: 'claude-code',
    isUninstall: false,
    dryRun: false,
    write: false,
    dataDir: null,
    script: '/opt/spoor/cli.js',
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoor-config-'));
    file = join(folder, '.claude.json');
    vi.stubEnv('CLAUDE_CONFIG_DIR', folder);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it('is refused where it is not UTF-8, and stays byte by byte', async () => {
    const bytes = Buffer.from('{ "name": "Jos\xe9" }', 'latin1');
    await writeFile(file, bytes);
    await expect(installMcp(options)).rejects.toThrow(`${file} is not UTF-8; it was not changed.`);
    expect(await readFile(file)).toEqual(bytes);
  });

  it('keeps its byte order mark', async () => {
    await writeFile(file, '\ufeff{ "name": "Jos\u00e9" }\n');
    await installMcp(options);
    const text = await readFile(file, 'utf8');
    expect(text.startsWith('\ufeff{')).toBe(true);
    expect(JSON.parse(text.slice(1))).toMatchObject({ name: 'Jos\u00e9', mcpServers: { spoor: { type: 'stdio' } } });
  });

  it('is kept as it was before the first change, however many follow', async () => {
    const given = '{ "numStartups": 3 }\n';
    await writeFile(file, given);
    await installMcp(options);
    await installMcp({ ...options, write: true });
    await installMcp({ ...options, isUninstall: true });
    expect(await readFile(`${file}.before-spoor`, 'utf8')).toBe(given);
  });
});
