/** The table of docs/formats.md is what the writers say. `SPOOR_WRITE_DOCS=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WRITERS } from '../../core/formats/formats';

it('docs/formats.md says of each format what it has no place for', () => {
  const file = join('docs', 'formats.md');
  const text = readFileSync(file, 'utf8');
  const rows = WRITERS.map(
    ({ name, title, extension, loses }) => `| \`${name}\`: ${title} | \`.${extension}\` | ${loses ?? 'nothing'} |\n`,
  ).join('');
  const marked = text.replace('<!-- formats -->\n', rows);
  if (process.env.SPOOR_WRITE_DOCS === '1') writeFileSync(file, marked);
  expect(marked).toContain(rows);
});
