/** Replicas that are older than the server do not know all that it has: what they would stumble over is not sent to them. */
import type { RemoteObject } from '../../../../core/sync/objects';
import type { RemoteChanges } from '../../../../core/sync/ports';

/** The version of the protocol that brought an object of its kind. */
export function sinceOf({ kind, fields }: Pick<RemoteObject, 'kind' | 'fields'>): number {
  if (kind === 'dashboard') return 3;
  return kind === 'alert-rule' && fields?.measure === 'logs' ? 3 : 1;
}

export function knownTo<T extends Pick<RemoteChanges, 'objects'>>(protocol: number, page: T): T {
  return { ...page, objects: page.objects.filter((object) => protocol >= sinceOf(object)) };
}
