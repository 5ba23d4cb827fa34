import { expect, it } from 'vitest';
import { failuresIn } from '../../scripts/failures.mjs';

const RULE = '⎯'.repeat(24);

it('tells of each failed test what was expected and where, for both runners', () => {
  const vitest = [
    ' RUN  v4',
    `${RULE} Failed Tests 2 ${RULE}`,
    ' FAIL  |unit| tests/unit/a.test.ts > adds',
    'AssertionError: expected 3 to be 4 // Object.is equality',
    '',
    '- 4',
    '+ 3',
    '',
    ' ❯ tests/unit/a.test.ts:3:71',
    `${RULE}[1/2]⎯`,
    'something that a server printed meanwhile',
    ' FAIL  |unit| tests/unit/a.test.ts > lists',
    'AssertionError: expected [ Array(100) ] to deeply equal []',
    ...Array.from({ length: 100 }, (_, i) => `+   ${i},`),
    ' ❯ eventually node_modules/vitest/dist/index.js:1:2',
    ' ❯ tests/unit/a.test.ts:4:63',
    `${RULE}[2/2]⎯`,
  ];
  const playwright = [
    '  ✘  1 [browser] › tests/e2e/both/a.spec.ts:3:1 › opens (6.3s)',
    '  1) [browser] › tests/e2e/both/a.spec.ts:3:1 › opens ──────',
    '',
    '    Error: expect(locator).toBeVisible() failed',
    '        at tests/e2e/both/a.spec.ts:3:92',
    '    Error Context: test-results/error-context.md',
    '  1 failed',
    '    [browser] › tests/e2e/both/a.spec.ts:3:1 › opens ──────',
  ];
  const [adds, lists, opens, ...rest] = failuresIn([...vitest, ...playwright].join('\n'));
  expect(adds).toEqual([
    'FAIL  |unit| tests/unit/a.test.ts > adds',
    'AssertionError: expected 3 to be 4 // Object.is equality',
    '- 4',
    '+ 3',
    ' ❯ tests/unit/a.test.ts:3:71',
  ]);
  expect(lists).toHaveLength(1 + 15 + 2);
  expect(lists?.at(-1)).toBe(' ❯ tests/unit/a.test.ts:4:63');
  expect(opens).toEqual([
    '1) [browser] › tests/e2e/both/a.spec.ts:3:1 › opens',
    '    Error: expect(locator).toBeVisible() failed',
    '        at tests/e2e/both/a.spec.ts:3:92',
  ]);
  expect(rest).toEqual([]);
});

it('tells of an error that belongs to no test, and of none where all passed', () => {
  expect(failuresIn(`${RULE} Unhandled Errors ${RULE}\n\nError: late\n ❯ tests/a.test.ts:1:1\n${RULE}[1/1]⎯`)).toEqual([
    ['⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯ Unhandled Errors', 'Error: late', ' ❯ tests/a.test.ts:1:1'],
  ]);
  expect(failuresIn('  2 passed (1.0m)\n 4 passed, 0 failed')).toEqual([]);
});
