/** The check that keeps banned phrases out of texts for users. */
import { expect, it } from 'vitest';
import { phrasesIn, withoutComments } from '../../scripts/wording.mjs';

const found = (text: string) => phrasesIn(withoutComments(text)).map(({ line, phrase }) => `${line}: ${phrase}`);

it('finds phrases in strings and JSX text, with their line and whatever their case', () => {
  expect(found("const one = 1;\nconst text = 'Calls of models cost';\n<p>Nobody knows the price.</p>")).toEqual([
    '2: Calls of models',
    '3: Nobody knows',
  ]);
});

it('does not look for them in comments, and keeps the lines behind one', () => {
  const source = [
    '/**',
    ' * Calls of models.',
    ' */',
    'const a = 1; // calls of models',
    '{/* calls of models */}',
    "const url = 'https://calls.example/'; const b = 'call of a model';",
  ].join('\n');
  expect(found(source)).toEqual(['6: call of a model']);
});

it('says what to write instead', () => {
  expect(phrasesIn('The rule is beyond its threshold.')).toEqual([
    { line: 1, phrase: 'beyond its threshold', instead: 'exceeds the threshold' },
  ]);
});
