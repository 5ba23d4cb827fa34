/** The package for Debian and its kin, of the unpacked program. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {NodeJS.Require} require of the packaging tools
 * @param {{ program: string, electronVersion: string, icon: string, output: string }} what the folder of the unpacked program, its
 * Electron, a picture of 1024 by 1024 pixels, and the folder for the package
 */
export async function makeDebian(require, { program, electronVersion, icon, output }) {
  // Which libraries it needs depends on the version, which stands in no other file of it.
  writeFileSync(join(program, 'version'), electronVersion);
  const installer = require('electron-installer-debian');
  await installer({
    src: program,
    dest: output,
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    options: {
      name: 'spoor-desktop',
      // A tenth larger than xz, and made in a tenth of the time.
      compression: 'gzip',
      bin: 'spoor-desktop',
      productName: 'Spoor',
      genericName: 'Trace explorer',
      description: 'A local-first trace explorer for OpenTelemetry',
      productDescription:
        'Receives traces, logs and metrics over OTLP on this machine, keeps them on its disk, and shows them as timelines.',
      maintainer: 'The Spoor authors <spoor@localhost>',
      section: 'devel',
      categories: ['Development'],
      mimeType: ['x-scheme-handler/spoor'],
      icon: { '1024x1024': icon },
    },
  });
}
