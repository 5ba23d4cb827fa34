import type { Acting } from '../adapters/acting';
import type { Principal } from './route';

/** Who is written down as having done something. */
export type Actor = Acting;

export function actorOf(call: { readonly who: Pick<Principal, 'kind' | 'id'>; readonly requestId: string }): Actor {
  return { name: `${call.who.kind}:${call.who.id}`, requestId: call.requestId };
}
