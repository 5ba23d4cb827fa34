/** The page on security tests names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/security-tests.md', 'utf8');
const named = [...page.matchAll(/`((?:unit|store|integration|server|e2e)\/[\w/-]+)`/g)].map(
  ([, path]) => path as string,
);

it('names tests, and each of them is there', () => {
  expect(named.length).toBeGreaterThan(80);
  const missing = named.filter((path) => !existsSync(`tests/${path}.${path.startsWith('e2e/') ? 'spec' : 'test'}.ts`));
  expect(missing).toEqual([]);
});

it('names at least one for each promise', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!Promise|---)/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row).toMatch(/`(unit|store|integration|server|e2e)\/[^|]*\|$/);
});
