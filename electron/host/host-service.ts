/** What the host does for its workers: keys, settings, the battery, and unresponsive parts. */
import type { HostService, PowerService } from '../../core/api/workers';
import type { Watchdog } from '../../services/watchdog';
import type { SettingsKeeper } from './settings-keeper';

export function hostService(
  keys: PowerService,
  settings: Pick<SettingsKeeper, 'report' | 'change' | 'inUse'>,
  watchdog: Pick<Watchdog, 'unresponsive'>,
): HostService & PowerService {
  return {
    placeOf: (...asked) => keys.placeOf(...asked),
    keyOf: (...asked) => keys.keyOf(...asked),
    setKey: (...asked) => keys.setKey(...asked),
    onBattery: () => keys.onBattery(),
    unresponsive: async () => watchdog.unresponsive,
    settings: () => settings.report(),
    changeSettings: (change) => settings.change(change),
    settingsInUse: async () => settings.inUse,
  };
}
