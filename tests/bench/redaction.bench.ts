/**
 * How many passages of ordinary text redaction changes: documentation, code and prompts of other people, as they lie in folders of
 * this machine. `npm run bench -- redaction [FOLDER...]`; without folders those of the packages here and of the system's documents.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { Random } from '../../core/samples/random';
import { report } from './report';

const TEXTS = /\.(?:md|mdx|rst|txt|ts|js|mjs|py|json|jsonl|html|css|yml|yaml|toml|ipynb|csv|go|c|h|java|sh)(?:\.gz)?$/i;
const DOCUMENTS = /^(?:readme|copyright|changelog|news|faq|todo|authors|license)[^/]*$/i;
const MAX_FILE_BYTES = 400_000;
const PASSAGE_CHARS = 600;
const MAX_PASSAGE_CHARS = 4_000;
/** Passages that are shown. */
const SHOWN = 400;

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const folders = wanted.length > 0 ? wanted : ['node_modules', '/usr/share/doc'].filter(existsSync);
const most = process.argv.includes('--short') ? 10_000 : 100_000;

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [folder];
  for (const next of open) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isFile() && (TEXTS.test(entry.name) || DOCUMENTS.test(entry.name))) found.push(path);
    }
  }
  return found;
}

/** Paragraphs, joined until they are as long as a passage. */
function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let passage = '';
  for (const paragraph of text.split(/\n\s*\n/)) {
    passage += passage === '' ? paragraph : `\n\n${paragraph}`;
    if (passage.length < PASSAGE_CHARS) continue;
    passages.push(passage.slice(0, MAX_PASSAGE_CHARS));
    passage = '';
  }
  return passage.trim().length > 40 ? [...passages, passage] : passages;
}

async function textOf(path: string): Promise<string> {
  if ((await stat(path)).size > MAX_FILE_BYTES) return '';
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Files in an order that is the same each time and mixes packages. */
function shuffled<T>(all: readonly T[]): T[] {
  const random = new Random(25);
  return all
    .map((one) => ({ one, rank: random.next() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

async function main(): Promise<void> {
  const redactor = new Redactor(DEFAULT_REDACTION);
  let passages = 0;
  let changed = 0;
  for (const path of shuffled((await Promise.all(folders.map(filesIn))).flat())) {
    for (const passage of passagesOf(await textOf(path))) {
      if (passages >= most) break;
      passages++;
      const clean = redactor.text(passage);
      if (clean === passage) continue;
      changed++;
      if (changed <= SHOWN) process.stdout.write(`${path}\n${difference(passage, clean)}\n`);
    }
  }
  report(
    'redaction',
    [
      { name: 'passages', value: passages, unit: 'texts' },
      { name: 'changed', value: changed, unit: 'texts' },
      { name: 'changed of 10,000', value: (10_000 * changed) / passages, unit: 'texts' },
    ],
    { ...redactor.report.byRule },
  );
}

/** The lines that differ. */
function difference(before: string, after: string): string {
  const lines = new Set(after.split('\n'));
  const left = before.split('\n').filter((line) => !lines.has(line));
  return left
    .slice(0, 3)
    .map((line) => `    - ${line.trim().slice(0, 220)}`)
    .concat(
      after
        .split('\n')
        .filter((line) => line.includes('[redacted '))
        .slice(0, 3)
        .map((line) => `    + ${line.trim().slice(0, 220)}`),
    )
    .join('\n');
}

void main();
