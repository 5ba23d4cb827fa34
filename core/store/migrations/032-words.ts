/**
 * Words by other rules (core/search/words.ts): what stands in JSON as it is meant, and scripts without spaces. What is stored is indexed anew by
 * a rebuild; until then blocks are looked into whatever their filters say of words, and old attributes by their texts.
 */
export const words032 = {
  version: 32,
  name: 'words',
  sql: `
-- WORDS_VERSION of the filter: what is added from now on has the second
alter table span_block add column words int2 not null default 1;
alter table span_block alter column words set default 2;
-- attributes up to this one have words by the older rules; 0: none
alter table workspace add column old_words_to int4 not null default 0;
update workspace w set rebuild_due = true, old_words_to = (select coalesce(max(id), 0) from attribute a where a.workspace_id = w.id)
where span_count > 0 or exists (select 1 from attribute a where a.workspace_id = w.id);
`,
} as const;
