/** settings.json: read with line numbers, changed in place, never overwritten; secrets stay where they are. */
import { execFileSync } from 'node:child_process';
import { type FileHandle, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SettingsChange } from '../../core/api/settings';
import { hideSecrets, withoutUrlSecrets } from '../../core/settings/hidden-secrets';
import { DEFAULT_SETTINGS, RESTART_KEYS, SETTING_KEYS, SETTING_SCHEMAS } from '../../core/settings/settings-table';
import { editSettingsText, readSettingsText } from '../../core/settings/settings-text';
import { readValues, type SettingsOverrides } from '../../electron/host/settings';
import { SettingsKeeper } from '../../electron/host/settings-keeper';
import { temporaryFolder } from '../fixtures/spoor';

const WRITTEN = `// Of this machine.
{
  "retention": {
    "days": 14, // two sprints
    "gigabytes": 5,
  },
  "later": { "kept": [1, 2] },
  "redaction": {
    "patterns": [
      // tickets
      { "name": "ticket", "pattern": "INT-\\\\d+" },
      { "name": "host", "pattern": "corp\\\\.example" }, // hosts
    ],
  },
}
`;

describe('the text of the settings', () => {
  it('may have comments, trailing commas, a byte order mark, and what a newer Spoor knows', () => {
    const { values, problems, warnings } = readSettingsText(`\uFEFF${WRITTEN}`);
    expect(problems).toEqual([]);
    expect(values).toMatchObject({ 'retention.days': 14, 'retention.gigabytes': 5 });
    expect(warnings).toEqual([
      { line: 7, column: 12, message: 'later is not a setting of this version, and has no effect' },
    ]);
    expect(readSettingsText('{"later": {"a": 1, "a": 2}, "later": 3}').problems).toEqual([]);
    expect(readSettingsText(' \n')).toEqual({ values: {}, problems: [], warnings: [] });
  });

  it.each([
    ['{\n  "retention": { "days": -1 }\n}', 2, 'retention.days must be a number of days above 0, or null for no limit'],
    ['{\n\n"retention": {"dys": 1}}', 3, 'retention has no setting dys. Did you mean days?'],
    ['{"redactions": {}}', 1, 'there is no setting redactions. Did you mean redaction?'],
    ['{"redaction": true}', 1, 'redaction must be an object, such as {}'],
    ['{\n"corsOrigins": [\n"https://a.example",\n"b.example"]}', 4, 'corsOrigins.1 is not an origin'],
    ['{"listen": {"ui": "a:99999"}}', 1, 'listen.ui must be HOST:PORT, such as 127.0.0.1:4380'],
    ['{\n"forward": {\n"url": "file:///x"}}', 3, 'forward.url must be a URL such as http://collector:4318'],
    ['{"forward": {"url": "http://a", "headers": {"k": null}}}', 1, 'forward has a header without a value'],
    ['{\n"redaction": {"patterns": [\n{"name": "x", "pattern": "("}]}}', 3, 'pattern that is wrong: “x”'],
    ['{\n  "retention": }', 2, 'is not JSON: value expected'],
    ['{"retention": {"days": 1},\n"retention": {"days": 2}}', 2, 'retention stands twice'],
    ['{"retention": {"days": 1,\n"days": 2}}', 2, 'retention.days stands twice'],
    ['{"forward": {"url": "http://a", "headers": {"k": "1",\n"k": "2"}}}', 2, 'forward.headers.k stands twice'],
    [
      '{"redaction": {"patterns": [{"name": "a", "pattern": "b",\n"pattern": "c"}]}}',
      2,
      'patterns.0.pattern stands twice',
    ],
    ['[]', 1, 'must be an object, such as {}'],
    ['{"retention": {"gigabytes": 1e300}}', 1, 'retention.gigabytes must be at most 1,000,000,000 GiB'],
  ])('says where it is wrong: %s', (text, line, message) => {
    expect(readSettingsText(text).problems).toEqual([
      expect.objectContaining({ line, message: expect.stringContaining(message) }),
    ]);
  });

  it('is changed in place: comments, order and unknown keys stay', () => {
    const edited = editSettingsText(
      WRITTEN,
      {
        'retention.days': 30,
        'redaction.emails': true,
        'redaction.patterns': [
          { name: 'ticket', pattern: 'INT-\\d+' },
          { name: 'host', pattern: 'corp\\.example' },
          { name: 'order', pattern: 'ORD-\\d+' },
        ],
      },
      ['retention.gigabytes'],
    );
    expect(edited).not.toContain('gigabytes');
    expect(
      editSettingsText('{\n  "retention": {\n    "days": 1,\n    "spans": 2\n  }\n}\n', {}, ['retention.spans']),
    ).toBe('{\n  "retention": {\n    "days": 1\n  }\n}\n');
    for (const kept of [
      '// Of this machine.',
      '"days": 30, // two sprints',
      '// tickets',
      '"later": { "kept": [1, 2] }',
    ])
      expect(edited).toContain(kept);
    const { values, problems } = readSettingsText(edited);
    expect(problems).toEqual([]);
    expect(values).toEqual({
      'retention.days': 30,
      'redaction.emails': true,
      'redaction.patterns': expect.arrayContaining([{ name: 'order', pattern: 'ORD-\\d+' }]),
    });
    expect(values['redaction.patterns']).toHaveLength(3);
  });

  it('says that it is nested too deeply', () => {
    const problem = { line: 1, column: 1, message: 'is nested too deeply' };
    expect(readSettingsText(`{"later": ${'['.repeat(200_000)}`).problems).toEqual([problem]);
  });

  it('takes any value that a setting may have, from nothing', () => {
    const given = {
      ...DEFAULT_SETTINGS,
      'redaction.keys': ['a', 'b'],
      corsOrigins: ['https://a.example'],
      forward: { url: 'http://a:1', headers: { k: 'v', __proto__x: 'w' } },
    };
    const text = editSettingsText('', given, []);
    expect(readSettingsText(text)).toMatchObject({ values: given, problems: [] });
    const shorter = editSettingsText(
      text,
      { 'redaction.keys': ['b'], forward: { url: 'http://b:1', headers: {} } },
      [],
    );
    expect(readSettingsText(shorter).values).toMatchObject({
      'redaction.keys': ['b'],
      forward: { url: 'http://b:1', headers: {} },
    });
    expect(readSettingsText(editSettingsText(shorter, {}, SETTING_KEYS)).values).toEqual({});
  });

  it('has defaults that it accepts', () => {
    for (const key of SETTING_KEYS)
      expect(SETTING_SCHEMAS[key].safeParse(DEFAULT_SETTINGS[key]).success, key).toBe(true);
  });
});

