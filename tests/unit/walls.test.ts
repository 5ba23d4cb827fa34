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

describe('the types of a room refuse', () => {
  it.each([
    ['core', 'core/wall.ts', 'document.title', "Cannot find name 'document'"],
    ['core', 'core/wall.ts', 'process.pid', "Cannot find name 'process'"],
    ['core', 'core/wall.ts', 'Buffer.alloc(1)', "Cannot find name 'Buffer'"],
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
    ['tsconfig.node.json', 'services/wall.ts', 'document.title', "Cannot find name 'document'"],
    ['tsconfig.node.json', 'server/wall.ts', 'window.close()', "Cannot find name 'window'"],
  ])('%s: %s with %s', (project, file, line, message) => {
    expect(errorsOf(project, file, line).join('\n')).toContain(message);
  });

  it('nothing that they may use', () => {
    expect(errorsOf('core', 'core/wall.ts', 'performance.now()')).toEqual([]);
    expect(errorsOf('renderer', 'renderer/wall.ts', 'document.title')).toEqual([]);
    expect(errorsOf('tsconfig.node.json', 'server/wall.ts', 'process.pid')).toEqual([]);
  });
});

/** Of a file that is not there, with the declarations that its room is compiled with. */
function errorsOf(project: string, file: string, line: string): string[] {
  const config = join(ROOT, project.endsWith('.json') ? project : join(project, 'tsconfig.json'));
  const parsed = ts.getParsedCommandLineOfConfigFile(
    config,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  if (!parsed) throw new Error(`${config} cannot be read`);
  const path = join(ROOT, file);
  const host = ts.createCompilerHost(parsed.options);
  const { fileExists, getSourceFile } = host;
  const source = `export const wall = ${line};\n`;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, source, target) : getSourceFile(name, target, ...rest);
  const declarations = parsed.fileNames.filter((name) => name.endsWith('.d.ts'));
  const program = ts.createProgram([path, ...declarations], { ...parsed.options, incremental: false }, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
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
