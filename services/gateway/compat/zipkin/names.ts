/** Names of services and spans, what completes tags, and who calls whom. Lists are sorted, as Zipkin's are. */
import { epochParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { anyOf, attributeText, filterText, quoted } from '../traceql-text';
import { textOfLiteral, typeOfLiteral } from '../values';

const NS_PER_MS = 1_000_000n;
export const DAY_MS = 86_400_000;
const WHOLE_LIST = 1_000;
const WAIT_MS = 4_000;
/** Attributes that say who was called, as the converter of spans has them (core/formats/zipkin/write-endpoints.ts). */
export const REMOTE_KEYS = ['peer.service', 'server.address', 'net.peer.name', 'peer.hostname', 'db.name'];
/** Tags whose values are completed: of those that there are, the most frequent. */
const COMPLETED_KEYS = 100;

export async function services({ api }: CompatSource): Promise<Answered> {
  const { data, total } = await api.listServices({ limit: WHOLE_LIST });
  return names(
    data.map(({ name }) => name),
    total > data.length,
  );
}

export async function spanNames(source: CompatSource, { query }: Asked): Promise<Answered> {
  const found = await servicesNamed(source, required(query, 'serviceName'));
  const pages = await Promise.all(found.map((service) => source.api.listOperations({ service, limit: WHOLE_LIST })));
  return names(
    pages.flatMap(({ data }) => data.map(({ name }) => name)),
    pages.some(({ data, total }) => total > data.length),
  );
}

export async function remoteServices(source: CompatSource, { query, signal }: Asked): Promise<Answered> {
  const found = await servicesNamed(source, required(query, 'serviceName'));
  const isOfService = anyOf(found.map((service) => `resource.service.name = ${quoted(service)}`));
  const groups = await Promise.all(
    REMOTE_KEYS.map((key) => {
      const by = attributeText('span', key);
      const among = filterText([
        isOfService,
        `${by} != nil`,
        '(kind = client || kind = producer || instrumentation:name = "zipkin")',
      ]);
      return source.store.groupsTyped({ query: among, by, waitMs: WAIT_MS }, signal);
    }),
  );
  return names(
    groups.flatMap((one) =>
      one.groups.flatMap(({ value }) => (typeOfLiteral(value) === 'string' ? [textOfLiteral(value)] : [])),
    ),
    groups.some(({ complete }) => !complete),
  );
}

/** Zipkin writes names in lower case, so a service is found in any case where none is called just so. */
export async function servicesNamed({ api }: CompatSource, name: string): Promise<readonly string[]> {
  const { data } = await api.listServices({ limit: WHOLE_LIST });
  const all = data.map((service) => service.name);
  if (all.includes(name)) return [name];
  const alike = all.filter((one) => one.toLowerCase() === name.toLowerCase());
  return alike.length > 0 ? alike : [name];
}

export async function dependencies({ api }: CompatSource, { query }: Asked): Promise<Answered> {
  const to = epochParameter(query, 'endTs', NS_PER_MS);
  if (to === null) throw invalid('endTs is required');
  if (to === 0n) throw invalid('endTs <= 0');
  const lookback = epochParameter(query, 'lookback', NS_PER_MS) ?? BigInt(DAY_MS) * NS_PER_MS;
  if (lookback === 0n) throw invalid('lookback <= 0');
  const from = to > lookback ? to - lookback : 0n;
  const { data, total } = await api.listServiceEdges({ from: String(from), to: String(to), limit: WHOLE_LIST });
  return json(
    data.map(({ caller, callee, calls, errors }) => ({
      parent: caller,
      child: callee,
      callCount: calls,
      ...(errors > 0 ? { errorCount: errors } : {}),
    })),
    200,
    total > data.length ? `There are ${total} dependencies; the ${data.length} most frequent are here.` : undefined,
  );
}

export async function autocompleteKeys({ api }: CompatSource): Promise<Answered> {
  const { data } = await api.listAttributes({ limit: COMPLETED_KEYS });
  return names(
    data.map(({ key }) => key.slice(key.indexOf('.') + 1)),
    false,
  );
}

export async function autocompleteValues({ api }: CompatSource, { query }: Asked): Promise<Answered> {
  const key = required(query, 'key');
  const pages = await Promise.all(
    ['span', 'resource'].map((scope) => api.listAttributeValues(`${scope}.${key}`, { limit: WHOLE_LIST })),
  );
  return names(
    pages.flatMap(({ data }) => data.map(({ value }) => value)),
    pages.some(({ data, total }) => total > data.length),
  );
}

function names(list: readonly string[], isCut: boolean): Answered {
  const sorted = [...new Set(list)].filter((name) => name !== '').sort();
  return json(sorted, 200, isCut ? 'There are more names than this list holds.' : undefined);
}

function required(query: URLSearchParams, name: string): string {
  const text = textParameter(query, name);
  if (text === null) throw invalid(`${name} is required`);
  return text;
}
