/**
 * `npm run package`: makes the desktop packages of this system in dist/desktop. `--dir` stops at the unpacked program;
 * `--try` then starts it and checks that it shows what is sent to it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from '../scripts/build.mjs';
import { resolveElectron } from '../scripts/electron-binary.mjs';
import { root } from '../scripts/root.mjs';
import { makeDebian } from './debian.mjs';
import { makeNotices } from './notices.mjs';
import { tryProgram } from './try-program.mjs';

const here = join(root, 'packaging');
const output = join(root, 'dist', 'desktop');
const say = (line) => process.stderr.write(`${line}\n`);

if (!existsSync(join(here, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], here);
const require = createRequire(join(here, 'package.json'));

await build({ ifStale: true });
rmSync(output, { recursive: true, force: true });
const buildFolder = join(here, 'build');
mkdirSync(buildFolder, { recursive: true });
const icon = join(buildFolder, 'icon.png');
drawIcon(icon, 1024);
makeNotices(join(buildFolder, 'third-party-notices.md'));

const electron = resolveElectron({ download: true, say });
if (!electron) throw new Error('No Electron could be downloaded for this system.');
const wanted = require(join(root, 'node_modules', 'electron', 'package.json')).version;
const isCurrent = electron.version === wanted;
if (!isCurrent)
  say(`Electron ${wanted} cannot be reached: this package has ${electron.version}, to try it and not to ship it.`);

const flags = process.argv.slice(2);
const onlyFolder = flags.includes('--dir') || !isCurrent;
run(
  process.execPath,
  [
    require.resolve('electron-builder/cli.js'),
    ...(onlyFolder ? ['--dir'] : []),
    '--publish=never',
    '--config',
    join(here, 'electron-builder.yml'),
    ...(isCurrent ? ['-c.electronFuses.grantFileProtocolExtraPrivileges=false'] : []),
    `-c.electronVersion=${electron.version}`,
    `-c.electronDist=${electronFolder(electron.path)}`,
  ],
  root,
);
const program = join(output, 'linux-unpacked');
if (process.platform === 'linux' && !flags.includes('--dir')) {
  await makeDebian(require, { program, electronVersion: electron.version, icon, output });
}
writeChecksums();
if (flags.includes('--try')) await tryProgram(join(program, 'spoor-desktop'));

/** Without the application that some builds of Electron come with. */
function electronFolder(path) {
  const folder = join(root, 'out', '.electron');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(path, '..'), folder, { recursive: true, verbatimSymlinks: true });
  rmSync(join(folder, 'resources', 'app'), { recursive: true, force: true });
  return folder;
}

function drawIcon(file, width) {
  const { Resvg } = require('@resvg/resvg-js');
  const drawn = new Resvg(readFileSync(join(here, 'icon.svg'), 'utf8'), { fitTo: { mode: 'width', value: width } });
  writeFileSync(file, drawn.render().asPng());
}

function writeChecksums() {
  const files = readdirSync(output).filter(
    (name) => statSync(join(output, name)).isFile() && /\.(deb|rpm|AppImage|dmg|zip|exe)$/.test(name),
  );
  const lines = files.map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(output, name)))
        .digest('hex')}  ${name}`,
  );
  if (lines.length > 0) writeFileSync(join(output, 'SHA256SUMS'), `${lines.join('\n')}\n`);
}

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed`);
}