it('are all listed in docs/settings.md, with their defaults', async () => {
  const page = await readFile('docs/settings.md', 'utf8');
  for (const key of SETTING_KEYS) {
    const isOfPartitions = key === 'retention.gigabytes' || key === 'retention.spans';
    const now = isOfPartitions ? 'when the open partition is full' : 'at once';
    const when = RESTART_KEYS.includes(key) ? 'at the next start' : now;
    const row = page
      .split('\n')
      .find((line) => line.startsWith(`| \`${key}\` | \`${JSON.stringify(DEFAULT_SETTINGS[key])}\` |`));
    expect(row, key).toContain(`| ${when}`);
  }
});

it('hides passwords, queries and header values', () => {
  expect(withoutUrlSecrets('https://me:pass@collector:4318/v1?key=1#x')).toBe('https://•••@collector:4318/v1?•••');
  expect(withoutUrlSecrets('http://collector/a@b')).toBe('http://collector/a@b');
  expect(withoutUrlSecrets('http://collector:80/v1#x')).toBe('http://collector/v1');
  // URLs are read so: \ is another /, and any number of them follows the scheme.
  for (const url of ['https:////me:pass@collector', 'https:me:pass@collector', 'https:\\\\me:pass@collector'])
    expect(withoutUrlSecrets(url)).toBe('https://•••@collector/');
  expect(withoutUrlSecrets('ftp://me:pass@collector')).toBe('•••');
  expect(withoutUrlSecrets('me:pass@')).toBe('•••');
  expect(withoutUrlSecrets('https://collector\\a@b')).toBe('https://collector\\a@b');
  const forward = { url: 'http://a/?token=abc', headers: { authorization: 'secret' } };
  expect(JSON.stringify(hideSecrets({ ...DEFAULT_SETTINGS, forward }))).not.toMatch(/abc|"secret"/);
});

