/** Looks at the alert rules of a workspace that it is time for. */

import { standingOf } from '../../core/alerts/firing';
import { errorValueOf, SpoorError } from '../../core/model/errors';
import type { StoreService } from '../../core/operations/store-service';
import type { Log } from '../log';
import { type Measures, readAlert } from './read-alert';

type Rules = Pick<StoreService, 'claimAlertRule' | 'recordAlert'>;

/** @returns how many were looked at */
export async function watchAlerts(api: Measures, rules: Rules, log: Log): Promise<number> {
  for (let count = 0; ; count++) {
    const rule = await rules.claimAlertRule();
    if (!rule) return count;
    const { id, version } = rule;
    try {
      const reading = await readAlert(api, rule, Date.now());
      await rules.recordAlert(id, version, { reading, standing: standingOf(reading.value, rule) });
    } catch (thrown) {
      // A database that is away is no fault of the rule.
      const { message } = errorValueOf(thrown);
      log('warn', 'an alert rule could not be evaluated', { rule: id, error: message });
      if (thrown instanceof SpoorError) await rules.recordAlert(id, version, { error: message });
    }
  }
}
