/** The licenses of what a package brings: of its node_modules, each with its own text, and of what the pages were bundled from. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';

const LICENSE_FILE = /^(licen[sc]e|copying|notice)([.-].*)?$/i;

/** @param {string} file the Markdown file to write */
export function makeNotices(file) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages).filter(
    ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
  );
  const sections = shipped
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path]) => sectionOf(join(root, path)));
  const pages = join(root, 'out', 'renderer', 'licenses.md');
  const bundled = existsSync(pages) ? [`# Bundled into the pages\n\n${readFileSync(pages, 'utf8').trim()}`] : [];
  writeFileSync(file, `${['# Packages', ...sections, ...bundled].join('\n\n')}\n`);
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENSE_FILE.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim());
  return [`## ${name} ${version} (${typeof license === 'string' ? license : 'see its text'})`, ...texts].join('\n\n');
}
