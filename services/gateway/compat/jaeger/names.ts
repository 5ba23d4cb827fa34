/** Services, their operations, and who calls whom, in the first version of Jaeger's API. */
import { epochParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';

const NS_PER_MS = 1_000_000n;
const DEFAULT_LOOKBACK_NS = 86_400_000n * NS_PER_MS;
/** As many as a list of ours holds. */
export const WHOLE_LIST = 1_000;

export interface StructuredError {
  readonly code: number;
  readonly msg: string;
  readonly traceID?: string;
}

/** What every answer of this version is wrapped in. */
export function structured(data: unknown, errors: readonly StructuredError[] = [], total = 0): object {
  return { data, total, limit: 0, offset: 0, errors: errors.length > 0 ? errors : null };
}

export async function serviceNames({ api }: CompatSource): Promise<Answered> {
  const { data, total } = await api.listServices({ limit: WHOLE_LIST });
  const names = data.map(({ name }) => name);
  return json(structured(names, cutList(names.length, total, 'services'), names.length));
}

export async function operationNames(source: CompatSource, { param }: Asked): Promise<Answered> {
  const { data, total } = await source.api.listOperations({ service: param('service'), limit: WHOLE_LIST });
  const names = [...new Set(data.map(({ name }) => name))];
  return json(structured(names, cutList(data.length, total, 'operations'), names.length));
}

export async function operations(source: CompatSource, { query }: Asked): Promise<Answered> {
  const service = textParameter(query, 'service');
  if (service === null) throw invalid("unable to parse param 'service': please provide a service name");
  const { data, total } = await operationsOf(source, service, textParameter(query, 'spanKind'));
  return json(structured(data, cutList(data.length, total, 'operations'), data.length));
}

export async function operationsOf(
  { api }: CompatSource,
  service: string | null,
  kind: string | null,
): Promise<{ data: { readonly name: string; readonly spanKind: string }[]; total: number }> {
  const { data, total } = await api.listOperations({ ...(service === null ? {} : { service }), limit: WHOLE_LIST });
  const ofKind = data
    .map((operation) => ({ name: operation.name, spanKind: spanKindOf(operation.kind) }))
    .filter(({ spanKind }) => kind === null || spanKind === kind);
  // Of several services the same.
  const distinct = [...new Map(ofKind.map((one) => [`${one.spanKind} ${one.name}`, one])).values()];
  return { data: distinct, total: data.length < total ? total : distinct.length };
}

/** Jaeger has no kind that says nothing. */
function spanKindOf(kind: string): string {
  return kind === 'unspecified' ? 'internal' : kind;
}

export async function dependencies({ api }: CompatSource, { query, nowMs }: Asked): Promise<Answered> {
  const to = epochParameter(query, 'endTs', NS_PER_MS) ?? BigInt(nowMs) * NS_PER_MS;
  const lookback = epochParameter(query, 'lookback', NS_PER_MS) ?? DEFAULT_LOOKBACK_NS;
  const service = textParameter(query, 'service');
  const from = to > lookback ? to - lookback : 0n;
  const { data, total } = await api.listServiceEdges({ from: String(from), to: String(to), limit: WHOLE_LIST });
  const links = data
    .filter(({ caller, callee }) => service === null || caller === service || callee === service)
    .map(({ caller, callee, calls }) => ({ parent: caller, child: callee, callCount: calls }));
  return json(structured(links, cutList(data.length, total, 'dependencies')));
}

/** What a list leaves out is said where Jaeger says what went wrong beside an answer. */
function cutList(given: number, total: number, of: string): StructuredError[] {
  const msg = cutText(given, total, of);
  return msg === undefined ? [] : [{ code: 206, msg }];
}

export function cutText(given: number, total: number, of: string): string | undefined {
  return given < total ? `There are ${total} ${of}; the first ${given} are here.` : undefined;
}
