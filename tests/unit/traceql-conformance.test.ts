/** What Spoor reads of TraceQL, construct by construct, and the table of it in the documentation. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTraceql } from '../../core/query/traceql/parse';
import { printTraceql } from '../../core/query/traceql/print';
import { TraceqlSyntaxError } from '../../core/query/traceql/syntax-error';
import { CONSTRUCTS } from '../fixtures/traceql-constructs';

const TABLE = join(import.meta.dirname, '../../docs/traceql-conformance.md');

describe.each(CONSTRUCTS)('$name', ({ reads, ours = [], refuses = [], theirs = [] }) => {
  it('are read, and written out so that they are read again', () => {
    for (const query of [...reads, ...ours]) {
      const printed = printTraceql(parseTraceql(query));
      expect(printTraceql(parseTraceql(printed)), query).toBe(printed);
    }
  });

  it('are refused where they make no sense, with a place within the query', () => {
    for (const query of [...refuses, ...theirs]) {
      const refused = errorOf(query);
      expect(refused, `${query} is read`).toBeInstanceOf(TraceqlSyntaxError);
      expect(refused?.at, query).toBeLessThanOrEqual(query.length);
      // Nothing is suggested that stands there already.
      expect(refused?.suggestion, query).not.toBe(
        query.slice(refused?.at, (refused?.at ?? 0) + (refused?.length ?? 0)),
      );
    }
  });
});

it('is what the documentation says', async () => {
  const rows = CONSTRUCTS.map(({ name, reads, refuses = [], ours = [], theirs = [], note = '' }) => {
    const counts = [reads.length, refuses.length, ours.length, theirs.length];
    const examples = [...ours, ...theirs].slice(0, 2).map(asCode);
    return [name, ...counts, examples.join(', '), note];
  });
  const totals = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  const table = [
    [
      'Construct',
      'Read by both',
      'Refused by both',
      'Read here only',
      'Read by Tempo only',
      'Where they differ',
      'Why',
    ],
    ['---', '--:', '--:', '--:', '--:', '---', '---'],
    ...rows,
    ['**All**', ...totals.map((total) => `**${total}**`), '', ''],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const text = [
    '# TraceQL: what is read',
    '',
    'Queries by construct, from `tests/fixtures/traceql-constructs.ts`. `tests/unit/traceql-conformance.test.ts` tries each of them and',
    'compares this table with what it finds; `npx vitest run --project unit tests/unit/traceql-conformance.test.ts -u` writes it anew.',
    '',
    ...table,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(TABLE);
});

function errorOf(query: string): TraceqlSyntaxError | null {
  try {
    parseTraceql(query);
    return null;
  } catch (error) {
    return error instanceof TraceqlSyntaxError ? error : null;
  }
}

function asCode(query: string): string {
  return `\`${query.replaceAll('|', '\\|').replaceAll('\n', ' ')}\``;
}
