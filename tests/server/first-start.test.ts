/** A first start that is killed, whenever that is, leaves nothing that a later one takes for a damaged database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, REPOSITORY, temporaryFolder } from '../fixtures/spoor';
import { startTeamServer } from '../fixtures/team-server';

it.each(['db.partial', 'db.partial/base/5', 'db'])('killed when there is %s', async (moment) => {
  const { path, remove } = await temporaryFolder();
  try {
    const first = spawn(
      process.execPath,
      [join(REPOSITORY, 'out/main/server.js'), '--data-dir', path, '--listen', '127.0.0.1:0'],
      { stdio: 'ignore' },
    );
    const ended = once(first, 'exit');
    await eventually(async () => existsSync(join(path, moment)), 60_000);
    first.kill('SIGKILL');
    await ended;
    const server = await startTeamServer(path);
    await server.stop();
    expect(await readdir(path)).not.toContain('db.partial');
  } finally {
    await remove();
  }
});
