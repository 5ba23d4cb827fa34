/** Finds phrases of wording-rules.mjs in texts for users: string literals and JSX text, help and errors, README and docs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './root.mjs';
import { WORDING } from './wording-rules.mjs';

const CODE = ['core', 'services', 'workers', 'electron', 'renderer', 'server'];
const PAGES = ['README.md', 'CONTRIBUTING.md'];
/** The page that quotes what not to write. */
const STYLE = 'style.md';

/** @returns for `npm run check`: whether no phrase was found, and where each was, with what to write instead */
export function wording() {
  const files = [
    ...CODE.flatMap((folder) => sourcesBelow(join(root, folder))),
    ...PAGES.map((page) => join(root, page)),
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md') && name !== STYLE)
      .map((name) => join(root, 'docs', name)),
  ];
  const found = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return phrasesIn(file.endsWith('.md') ? text : withoutComments(text)).map(
      ({ line, phrase, instead }) => `${relative(root, file)}:${line}: "${phrase}": ${instead} (docs/style.md)\n`,
    );
  });
  return { ok: found.length === 0, output: found.join('') };
}

/** @returns each banned phrase with its line, from 1 */
export function phrasesIn(text) {
  return text.split('\n').flatMap((content, index) =>
    WORDING.flatMap(([pattern, instead]) => {
      const phrase = new RegExp(pattern.source, 'i').exec(content)?.[0];
      return phrase === undefined ? [] : [{ line: index + 1, phrase, instead }];
    }),
  );
}

/** The text with comments blanked and lines kept: blocks that begin a line, `{/* … *\/}` in JSX, `//`, and `--` of SQL. */
export function withoutComments(text) {
  const lines = (block) => block.replace(/[^\n]/g, ' ');
  return text
    .replace(/^[ \t]*\{?\/\*[\s\S]*?\*\//gm, lines)
    .replace(/(?:^|\s)(?:\/\/|--) .*$/gm, lines)
    .replace(/\s\/\*\*? .*?\*\//g, lines);
}

function sourcesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? sourcesBelow(path) : /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}
