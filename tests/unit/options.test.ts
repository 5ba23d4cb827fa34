import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSimpleSearch } from '../../core/query/simple-search';
import { decodeRows, INT4, orNull, TEXT } from '../../core/store/sql/row-spec';
import { COMMANDS } from '../../electron/cli/commands';
import { parseCommandLine } from '../../electron/cli/parse-command';
import { UsageError } from '../../electron/host/option-table';
import { START_OPTIONS, startOptions } from '../../electron/host/options';

/** What `spoor` makes of a command line. */
function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv) {
  const line = parseCommandLine(COMMANDS, args, environment);
  if (line.kind !== 'run') throw new Error(`it is ${line.kind}`);
  const values = Object.fromEntries(Object.entries(line.input.values).filter(([name]) => name in START_OPTIONS));
  return { ...startOptions(values, environment), command: line.command.name };
}

describe('the command line', () => {
  it.each([
    [['--foo'], 'start takes no option --foo.'],
    [['query', 'x', '--form', '1h'], 'query takes no option --form. Did you mean --from?'],
    [['--sampel'], 'start takes no option --sampel. Did you mean --sample?'],
    [['-x'], "Unknown option '-x'."],
    [['quary', 'x'], 'There is no command quary. Did you mean spoor query?'],
    [['sing'], 'There is no command sing.'],
    [['help', 'tali'], 'There is no command tali. Did you mean spoor tail?'],
    [['query'], "query takes a query, such as '{ status = error }'."],
    [['query', '{ status', '=', 'error }'], 'query takes no argument =.'],
    [['import'], 'import takes files, such as trace.json.'],
    [['--ui'], "Option '--ui <value>' argument missing."],
    [['--ui', '--json'], "Option '--ui' argument is ambiguous."],
  ])('says in one sentence what is wrong with %j', (args, message) => {
    expect(() => parseOptions(args, {})).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });

  it('has the documented defaults', () => {
    expect(parseOptions([], { XDG_DATA_HOME: '/data' })).toMatchObject({
      command: 'start',
      otlpHttp: { host: '127.0.0.1', port: 4318 },
      ui: { host: '127.0.0.1', port: 4380 },
      otlpGrpc: { host: '127.0.0.1', port: 4317 },
      otlpGrpcNamed: false,
      token: null,
      json: false,
      open: false,
      sample: false,
    });
  });

  it('refuses options that a command would ignore', () => {
    for (const [command, option] of [
      [['serve'], '--limit=5'],
      [['start'], '--from=1h'],
      [[], '--to=1h'],
      [['query', 'x'], '--otlp-http=0'],
      [['query', 'x'], '--forward=http://collector:4318'],
      [['tail'], '--limit=5'],
      [['tail'], '--forward=http://collector:4318'],
      [['rebuild'], '--ui=0'],
      [['rebuild'], '--from=1h'],
    ] as const) {
      const said = `${command[0] ?? 'start'} takes no option ${option.split('=')[0]}.`;
      expect(() => parseOptions([...command, option], {})).toThrow(
        expect.objectContaining({ message: expect.stringContaining(said) }),
      );
    }
    // Which Spoor is meant, and how to talk to it, is asked of all; variables of the environment are for whom they concern.
    for (const command of [['query', 'x'], ['tail'], ['rebuild'], ['serve'], []]) {
      const options = ['--data-dir', 'x', '--json', '--token', 'secret-token'];
      expect(() => parseOptions([...command, ...options], { SPOOR_UI: '7', SPOOR_OPEN: '1' })).not.toThrow();
    }
  });

  it('prefers flags to the environment', () => {
    const environment = {
      SPOOR_OTLP_HTTP: '0.0.0.0:9',
      SPOOR_UI: '7',
      SPOOR_DATA_DIR: '/from-env',
      SPOOR_TOKEN: 'env-token',
      SPOOR_JSON: '1',
      SPOOR_OPEN: '0',
    };
    expect(parseOptions(['serve', '--otlp-http', '[::1]:0'], environment)).toMatchObject({
      command: 'serve',
      otlpHttp: { host: '::1', port: 0 },
      ui: { host: '127.0.0.1', port: 7 },
      dataDir: '/from-env',
      token: 'env-token',
      json: true,
      open: false,
    });
  });

  it('warns of what the list of processes shows to everybody', () => {
    const warnings = (...args: string[]) => parseOptions(args, { SPOOR_TOKEN: 'env-token' }).warnings;
    expect(warnings('serve')).toEqual([]);
    expect(warnings('--forward', 'http://collector:4318')).toEqual([]);
    expect(warnings('--token', 'chosen-by-me')).toMatchObject([expect.stringContaining('--token-file FILE')]);
    expect(warnings('--forward', 'https://collector?key=1')).toMatchObject([expect.stringContaining('SPOOR_FORWARD')]);
    expect(() => parseOptions(['--token', 'chosen-by-me', '--token-file', '/dev/null'], {})).toThrow(UsageError);
  });

  it('keeps the sample apart from what the user recorded', () => {
    const environment = { XDG_DATA_HOME: '/data' };
    if (process.platform !== 'linux') return;
    expect(parseOptions(['--sample'], environment).dataDir).toBe(join(parseOptions([], environment).dataDir, 'sample'));
  });

  it.each([
    ['sing'],
    ['serve', 'more'],
    ['--nope'],
    ['--ui', 'x'],
    ['--ui', 'a:70000'],
    ['--token', 'short'],
    ['--token', 'has space in it'],
  ])('refuses %j %j', (...args) => expect(() => parseOptions(args, {})).toThrow(UsageError));
});

describe('the search box', () => {
  it('takes words, quotes and filters apart', () => {
    expect(parseSimpleSearch('GET "POST /orders" service:checkout Service:"my shop" status:ERROR ""')).toEqual({
      words: ['GET', 'POST /orders'],
      services: ['checkout', 'my shop'],
      status: 'error',
    });
    expect(parseSimpleSearch('  ')).toEqual({ words: [], services: [], status: null });
    expect(() => parseSimpleSearch('status:green')).toThrow(/status:error or status:ok/);
  });
});

describe('row specs', () => {
  it('check what the database returned', () => {
    expect(decodeRows({ id: INT4, name: orNull(TEXT) }, [{ id: 1, name: null, more: 2 }])).toEqual([
      { id: 1, name: null },
    ]);
    expect(() => decodeRows({ id: INT4 }, [{ id: '1' }])).toThrow('column id is not int4');
    expect(() => decodeRows({ id: INT4 }, [{}])).toThrow('column id');
  });
});
