/** The values of a key that are new since a search read them last, without reading those that are not. */
export const attributeOrder006 = {
  version: 6,
  name: 'attribute order',
  sql: 'create index attribute_key_order on attribute (workspace_id, key_id, id)',
} as const;
