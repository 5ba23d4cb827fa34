/** Each wall between the rooms of the house, tried with a line that it must refuse. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '..', '..');
/** As a screen asks. */
const CONNECTION = `import(${JSON.stringify('./connection/connection')})`;

/** A room's project, a file in it, a line of it, and what the compiler says; null: nothing. */
type Wall = readonly [project: string, file: string, line: string, message: string | null];
const WALLS: readonly Wall[] = [
  ['core', 'core/wall.ts', 'document.title', "Cannot find name 'document'"],
  ['core', 'core/wall.ts', 'process.pid', "Cannot find name 'process'"],
  ['core', 'core/wall.ts', 'Buffer.alloc(1)', "Cannot find name 'Buffer'"],
  ['core', 'core/wall.ts', 'performance.now()', null],
  ['renderer', 'renderer/wall.ts', 'process.pid', "Cannot find name 'process'"],
  [
    'renderer',
    'renderer/wall.ts',
    `${CONNECTION}.then(({ api }) => api.listTraces({}))`,
    "Property 'listTraces' does not exist",
  ],
  [
    'renderer',
    'renderer/wall.ts',
    `${CONNECTION}.then(async ({ questions }) => (await questions.groups({ by: 'name' })).groups)`,
    "Property 'groups' does not exist on type 'Answer<SpanGroups>'",
  ],
  [
    'renderer',
    'renderer/wall.ts',
    `${CONNECTION}.then(async ({ questions }) => (await questions.groups({ by: 'name' })).whole)`,
    "Property 'whole' does not exist on type 'PartialAnswer<SpanGroups>'",
  ],
  ['renderer', 'renderer/wall.ts', 'document.title', null],
  ['tsconfig.node.json', 'services/wall.ts', 'document.title', "Cannot find name 'document'"],
  ['tsconfig.node.json', 'server/wall.ts', 'window.close()', "Cannot find name 'window'"],
  ['tsconfig.node.json', 'server/wall.ts', 'process.pid', null],
];

describe('the types of a room', () => {
  // What a room imports is read once for all of its lines.
  const programs = new Map<string, ts.Program>();
  beforeAll(() => {
    for (const [project] of WALLS) if (!programs.has(project)) programs.set(project, programOf(project));
  });
  it.each(WALLS)('%s: %s with %s', (project, file, line, message) => {
    const program = programs.get(project);
    const source = program?.getSourceFile(pathOf([project, file, line, message]));
    if (!program || !source) throw new Error(`${file} is not in the program of ${project}`);
    const said = ts
      .getPreEmitDiagnostics(program, source)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    if (message === null) expect(said).toEqual([]);
    else expect(said.join('\n')).toContain(message);
  });
});

/** Of a file that is not there. */
function pathOf([, file, line]: Wall): string {
  const place = WALLS.findIndex((wall) => wall[1] === file && wall[2] === line);
  return join(ROOT, file.replace('.ts', `-${place}.ts`));
}

/** The lines of a room, with the declarations that it is compiled with. */
function programOf(project: string): ts.Program {
  const config = join(ROOT, project.endsWith('.json') ? project : join(project, 'tsconfig.json'));
  const parsed = ts.getParsedCommandLineOfConfigFile(
    config,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  if (!parsed) throw new Error(`${config} cannot be read`);
  const sources = new Map(
    WALLS.filter((wall) => wall[0] === project).map((wall) => [pathOf(wall), `export const wall = ${wall[2]};\n`]),
  );
  const host = ts.createCompilerHost(parsed.options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const source = sources.get(name);
    return source === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, source, target);
  };
  const declarations = parsed.fileNames.filter((name) => name.endsWith('.d.ts'));
  return ts.createProgram([...sources.keys(), ...declarations], { ...parsed.options, incremental: false }, host);
}

function fail(diagnostic: ts.Diagnostic): void {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

describe('the rules of imports refuse', () => {
  const FORBIDDEN: readonly (readonly [rule: string, from: string, to: string])[] = [
    ['core-imports-nothing-of-ours', 'core/a.ts', 'services/net/a.ts'],
    ['renderer-meets-workers-only-in-core', 'renderer/app/a.ts', 'services/net/a.ts'],
    ['services-know-no-host', 'services/net/b.ts', 'workers/rpc/a.ts'],
    ['services-keep-apart', 'services/alerts/a.ts', 'services/store/a.ts'],
    ['workers-know-no-shell', 'workers/store/b.ts', 'electron/host/a.ts'],
    ['workers-keep-apart', 'workers/sync/a.ts', 'workers/ingest/a.ts'],
    ['headless-shell-needs-no-electron', 'electron/cli/a.ts', 'electron/main/a.ts'],
    ['server-stands-alone', 'server/doors/a.ts', 'workers/rpc/a.ts'],
    ['server-layers-know-no-module', 'server/http/a.ts', 'server/modules/auth/a.ts'],
    ['server-modules-know-no-door', 'server/modules/sync/a.ts', 'server/doors/b.ts'],
    ['product-imports-no-tests', 'core/b.ts', 'tests/a.ts'],
    ['screens-keep-apart', 'renderer/screens/one/a.ts', 'renderer/screens/two/a.ts'],
    ['shared-parts-know-no-screen', 'renderer/features/a.ts', 'renderer/screens/two/a.ts'],
    ['no-folder-cycles', 'core/one/a.ts', 'core/two/a.ts'],
    ['no-folder-cycles', 'core/two/b.ts', 'core/one/b.ts'],
  ];
  const REFUSED = /error ([\w-]+): (\S+)/g;
  let folder = '';
  let refused: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spoor-walls-'));
    for (const [, from, to] of FORBIDDEN) {
      write(to, 'export const a = 1;\n', false);
      write(from, `export * from '${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '')}';\n`, true);
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
        ...['core', 'services', 'workers', 'electron', 'renderer', 'server', 'tests'],
        ...['--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'err'],
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
    );
    refused = [...stdout.matchAll(REFUSED)].map(([, rule, from]) => `${rule} ${from}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const written = new Set<string>();
  function write(file: string, text: string, replaces: boolean): void {
    if (written.has(file) && !replaces) return;
    written.add(file);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  it.each(FORBIDDEN)('%s: %s -> %s', (rule, from) => {
    expect(refused).toContain(`${rule} ${rule === 'no-folder-cycles' ? dirname(from) : from}`);
  });
});
