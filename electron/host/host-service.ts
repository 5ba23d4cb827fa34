/** What the host does for its workers: keys, the battery, and unresponsive parts. */
import type { HostService, PowerService } from '../../core/api/workers';
import type { Watchdog } from '../../services/watchdog';

export function hostService(keys: PowerService, watchdog: Pick<Watchdog, 'unresponsive'>): HostService & PowerService {
  return {
    placeOf: (...asked) => keys.placeOf(...asked),
    keyOf: (...asked) => keys.keyOf(...asked),
    setKey: (...asked) => keys.setKey(...asked),
    onBattery: () => keys.onBattery(),
    unresponsive: async () => watchdog.unresponsive,
  };
}
