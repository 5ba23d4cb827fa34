/** `spoor stop`: ends the Spoor that runs on a folder, as its own window or terminal would. */
import { StartError } from '../../../services/store/start-error';
import { FOLDER_OPTIONS, folderOptions } from '../../host/options';
import { runningApiOrNull } from '../../host/running-api';
import { stopSpoor } from '../background';
import { defineCommand } from '../command';

export const stopCommand = defineCommand({
  name: 'stop',
  summary: 'Stops the Spoor that runs on this data folder, once it has stored what it acknowledged.',
  examples: [{ line: 'spoor stop', does: 'says what it stopped; nothing to stop is no failure' }],
  arguments: [],
  options: FOLDER_OPTIONS,
  async run({ values, environment }) {
    const options = folderOptions(values, environment);
    const api = await runningApiOrNull(options);
    if (api && !(await stopSpoor(api.instance.pid))) {
      throw new StartError(`Spoor (process ${api.instance.pid}) has been told to stop and still runs.`);
    }
    const text = api ? `Stopped Spoor (process ${api.instance.pid}).` : `No Spoor runs on ${options.dataDir}.`;
    process.stdout.write(`${options.json ? JSON.stringify({ stopped: api?.instance.pid ?? null }) : text}\n`);
    return 0;
  },
});
