/** Each regular expression of our sources takes steps in proportion to a hostile text, as a backtracking engine counts them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Backtracking } from '../fixtures/backtracking';

const ROOT = resolve(import.meta.dirname, '../..');
/** What they are applied to is short, or comes from who runs Spoor. */
const BOUNDED: Readonly<Record<string, string>> = {
  'core/query/completion.ts': 'what is typed into a search box',
  'core/query/span-search.ts': 'what is typed into a search box',
  'core/query/traceql/lexer.ts': 'a query, of at most 10,000 characters',
  'core/store/sql/cursor.ts': 'a cursor of ours, which is short',
  'core/store/schema/migrate.ts': 'our own migrations',
  'services/gateway/compat/parameters.ts': 'a duration, of at most 64 characters',
  'services/gateway/playground/chat-client.ts': 'the address of an endpoint, which is short',
  'services/gateway/openapi.ts': 'our own document',
  'services/ingest/forwarder.ts': 'the settings of who runs Spoor',
  'services/net/port-holder.ts': 'what the operating system says',
  'server/http/openapi.ts': 'our own document',
  'server/options.ts': 'the command line',
  'server/observe/tracing.ts': 'our own SQL',
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && /\.tsx?$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
  );
}

interface Found {
  readonly place: string;
  readonly expression: RegExp;
}

function expressionsIn(file: string): Found[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = source.getLineAndCharacterOfPosition(node.pos).line + 1;
      const expression = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ place: `${relative(ROOT, file)}:${line}`, expression });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const found = ['core', 'services', 'server', 'workers'].flatMap((room) =>
  filesBelow(join(ROOT, room)).flatMap(expressionsIn),
);
const unbounded = found.filter(
  ({ place, expression }) =>
    BOUNDED[place.replace(/:\d+$/, '')] === undefined && new Backtracking(expression).pumps.length > 0,
);

/** Opens again and again what it never closes, where texts in quotes are looked for. */
const ESCAPED_QUOTE = '\\"';

/** Whether twice the text takes more than about twice the steps, for some hostile text; null: none. */
function hostileText(expression: RegExp): string | null {
  const counted = new Backtracking(expression);
  for (const { before, pump } of counted.pumps) {
    for (const lead of ['', before]) {
      for (const body of [pump, `${before}${pump}`, ESCAPED_QUOTE]) {
        for (const tail of ['', '\0', '!', '\n', ' ', 'a', '\n\0']) {
          const text = (size: number): string => lead + body.repeat(Math.ceil(size / body.length)) + tail;
          const [small, large] = [counted.stepsIn(text(300)), counted.stepsIn(text(600))];
          if (large > counted.limit || large > 2.6 * small + 1_000) return JSON.stringify(text(20));
        }
      }
    }
  }
  return null;
}

describe('regular expressions', () => {
  it('are told apart by their steps', () => {
    for (const bad of [
      /(a+)+$/,
      /\{[\s\S]*\}/,
      /@.*$/,
      /^data:([^;,]*)[^,]*;base64,(.*)$/s,
      /\s+$/,
      /(a|a)*b/,
      /eyJ[\w-]{8,}\./g,
    ]) {
      expect([bad, hostileText(bad)]).not.toEqual([bad, null]);
    }
    for (const good of [/^\s*\{/, /[\p{L}\p{N}]+/gu, /^(\d+)-(\d+)$/, /:\w+/g])
      expect([good, hostileText(good)]).toEqual([good, null]);
  });

  it('are found in the sources', () => {
    expect(found.length).toBeGreaterThan(100);
    expect(unbounded.length).toBeGreaterThan(20);
  });

  it.each(unbounded.map(({ place, expression }) => [place, expression] as const))('%s is linear', (_, expression) => {
    expect(hostileText(expression)).toBeNull();
  });
});
