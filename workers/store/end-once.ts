/** An end of the database fails all that is under way: it is told once in the life of a thread. */
import { isFull } from '../../services/store/damage';
import type { DiskSpace } from './disk-space';

/** @param mayBeDamage false: the disk has no room, which PostgreSQL does not survive and its files do */
export type OnEnd = (error: unknown, mayBeDamage: boolean) => void;

export function endOnce(disk: Pick<DiskSpace, 'state'>, tell: OnEnd): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    if (isFull(error)) {
      tell(error, false);
      return;
    }
    // An end by itself says nothing of its reason.
    void disk.state().then(
      ({ full }) => tell(error, !full),
      () => tell(error, true),
    );
  };
}
