/**
 * `npm test`: builds, then runs everything that this machine can. What it cannot run is listed with the command that would
 * enable it; with CI=true nothing may be skipped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { endToEndTests } from './e2e.mjs';
import { root } from './root.mjs';

const CI = process.env.CI === 'true';
const say = (line) => process.stdout.write(`${line}\n`);
const skipped = [];
const totals = { passed: 0, failed: 0, skipped: 0 };
const times = [];

await build({ ifStale: true });

await vitest('unit');
await vitest('store');
// Together, so that neither waits for the last file of the other.
await vitest('integration', 'server');
await vitest('alone');

if (spawnSync('redis-server', ['--version']).status !== 0) {
  skip('tests of limits that copies share', 'there is no Redis', 'apt-get install redis-server');
}
const endToEnd = await endToEndTests({ say, skip, args: process.argv.slice(2) });
if (endToEnd) await playwright(endToEnd);

if (!existsSync(process.env.SPOOR_CASES ?? join(root, '..', 'shared', 'cases'))) {
  say('The real captures of other projects are not beside this repository: tests that read them were skipped.');
}
say(`Time: ${times.join(', ')}`);
for (const line of skipped) say(line);
const failed = totals.failed + (CI ? skipped.length : 0);
say(`${totals.passed} passed, ${failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);

function skip(what, reason, command) {
  skipped.push(`SKIPPED ${what}: ${reason}. To run them: ${command}`);
}

async function vitest(...projects) {
  const cli = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const command = [process.execPath, cli, 'run', ...projects.flatMap((name) => ['--project', name])];
  await run(projects.join(' and '), command, (output) => ({
    passed: number(output, /Tests .*?(\d+) passed/),
    failed: number(output, /Tests .*?(\d+) failed/),
    skipped: number(output, /Tests .*?(\d+) skipped/),
  }));
}

async function playwright({ command, environment }) {
  const count = (output) => ({
    passed: number(output, /(\d+) passed/),
    failed: number(output, /(\d+) failed/),
    skipped: number(output, /(\d+) skipped/),
  });
  await run('end to end', command, count, environment);
}

/** Shows the output as it comes and counts its tests; a runner that fails without counting one counts as a failure. */
async function run(name, [file, ...args], count, environment = {}) {
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8', NO_COLOR: '1', FORCE_COLOR: '0', ...environment },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stdout.write(text);
  });
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  times.push(`${name} ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  const counted = count(output);
  totals.passed += counted.passed;
  totals.failed += Math.max(counted.failed, status === 0 ? 0 : 1);
  totals.skipped += counted.skipped;
  if (CI && counted.skipped > 0) skipped.push(`SKIPPED ${counted.skipped} tests, which CI does not allow`);
}

function number(output, pattern) {
  return Number(pattern.exec(output)?.[1] ?? 0);
}
