/**
 * `node scripts/failures.mjs FILE`: what the end of `.ci/run` says of the failed tests in a recorded run, since the benchmarks print
 * much between. Of each the name, the first lines of what its runner printed, and the line of the test.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAX_LINES = 15;
/** The others are named only. */
const MAX_TOLD = 15;

/** As Vitest and Playwright begin what they tell of one, and our fixtures what they tell of a process that crashed. */
const BEGINS = /^ FAIL {2}|^ {2}\d+\) \[|^⎯+ Unhandled |^Process \d+ exited unexpectedly \(SIG/;
/** As they end it. */
const ENDS = /^⎯+\[\d+\/\d+\]⎯|^ {2}\d+ (failed|passed|flaky|skipped|interrupted|did not run)|^\s+Error Context: /;
/** Of the test, and not of a package it uses. */
const PLACE = /^\s+(❯|at) (?!.*node_modules).*:\d+:\d+/;

/** @returns the lines to print of each, whose first names the test */
export function failuresIn(output) {
  const found = [];
  let open = null;
  for (const line of output.split('\n')) {
    if (BEGINS.test(line)) {
      open = [line.trim().replace(/[\s─⎯]+$/, '')];
      found.push(open);
    } else if (ENDS.test(line)) open = null;
    else if (open && line.trim() !== '') open.push(line);
  }
  return found.map(shortened);
}

function shortened([name, ...lines]) {
  const head = lines.slice(0, MAX_LINES);
  if (head.some((line) => PLACE.test(line))) return [name, ...head];
  const place = lines.find((line) => PLACE.test(line));
  return place === undefined ? [name, ...head] : [name, ...head, '  …', place];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failures = failuresIn(readFileSync(process.argv[2] ?? 0, 'utf8'));
  for (const [index, [name, ...lines]] of failures.entries()) {
    process.stdout.write(`failed: ${name}\n`);
    if (index < MAX_TOLD) for (const line of lines) process.stdout.write(`    ${line}\n`);
  }
}
