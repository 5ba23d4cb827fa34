import { MIGRATIONS, migrate } from '../core/store/migrate';
import { deflateCodec } from '../services/store/payload-codec';
import { pgliteDatabases } from './fixtures/databases';

async function main() {
  const d = pgliteDatabases();
  await d.start();
  const { sql, drop } = await d.create();
  await migrate(sql, deflateCodec, MIGRATIONS.slice(0, 17));
  await sql
    .query("insert into workspace (id, name) values (9,'x') on conflict do nothing")
    .catch((e) => console.log(String(e)));
  await sql.query(
    "insert into annotation (workspace_id, trace_id, span_id, bookmarked, note) values (1,'0102030405060708090a0b0c0d0e0f10', -5, true, 'n')",
  );
  await sql.query("insert into saved_view (workspace_id, name, query) values (1,'a','b')");
  await migrate(sql, deflateCodec);
  console.log(await sql.query('select id::text from annotation'), await sql.query('select * from versioned_object'));
  const t = performance.now();
  for (let i = 0; i < 200; i++)
    await sql.query("insert into saved_view (workspace_id, name, query) values (1,'a','b')");
  console.log((performance.now() - t) / 200, 'ms');
  console.log(await sql.query('select * from version_clock'));
  await drop();
  process.exit(0);
}
void main();
