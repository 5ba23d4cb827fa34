import type { SqlClient } from '../sql/sql-client';

/**
 * What people write gets stamps (core/sync/stamp.ts), whoever writes it and wherever: triggers give them, so that nothing can be
 * forgotten. A replica compares them with those of the server; deletions leave theirs. And what a desktop knows of the server that it
 * shares with: one row of `sync_link`, the traces that are shared, conflicts to show.
 */
export const sync018 = {
  version: 18,
  name: 'sync',
  sql: `
create table comment (
  id uuid not null default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  trace_id uuid,
  span_id int8,
  session_id text,
  -- of a saved view
  view_id uuid,
  -- the comment that it answers
  parent_id uuid,
  -- of the team server; null: written where nobody was signed in
  author_id text,
  author_name text not null,
  text text not null,
  -- accounts
  mentions text[] not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index comment_trace on comment (workspace_id, trace_id) where trace_id is not null;
create index comment_session on comment (workspace_id, md5(session_id)) where session_id is not null;
create index comment_created on comment (workspace_id, created_at, id);

create table tag (
  id uuid not null default gen_random_uuid(),
  workspace_id int4 not null references workspace (id),
  trace_id uuid,
  span_id int8,
  session_id text,
  name text not null,
  version int4 not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index tag_trace on tag (workspace_id, trace_id) where trace_id is not null;
create index tag_session on tag (workspace_id, md5(session_id)) where session_id is not null;
create index tag_name on tag (workspace_id, name);

create table version_clock (
  workspace_id int4 primary key,
  stamp text not null
);
create table versioned_object (
  workspace_id int4 not null,
  kind text not null,
  id uuid not null,
  stamp text not null,
  -- the newest first
  recent text[] not null,
  deleted bool not null,
  -- as the server had it when the two last agreed; null on a server
  base jsonb,
  base_stamp text,
  base_recent text[] not null default '{}',
  -- the stamp that the server does not take, and why
  refused_stamp text,
  refused_message text,
  primary key (workspace_id, kind, id)
);
create index versioned_object_pending on versioned_object (workspace_id) where stamp is distinct from base_stamp;

create table sync_link (
  workspace_id int4 primary key,
  -- core/api/sync-state.ts, JSON
  link text not null,
  cursor text,
  known text not null default '',
  -- the server was restored: what was pushed has to be pushed again
  lost bool not null default false,
  -- how far spans were looked at
  seen_block int4 not null default 0,
  seen_mark text,
  -- rules are new: traces up to this one were looked at; null: all were
  backfill_after uuid
);
create table sync_trace (
  workspace_id int4 not null,
  trace_id uuid not null,
  -- by this desktop; null: not, or not any more
  shared_at timestamptz,
  -- who shared it, where it was somebody else
  shared_by text,
  pending bool not null default false,
  -- of spans: stored before this transaction, and so many, are on the server
  pushed_mark text,
  pushed_spans int4 not null default 0,
  -- of the pass under way: blocks up to this one are on the server
  pass_block int4,
  pass_mark text,
  pass_spans int4,
  wanted bool not null default false,
  pulled_mark text,
  primary key (workspace_id, trace_id)
);
create index sync_trace_pending on sync_trace (workspace_id, trace_id) where pending;
create index sync_trace_wanted on sync_trace (workspace_id, trace_id) where wanted;
create table sync_conflict (
  id int8 generated always as identity primary key,
  workspace_id int4 not null,
  kind text not null,
  object_id text not null,
  -- JSON: field, mine, theirs, kept
  conflict text not null,
  at timestamptz not null default now()
);
create index sync_conflict_at on sync_conflict (workspace_id, id);
create table sync_event (
  id int8 generated always as identity primary key,
  workspace_id int4 not null,
  -- JSON: what the server told
  event text not null,
  event_id text not null
);
create unique index sync_event_id on sync_event (workspace_id, event_id);

-- one desktop may share the same objects with several workspaces of a server
alter table annotation drop constraint annotation_pkey, add primary key (workspace_id, id);
alter table score drop constraint score_pkey, add primary key (workspace_id, id);
alter table saved_view drop constraint saved_view_pkey, add primary key (workspace_id, id);
alter table alert_rule add unique (workspace_id, id);
alter table alert drop constraint alert_rule_id_fkey,
  add foreign key (workspace_id, rule_id) references alert_rule (workspace_id, id) on delete cascade;
alter table alert_rule drop constraint alert_rule_pkey, add primary key (workspace_id, id);

-- of a span there is one annotation: two who write one get the same object
update annotation set id = (substr(replace(trace_id::text, '-', ''), 1, 16) || lpad(to_hex(
  ('x' || substr(replace(trace_id::text, '-', ''), 17))::bit(64)::int8 # span_id), 16, '0'))::uuid
  where trace_id is not null and span_id is not null;
`,
  async run(tx: SqlClient) {
    for (const statement of FUNCTIONS_018) await tx.query(statement);
    for (const statement of TRIGGERS_018) await tx.query(statement);
    for (const [kind, { table, isOurs }] of Object.entries(STAMPED_018)) {
      await tx.query(`insert into versioned_object (workspace_id, kind, id, stamp, recent, deleted)
        select t.workspace_id, '${kind}', t.id, s.stamp, array[s.stamp], false
        from ${table} t, lateral (select next_stamp(t.workspace_id) as stamp) s
        ${isOurs ? `where ${isOurs.replace('ROW', 't')}` : ''}`);
    }
  },
} as const;

