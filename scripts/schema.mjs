/**
 * `npm run schema`, after a migration was written: keeps the hash of its file and what a new database has. A migration that is on
 * the main branch never changes: what it did is mended by another one.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGS, changedSinceLanding, hashesOfFiles, LANDED, writtenHash } from './landed-migrations.mjs';
import { root } from './root.mjs';

const hashes = hashesOfFiles();
const changed = changedSinceLanding(hashes);
if (changed.length > 0) fail(changed.join(''));
write(LANDED, hashes);
const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
const made = spawnSync(process.execPath, [tsx, join(root, 'scripts', 'catalogs.ts')], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
if (made.status !== 0) fail(made.stderr);
const catalogs = JSON.parse(made.stdout);
for (const [part, file] of Object.entries(CATALOGS)) {
  write(file, { of: writtenHash(part, hashes), catalog: catalogs[part] });
}

function write(file, content) {
  writeFileSync(join(root, file), `${JSON.stringify(content, null, 2)}\n`);
}

function fail(message) {
  process.stderr.write(message);
  process.exit(1);
}
