/**
 * `npm run check`: types, lint and format, import rules between layers, dead code, file sizes, migrations, wording, the document of the HTTP API.
 * Everything is run; any failure fails.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { landedMigrations } from './landed-migrations.mjs';
import { root } from './root.mjs';
import { wording } from './wording.mjs';

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
  // Two types of one name compile, and the document cannot name both.
  ['document of the HTTP API', () => node('scripts/openapi.mjs', '--check')],
  ['file sizes', fileSizes],
  ['migrations', landedMigrations],
  ['wording', wording],
];

// The compilers take most of the time, on one core each: two run side by side where there are two.
let next = 0;
let failed = 0;
const lane = async () => {
  for (let step = steps[next++]; step; step = steps[next++]) {
    const [name, run] = step;
    const { ok, output } = await run();
    if (!ok) failed++;
    process.stdout.write(`${ok ? 'ok     ' : 'FAILED '} ${name}\n${ok ? '' : output}`);
  }
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
process.exit(failed > 0 ? 1 : 0);

function bin(path, ...args) {
  return node(`node_modules/${path}`, ...args);
}

function node(path, ...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, path), ...args], { cwd: root });
    let output = '';
    const hear = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.on('error', (error) => resolve({ ok: false, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
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