/** As they were when this was written. */
const STAMPED_018: Readonly<
  Record<string, { readonly table: string; readonly columns: string; readonly isOurs?: string }>
> = {
  annotation: { table: 'annotation', columns: 'trace_id, span_id, session_id, bookmarked, note' },
  score: {
    table: 'score',
    columns: 'trace_id, span_id, session_id, name, value, label, comment, source',
    // The others come with the spans.
    isOurs: "ROW.source <> 'sender'",
  },
  comment: { table: 'comment', columns: 'text, mentions, author_id, author_name' },
  tag: { table: 'tag', columns: 'name' },
  'saved-view': {
    table: 'saved_view',
    columns: 'name, query, last, from_time, to_time, group_by, sort, columns, chart',
  },
  'alert-rule': {
    table: 'alert_rule',
    columns: 'name, enabled, measure, query, comparison, threshold, window_seconds',
  },
};

/** In the order of `STAMPED_018`. */
export const TRIGGERS_018: readonly string[] = Object.entries(STAMPED_018).flatMap(
  ([kind, { table, columns, isOurs }]) => {
    const permission = kind === 'alert-rule' ? 'rules:write' : 'notes:write';
    const when = (row: string): string => (isOurs ? `when (${isOurs.replace('ROW', row)})` : '');
    return [
      `create trigger stamp_new after insert on ${table} for each row ${when('new')}
        execute function stamp_object('${kind}', '${permission}')`,
      `create trigger stamp_change after update of ${columns} on ${table} for each row ${when('new')}
        execute function stamp_object('${kind}', '${permission}')`,
      `create trigger stamp_end after delete on ${table} for each row ${when('old')}
        execute function stamp_object('${kind}', '${permission}')`,
    ];
  },
);

export const FUNCTIONS_018: readonly string[] = [
  // As nextStamp of core/sync/stamp.ts.
  `create function next_stamp(of_workspace int4) returns text language plpgsql as $$
declare
  seen text;
  ms int8 := (extract(epoch from clock_timestamp()) * 1000)::int8;
  seen_ms int8 := 0;
  counter int4 := 0;
  fresh text;
begin
  insert into version_clock (workspace_id, stamp) values (of_workspace, '') on conflict (workspace_id) do nothing;
  select stamp into seen from version_clock where workspace_id = of_workspace for update;
  if seen <> '' then
    seen_ms := ('x' || lpad(substr(seen, 1, 12), 16, '0'))::bit(64)::int8;
    if seen_ms >= ms then
      ms := seen_ms;
      counter := ('x' || lpad(substr(seen, 14, 4), 8, '0'))::bit(32)::int4 + 1;
      if counter > 65535 then
        ms := ms + 1;
        counter := 0;
      end if;
    end if;
  end if;
  fresh := lpad(to_hex(ms), 12, '0') || '-' || lpad(to_hex(counter), 4, '0') || '-'
    || lpad(to_hex(floor(random() * 4294967296)::int8), 8, '0');
  update version_clock set stamp = fresh where workspace_id = of_workspace;
  return fresh;
end
$$`,
  `create function stamp_object() returns trigger language plpgsql as $$
declare
  of_workspace int4;
  of_id uuid;
  fresh text;
  what jsonb;
begin
  -- What is taken from elsewhere has its stamps.
  if coalesce(current_setting('spoor.stamped', true), '') <> '' then return null; end if;
  if tg_op = 'DELETE' then
    of_workspace := old.workspace_id;
    of_id := old.id;
    what := to_jsonb(old);
  else
    of_workspace := new.workspace_id;
    of_id := new.id;
    what := to_jsonb(new);
  end if;
  -- Who may not write in the team's workspace does not write what is the team's here, offline either.
  if exists (select 1 from sync_link l where l.workspace_id = of_workspace and not l.link::jsonb->'permissions' ? tg_argv[1])
    and (exists (select 1 from versioned_object v
        where v.workspace_id = of_workspace and v.kind = tg_argv[0] and v.id = of_id and v.base_stamp is not null)
      or exists (select 1 from sync_trace s
        where s.workspace_id = of_workspace and s.trace_id = (what->>'trace_id')::uuid and s.shared_by is not null)) then
    raise exception 'This is shared with the team, where you may read alone. Ask an admin of the workspace to make you a member.'
      using errcode = 'SP403';
  end if;
  fresh := next_stamp(of_workspace);
  insert into versioned_object (workspace_id, kind, id, stamp, recent, deleted)
  values (of_workspace, tg_argv[0], of_id, fresh, array[fresh], tg_op = 'DELETE')
  on conflict (workspace_id, kind, id) do update set stamp = excluded.stamp, deleted = excluded.deleted,
    recent = (excluded.stamp || versioned_object.recent)[1:16];
  return null;
end
$$`,
];
