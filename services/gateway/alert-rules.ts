/** Alert rules are measured before they are written: one that cannot be is refused. */
import type { AlertRules } from '../../core/operations/parts';
import type { StoreService } from '../../core/operations/store-service';
import { previewAlert } from '../alerts/preview-alert';
import { type Measures, readAlert } from '../alerts/read-alert';

type Store = Measures & Pick<StoreService, 'createAlertRule' | 'updateAlertRule'>;

export function alertRules(store: Store): AlertRules {
  return {
    create: async (rule) => store.createAlertRule(rule, (await readAlert(store, rule, Date.now())).unit),
    async update(id, version, rule) {
      // One that no longer works can be turned off.
      const reading = rule.enabled ? await readAlert(store, rule, Date.now()) : null;
      return store.updateAlertRule(id, version, rule, reading?.unit ?? null);
    },
    measure: (rule) => readAlert(store, rule, Date.now()),
    preview: (rule) => previewAlert(store, rule, Date.now()),
  };
}
