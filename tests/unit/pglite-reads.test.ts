/** Statements that change nothing pass beside the answers under way; those that may change something wait for them. */
import { expect, it } from 'vitest';
import { isRead } from '../../services/store/pglite-client';

it.each([
  'select 1',
  '\n  SELECT * from trace where deleted_at is null',
  'with deleted as (select 1 as n) select * from deleted',
  'select updated_at from saved_view',
])('reads: %s', (sql) => {
  expect(isRead(sql)).toBe(true);
});

it.each([
  'insert into trace (workspace_id) select 1',
  'update trace set span_count = 1',
  'with gone as (delete from span returning 1) select count(*) from gone',
  'with counted as (update workspace set span_count = 1) select 1',
  'select id from pruning for update',
  'create table t (n int)',
])('may change: %s', (sql) => {
  expect(isRead(sql)).toBe(false);
});
