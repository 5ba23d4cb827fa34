/** Which migrations are on the main branch and what they were then: a database may have run them, so they never change. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

export const LANDED = 'core/store/schema/landed-migrations.json';
/** What a new database has; written with the hashes of all migrations that it ran. */
export const CATALOGS = {
  core: 'core/store/schema/core-catalog.json',
  server: 'server/migrations/server-catalog.json',
};
const FOLDERS = { core: 'core/store/migrations', server: 'server/migrations' };
/** What numbered migrations are made of. */
const IS_MIGRATION = /^(?:\d{3}-.*|service-edge)\.ts$/;

const MOVED_IMPORT = {
  core: /^import .* from '(\.\.\/)(?:[a-z]+\/)?([a-z-]+)';$/,
  server: /^import .* from '(\.\.\/\.\.\/core\/store\/)(?:[a-z]+\/)?([a-z-]+)';$/,
};

/** SHA-256 of each migration by part and file. */
export function hashesOfFiles() {
  return Object.fromEntries(
    Object.entries(FOLDERS).map(([part, folder]) => {
      const files = readdirSync(join(root, folder)).filter((file) => IS_MIGRATION.test(file));
      return [
        part,
        Object.fromEntries(
          files
            .sort()
            .map((file) => [
              file,
              sha256(asLanded(readFileSync(join(root, folder, file), 'utf8'), MOVED_IMPORT[part])),
            ]),
        ),
      ];
    }),
  );
}

/**
 * Databases hold hashes from before `core/store` had rooms: an import of `room/file` counts as the `file` that it was, in the
 * order of those names. Where a helper lives may change; what a migration does may not.
 */
function asLanded(source, moved) {
  const lines = source.split('\n');
  const first = lines.findIndex((line) => moved.test(line));
  if (first < 0) return source;
  const after = lines.findIndex((line, index) => index > first && !moved.test(line));
  const imports = lines
    .slice(first, after)
    .map((line) => line.replace(moved, (whole, base, file) => whole.replace(/'\.\.\/.*'/, `'${base}${file}'`)));
  const path = (line) => line.slice(line.indexOf("'"));
  imports.sort((a, b) => (path(a) < path(b) ? -1 : 1));
  return [...lines.slice(0, first), ...imports, ...lines.slice(after)].join('\n');
}

/** What a catalog was made with: migrations of the server come after those of the core. */
export function writtenHash(part, hashes) {
  return sha256(JSON.stringify(part === 'core' ? hashes.core : hashes));
}

/** A line for each migration of the main branch that is not what it was. */
export function changedSinceLanding(hashes) {
  return ['origin/main', 'main'].flatMap((branch) => {
    const { status, stdout } = spawnSync('git', ['show', `${branch}:${LANDED}`], { cwd: root, encoding: 'utf8' });
    return status === 0 ? differing(JSON.parse(stdout), hashes) : [];
  });
}

/** For `npm run check`. */
export function landedMigrations() {
  const hashes = hashesOfFiles();
  const kept = read(LANDED);
  const lines = changedSinceLanding(hashes);
  if (lines.length === 0) {
    const isStale =
      JSON.stringify(kept) !== JSON.stringify(hashes) ||
      Object.entries(CATALOGS).some(([part, file]) => read(file).of !== writtenHash(part, hashes));
    if (isStale) lines.push('a migration is new: run `npm run schema` and commit what it writes\n');
  }
  return { ok: lines.length === 0, output: lines.join('') };
}

function differing(landed, hashes) {
  return Object.entries(landed).flatMap(([part, files]) =>
    Object.entries(files)
      .filter(([file, hash]) => hashes[part][file] !== hash)
      .map(
        ([file]) => `${FOLDERS[part]}/${file} has landed and never changes: put it back, and write another migration\n`,
      ),
  );
}

function read(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}
