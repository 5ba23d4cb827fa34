/** Tempo's names of what every span has (pkg/search/util.go), as far as Spoor answers them, and those whose values are few. */
export const INTRINSICS: readonly string[] = [
  'duration',
  'event:name',
  'event:timeSinceStart',
  'instrumentation:name',
  'instrumentation:version',
  'kind',
  'link:spanID',
  'link:traceID',
  'name',
  'rootName',
  'rootServiceName',
  'span:duration',
  'span:id',
  'span:kind',
  'span:name',
  'span:parentID',
  'span:status',
  'span:statusMessage',
  'status',
  'statusMessage',
  'trace:duration',
  'trace:id',
  'trace:rootName',
  'trace:rootService',
  'traceDuration',
];

const STATUSES: readonly string[] = ['ok', 'error', 'unset'];
const KINDS: readonly string[] = ['client', 'server', 'producer', 'consumer', 'internal', 'unspecified'];

/** Keywords, or nothing of what has no values to choose from. */
export const FIXED_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ...['status', 'span:status'].map((name): [string, readonly string[]] => [name, STATUSES]),
  ...['kind', 'span:kind'].map((name): [string, readonly string[]] => [name, KINDS]),
  ...['duration', 'span:duration', 'traceDuration', 'trace:duration', 'event:timeSinceStart'].map(
    (name): [string, readonly string[]] => [name, []],
  ),
  ...['trace:id', 'span:id', 'span:parentID', 'link:traceID', 'link:spanID'].map(
    (name): [string, readonly string[]] => [name, []],
  ),
]);