describe('while Spoor runs', () => {
  const overrides: SettingsOverrides = { forwardUrl: null, corsOrigins: null, compatWithoutToken: null, keys: {} };
  const address = (port: number) => ({ host: '127.0.0.1', port });
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const file = () => join(folder.path, 'settings.json');
  async function keeper(text: string | null, given: Partial<SettingsOverrides> = {}): Promise<SettingsKeeper> {
    if (text !== null) await writeFile(file(), text);
    const all = { ...overrides, ...given };
    return SettingsKeeper.start(folder.path, await readValues(folder.path, all), {
      otlpHttp: address(4318),
      otlpGrpc: address(4317),
      ui: address(4380),
      overrides: all,
    });
  }
  const change = async (settings: SettingsKeeper, wanted: Omit<SettingsChange, 'revision'>) =>
    settings.change({ ...wanted, revision: (await settings.report()).revision });
  const stateOf = async (settings: SettingsKeeper, key: string) =>
    (await settings.report()).settings.find((one) => one.key === key);

  it('are written whole, to a file of the user alone, and taken into use', async () => {
    const settings = await keeper(null);
    expect(await settings.report()).toMatchObject({ exists: false, problems: [], values: { 'retention.days': 14 } });
    const { report, inUse } = await change(settings, { set: { 'retention.days': 3, 'agents.write': true } });
    expect(inUse).toMatchObject({ retention: { days: 3 }, agentsMayWrite: true });
    expect(report).toMatchObject({ exists: true, values: { 'retention.days': 3 } });
    expect(await stateOf(settings, 'retention.days')).toMatchObject({ source: 'file', pending: 'none' });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ retention: { days: 3 }, agents: { write: true } });
    expect(await readdir(folder.path)).toEqual(['settings.json']);
    expect((await change(settings, { reset: ['retention.days'] })).inUse.retention.days).toBe(14);
  });

  it('do not overwrite what somebody else wrote meanwhile', async () => {
    const settings = await keeper(WRITTEN);
    const { revision } = await settings.report();
    await writeFile(file(), WRITTEN.replace('14', '21'));
    await expect(settings.change({ revision, set: { 'retention.days': 1 } })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await readFile(file(), 'utf8')).toContain('"days": 21');
    expect(settings.inUse.retention.days).toBe(14);
    expect(await stateOf(settings, 'retention.days')).toMatchObject({ pending: 'apply' });
    expect((await change(settings, {})).inUse.retention.days).toBe(21);
  });

  it('run on with what they were while the file is wrong, and leave it alone', async () => {
    const settings = await keeper(WRITTEN);
    await writeFile(file(), '{\n  "retention": { "days": "soon" }\n}');
    expect(await settings.report()).toMatchObject({
      problems: [{ line: 2, message: expect.stringContaining('retention.days must be') }],
      values: { 'retention.days': 14 },
    });
    await expect(change(settings, { set: { 'agents.write': true } })).rejects.toThrow(/line 2: retention\.days/);
    expect(await readFile(file(), 'utf8')).toContain('soon');
  });

  it.skipIf(process.platform === 'win32')(
    'wait for no writer of a pipe that stands where the file should',
    async () => {
      const settings = await keeper('{}');
      await rm(file());
      execFileSync('mkfifo', [file()]);
      await expect(settings.report()).rejects.toThrow('it is not a regular file');
      await expect(keeper(null)).rejects.toThrow('it is not a regular file. Make it readable, or remove it.');
    },
  );

  it('refuse header values that HTTP cannot carry', async () => {
    const settings = await keeper('{}');
    const withHeader = (value: string) => ({ set: { forward: { url: 'http://a.example', headers: { key: value } } } });
    for (const value of ['a\r\nb', '\ra\nb\n', 'naïve — dash', '\0', 'a\u000b', 'schlüssel\u2028'])
      await expect(change(settings, withHeader(value))).rejects.toThrow('forward.headers.key has a line break');
    // Of line breaks around a value, as files of secrets end with, nothing is sent.
    for (const value of ['Schlüssel\t1', 'Bearer x\n', '\r\n a b \t\r\n', ' \n']) {
      expect((await change(settings, withHeader(value))).report.values.forward).not.toBeNull();
      expect(() => new Headers({ key: value })).not.toThrow();
    }
  });

  it('leave a file alone that is not UTF-8', async () => {
    const settings = await keeper(WRITTEN);
    const bytes = Buffer.from('{\n  // Gr\xfc\xdfe\n  "retention": { "days": 3 }\n}', 'latin1');
    await writeFile(file(), bytes);
    await expect(change(settings, { set: { 'agents.write': true } })).rejects.toThrow(/line 2: is not UTF-8/);
    expect(await readFile(file())).toEqual(bytes);
  });

  it('say what wins over the file, and what waits for a restart', async () => {
    const settings = await keeper('{"listen": {"otlpHttp": "127.0.0.1:1"}, "corsOrigins": ["https://a.example"]}', {
      corsOrigins: ['https://b.example'],
      keys: { corsOrigins: 'environment', 'listen.otlpHttp': 'command line' },
    });
    expect((await settings.report()).values).toMatchObject({
      corsOrigins: ['https://b.example'],
      'listen.otlpHttp': '127.0.0.1:4318',
    });
    expect(await stateOf(settings, 'corsOrigins')).toMatchObject({
      source: 'environment',
      isOverridden: true,
      pending: 'none',
    });
    expect(await stateOf(settings, 'listen.otlpHttp')).toMatchObject({ source: 'command line', pending: 'none' });
    await change(settings, { set: { 'search.promptText': false } });
    expect(await stateOf(settings, 'search.promptText')).toMatchObject({ pending: 'restart' });
    expect(settings.inUse.searchesPrompts).toBe(true);
  });

  it('keep secrets that a page sends back unread, and give them to no other host', async () => {
    const settings = await keeper(
      '{"forward": {"url": "https://me:pass@one.example/v1", "headers": {"authorization": "hush"}}}',
    );
    const { values } = await settings.report();
    expect(JSON.stringify(values)).not.toMatch(/pass|hush/);
    const { forward } = values;
    await change(settings, {
      set: { forward: { url: forward?.url ?? '', headers: { authorization: null, more: 'x' } } },
    });
    expect(settings.inUse.receivers.forward).toEqual({
      url: 'https://me:pass@one.example/v1',
      headers: { authorization: 'hush', more: 'x' },
    });
    const elsewhere = [
      'https://two.example/v1',
      'http://one.example/v1',
      'https://two.example\\@one.example/v1',
      'https:two.example',
      'https:////two.example//one.example',
    ];
    for (const url of elsewhere)
      await expect(change(settings, { set: { forward: { url, headers: { authorization: null } } } })).rejects.toThrow(
        'Give the value of the header authorization again',
      );
  });

  it('open nothing to other machines without the token', async () => {
    const settings = await keeper('{}');
    await expect(
      change(settings, { set: { 'compat.withoutToken': true, 'listen.ui': '0.0.0.0:4380' } }),
    ).rejects.toThrow('Other machines reach 0.0.0.0');
  });

  it('are on disk with their name, and without what a crash left', async () => {
    const left = ['settings.json.0123abcd.new', 'a.settings.json.0123abcd.new', 'settings.json.new'];
    for (const name of left) await writeFile(join(folder.path, name), '');
    const settings = await keeper('{}');
    const kept = ['a.settings.json.0123abcd.new', 'settings.json', 'settings.json.new'];
    expect((await readdir(folder.path)).sort()).toEqual(kept);
    const synced: string[] = [];
    const handle = await open(file());
    const sync = vi.spyOn(Object.getPrototypeOf(handle), 'sync').mockImplementation(async function (this: unknown) {
      const isFolder = (await (this as FileHandle).stat()).isDirectory();
      const names = await readdir(folder.path);
      synced.push(`${isFolder ? 'folder' : 'file'}, renamed: ${names.length === kept.length}`);
    });
    await handle.close();
    await change(settings, { set: { 'retention.spans': 9 } });
    sync.mockRestore();
    expect(synced).toEqual(['file, renamed: false', 'folder, renamed: true']);
  });

  it('are written where a link leads', async () => {
    await writeFile(join(folder.path, 'dotfile.json'), '{}');
    await symlink(join(folder.path, 'dotfile.json'), file());
    const settings = await keeper(null);
    await change(settings, { set: { 'retention.spans': 9 } });
    expect(await readFile(join(folder.path, 'dotfile.json'), 'utf8')).toContain('9');
    expect((await readdir(folder.path)).sort()).toEqual(['dotfile.json', 'settings.json']);
  });
});
