/** Keys of attributes, by scope, for completion. */
import { integerParameter, invalid, textParameter } from '../parameters';
import type { Answered, Asked, CompatSource } from '../protocol';
import { json } from '../protocol';
import { INTRINSICS } from './intrinsics';
import { rangeOf } from './range';

const SCOPES: ReadonlySet<string> = new Set([
  'span',
  'resource',
  'event',
  'link',
  'instrumentation',
  'intrinsic',
  'none',
]);
/** Keys that are listed at most: as many as an answer of ours holds. */
const MAX_KEYS = 1_000;

interface Scope {
  readonly name: string;
  readonly tags: readonly string[];
}

export async function tags(source: CompatSource, asked: Asked): Promise<Answered> {
  const scope = scopeOf(asked.query);
  const scopes = await attributeScopes(source, asked, scope);
  const wantsIntrinsics = scope === null || scope === 'none' || scope === 'intrinsic';
  const all = wantsIntrinsics ? [...scopes, { name: 'intrinsic', tags: INTRINSICS }] : scopes;
  const most = integerParameter(asked.query, 'limit') || MAX_KEYS;
  return json({ scopes: all.map(({ name, tags: of }) => ({ name, tags: of.slice(0, most) })), metrics: {} });
}

/** Without their scopes; intrinsics only where they are asked for. */
export async function tagNames(source: CompatSource, asked: Asked): Promise<Answered> {
  const scope = scopeOf(asked.query);
  const scopes = await attributeScopes(source, asked, scope);
  const names = scope === 'intrinsic' ? INTRINSICS : scopes.flatMap(({ tags: of }) => of);
  const most = integerParameter(asked.query, 'limit') || MAX_KEYS;
  return json({ tagNames: [...new Set(names)].sort().slice(0, most), metrics: {} });
}

function scopeOf(query: URLSearchParams): string | null {
  const scope = textParameter(query, 'scope');
  if (scope !== null && !SCOPES.has(scope)) throw invalid(`invalid scope: ${[...SCOPES].join(', ')}`);
  return scope;
}

async function attributeScopes({ api }: CompatSource, { query }: Asked, wanted: string | null): Promise<Scope[]> {
  if (wanted === 'intrinsic') return [];
  const range = rangeOf(query);
  const { data } = await api.listAttributes({ ...range, limit: MAX_KEYS });
  return ['span', 'resource']
    .filter((scope) => wanted === null || wanted === 'none' || wanted === scope)
    .map((scope) => ({
      name: scope,
      tags: data
        .filter(({ key }) => key.startsWith(`${scope}.`))
        .map(({ key }) => key.slice(scope.length + 1))
        .sort(),
    }))
    .filter(({ tags: of }) => of.length > 0);
}
