/** Stamps of what people write, kept by triggers (migration 018) beside the rows themselves. */
import type { Fields, LocalObject, ObjectKind, ObjectRef, RemoteObject } from '../../sync/objects';
import { OBJECT_KINDS } from '../../sync/objects';
import { keyOf } from '../../sync/ports';
import type { Stamp } from '../../sync/stamp';
import { BOOL, decodeRows, oneOf, orNull, TEXT, TEXT_ARRAY } from '../sql/row-spec';
import type { SqlStatements } from '../sql/sql-client';
import { readFields } from './object-tables';

const ROW = {
  kind: oneOf(OBJECT_KINDS),
  id: TEXT,
  stamp: TEXT,
  recent: TEXT_ARRAY,
  deleted: BOOL,
  base: orNull(TEXT),
  base_stamp: orNull(TEXT),
  base_recent: TEXT_ARRAY,
};

type Stored = LocalObject & { readonly recent: readonly Stamp[] };

/** @param condition SQL over `v`; parameter 1 is the workspace */
export async function readObjects(
  sql: SqlStatements,
  workspaceId: number,
  condition: string,
  parameters: readonly (string | number | readonly string[] | null)[] = [],
): Promise<Stored[]> {
  const rows = decodeRows(
    ROW,
    await sql.query(
      `select v.kind, v.id::text as id, v.stamp, v.recent, v.deleted, v.base::text as base, v.base_stamp, v.base_recent
       from versioned_object v where v.workspace_id = $1 and ${condition}`,
      [workspaceId, ...parameters],
    ),
  );
  const fields = await fieldsOf(
    sql,
    workspaceId,
    rows.filter(({ deleted }) => !deleted),
  );
  return rows.map(({ deleted, base, base_stamp: baseStamp, base_recent: baseRecent, ...row }) => ({
    ...row,
    // A row that went without a word, as those of a pruned trace, is no deletion to tell of.
    fields: deleted ? null : (fields.get(keyOf(row)) ?? null),
    base: base === null ? null : (JSON.parse(base) as Fields),
    baseStamp,
    baseRecent,
  }));
}

export function readRefs(sql: SqlStatements, workspaceId: number, refs: readonly ObjectRef[]): Promise<Stored[]> {
  return readObjects(
    sql,
    workspaceId,
    '(v.kind, v.id) in (select k, i::uuid from unnest($2::text[], $3::text[]) as r (k, i))',
    [refs.map(({ kind }) => kind), refs.map(({ id }) => id)],
  );
}

export function asRemote({ kind, id, stamp, fields, recent }: Stored): RemoteObject {
  return { kind, id, stamp, fields, recent };
}

/** As what is held of a server's object; the rows themselves are written apart. @param recent of the objects, the newest first */
export async function putObjects(
  tx: SqlStatements,
  workspaceId: number,
  objects: readonly (LocalObject & { readonly recent?: readonly Stamp[] })[],
): Promise<void> {
  if (objects.length === 0) return;
  await tx.query(
    `insert into versioned_object (workspace_id, kind, id, stamp, recent, deleted, base, base_stamp, base_recent)
     select $1, o->>'kind', (o->>'id')::uuid, o->>'stamp',
       array(select value from jsonb_array_elements_text(o->'recent') with ordinality order by ordinality),
       (o->>'deleted')::bool, nullif(o->'base', 'null'), o->>'baseStamp',
       array(select value from jsonb_array_elements_text(o->'baseRecent') with ordinality order by ordinality)
     from jsonb_array_elements($2::jsonb) o
     on conflict (workspace_id, kind, id) do update set stamp = excluded.stamp, recent = excluded.recent, deleted = excluded.deleted,
       base = excluded.base, base_stamp = excluded.base_stamp, base_recent = excluded.base_recent`,
    [
      workspaceId,
      JSON.stringify(
        objects.map(({ fields, recent, ...object }) => ({
          ...object,
          recent: recent ?? [object.stamp],
          deleted: fields === null,
        })),
      ),
    ],
  );
}

/** So that what is written next is later than what was seen. */
export async function seeStamp(tx: SqlStatements, workspaceId: number, stamp: Stamp): Promise<void> {
  await tx.query(
    `insert into version_clock (workspace_id, stamp) values ($1, $2)
     on conflict (workspace_id) do update set stamp = greatest(version_clock.stamp collate "C", excluded.stamp collate "C")`,
    [workspaceId, stamp],
  );
}

async function fieldsOf(
  sql: SqlStatements,
  workspaceId: number,
  refs: readonly ObjectRef[],
): Promise<ReadonlyMap<string, Fields>> {
  const found = new Map<string, Fields>();
  for (const kind of OBJECT_KINDS) {
    const ids = refs.filter((ref) => ref.kind === kind).map(({ id }) => id);
    for (const [id, fields] of await readFields(sql, workspaceId, kind, ids)) {
      found.set(keyOf({ kind: kind satisfies ObjectKind, id }), fields);
    }
  }
  return found;
}
