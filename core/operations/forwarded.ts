/** Operations that one part answers under the same name. */
import type { SyncApi } from '../api/sync-state';
import type { TimelineApi } from '../api/timeline';
import type { Call } from '../store/workspace/store-call';
import { through } from './operation';
import type { Parts } from './parts';

// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant; only `any` admits every method.
type Method = (...args: any[]) => Promise<unknown>;

type Forwarded<Api, Name extends keyof Api> = Api[Name] extends Method
  ? Call<Parts, Parameters<Api[Name]>, Awaited<ReturnType<Api[Name]>>, 'through'>
  : never;

function forwarded<Api extends object, Name extends keyof Api>(part: (parts: Parts) => Api, name: Name) {
  const call = through(async (parts, ...args: unknown[]) => {
    const api = part(parts);
    return Reflect.apply(api[name] as Method, api, args);
  });
  return call as unknown as Forwarded<Api, Name>;
}

export const onTimeline = <Name extends keyof TimelineApi>(name: Name) =>
  forwarded<TimelineApi, Name>(({ timeline }) => timeline, name);

export const onSync = <Name extends keyof SyncApi>(name: Name) => forwarded<SyncApi, Name>(({ sync }) => sync, name);
