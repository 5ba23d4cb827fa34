/** Asks for the sample at the start, where the workspace is empty. */
import { ERROR_STATUS } from '../../core/model/errors';
import type { Host } from './host';
import type { HostLog } from './log';

/** Says in the log what kept the sample from loading. A host that is closed in the meantime ends it without a word. */
export async function loadSample(host: Host, log: HostLog): Promise<void> {
  try {
    const response = await fetch(`${host.ui}/v1/sample`, {
      method: 'POST',
      headers: { authorization: `Bearer ${host.token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    // What is there already stays as it is.
    if (response.ok || response.status === ERROR_STATUS.CONFLICT || host.closing) return;
    log('warn', `The sample was not loaded: ${await response.text()}`);
  } catch (error) {
    if (!host.closing) log('warn', `The sample was not loaded: ${String(error)}. Load it from the command palette.`);
  }
}
