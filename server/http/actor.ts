import type { Principal } from './route';

/** Who is written down as having done something. */
export interface Actor {
  /** As the audit log names it. */
  readonly name: string;
  readonly requestId: string;
}

export function actorOf(call: { readonly who: Pick<Principal, 'kind' | 'id'>; readonly requestId: string }): Actor {
  return { name: `${call.who.kind}:${call.who.id}`, requestId: call.requestId };
}
