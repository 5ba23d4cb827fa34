/** `npm run check`: types, lint and format, import rules between layers, dead code, file sizes, migrations. Everything is run; any failure fails. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { landedMigrations } from './landed-migrations.mjs';
import { root } from './root.mjs';

const ROOMS = ['core', 'services', 'workers', 'electron', 'renderer', 'server'];
const MAX_LINES = 400;

const steps = [
  ['types', () => bin('typescript/bin/tsc', '-p', '.')],
  // Walls: core without DOM and Node, the renderer without Node, what runs in Node without DOM.
  ...['core', 'renderer', 'tsconfig.node.json'].map((project) => [
    `types of ${project}`,
    () => bin('typescript/bin/tsc', '-p', project),
  ]),
  ['lint and format', () => bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')],
  [
    'layers',
    () => bin('dependency-cruiser/bin/dependency-cruise.mjs', ...ROOMS, 'tests', '--config', '.dependency-cruiser.cjs'),
  ],
  ['dead code', () => bin('knip/bin/knip.js')],
  ['file sizes', fileSizes],
  ['migrations', landedMigrations],
];

const failed = steps.filter(([name, run]) => {
  const { ok, output } = run();
  process.stdout.write(`${ok ? 'ok     ' : 'FAILED '} ${name}\n${ok ? '' : output}`);
  return !ok;
});
process.exit(failed.length > 0 ? 1 : 0);

function bin(path, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', path), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { ok: status === 0, output: stdout + stderr };
}

function fileSizes() {
  const long = ROOMS.flatMap((room) => filesBelow(join(root, room)))
    .map((file) => ({ file: relative(root, file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  return {
    ok: long.length === 0,
    output: long.map(({ file, lines }) => `${file}: ${lines} lines, more than ${MAX_LINES}\n`).join(''),
  };
}

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : /\.(ts|tsx)$/.test(entry.name) ? [path] : [];
  });
}
