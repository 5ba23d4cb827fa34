/** Every partition is a dozen files; of those that rest, few stay open. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../services/store/open-database';

const TABLES = 300;
/** As durable-fs.ts says, and some that Node has opened meanwhile. */
const MOST_OPEN = 230;

it.skipIf(process.platform !== 'linux')(
  'keeps so many files of the database open, however many there are',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spoor-files-'));
    const before = (await readdir('/proc/self/fd')).length;
    const { db, sql, onDisk } = await openDatabase(folder, null);
    await onDisk;
    for (let i = 0; i < TABLES; i++) await sql.query(`create table t${i} (id int primary key, text text)`);
    for (let i = 0; i < TABLES; i++) await sql.query(`insert into t${i} values (1, 'x')`);
    for (let i = 0; i < TABLES; i++) expect(await sql.query(`select id from t${i} where id = 1`)).toEqual([{ id: 1 }]);
    expect((await readdir('/proc/self/fd')).length - before).toBeLessThan(MOST_OPEN);
    await db.close();
    await rm(folder, { recursive: true, force: true });
  },
);
