/** What the host does for its workers: keys, the battery, and what stands still. */
import type { HostService, PowerService } from '../../core/api/workers';
import type { Watchdog } from '../../services/watchdog';

export function hostService(keys: PowerService, watchdog: Pick<Watchdog, 'standing'>): HostService & PowerService {
  return {
    placeOf: (...asked) => keys.placeOf(...asked),
    keyOf: (...asked) => keys.keyOf(...asked),
    setKey: (...asked) => keys.setKey(...asked),
    onBattery: () => keys.onBattery(),
    standing: async () => watchdog.standing,
  };
}
