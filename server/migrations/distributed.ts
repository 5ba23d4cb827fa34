/**
 * What deploy/citus/distribute.sql changes of the tables that a server demands. Whoever changes the script changes it here:
 * tests/server/citus.test.ts compares what the script leaves with what is said here, line by line.
 */

/** Found by a number alone, and by workspace and number where they are sharded. */
const KEYED_BY_WORKSPACE = [
  'attribute',
  'attribute_key',
  'service',
  'operation',
  'resource',
  'scope',
  'metric',
  'metric_series',
  'model_call_kind',
  'deployment',
  'guardrail_hit',
  'pruning',
];
const DROPPED = ['trigger trace.publish_deletion ', 'trigger guardrail_hit.publish_hits '];

const KEY_LINES = KEYED_BY_WORKSPACE.flatMap((table) => [`constraint ${table}.${table}_pkey `, `index ${table}_pkey `]);

/** @param catalog of a server on PostgreSQL alone @returns of one whose tables Citus has distributed */
export function distributedCatalog(catalog: readonly string[]): string[] {
  return catalog
    .filter((line) => !DROPPED.some((dropped) => line.startsWith(dropped)))
    .map((line) =>
      KEY_LINES.some((key) => line.startsWith(key)) ? line.replace(/\(id\)$/, '(workspace_id, id)') : line,
    );
}
