/** `spoor rebuild`: has the Spoor that runs make its read models anew, and waits for it. */
import type { RebuildReport } from '../../../core/api/rebuild';
import { StartError } from '../../../services/store/start-error';
import { FOLDER_OPTIONS, type FolderOptions, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';

const LOOK_MS = 250;

export const rebuildCommand = defineCommand({
  name: 'rebuild',
  summary: 'Makes counts, summaries and rows of traces anew from the stored spans.',
  examples: [{ line: 'spoor rebuild', does: 'works while Spoor runs, and says how far it is' }],
  arguments: [],
  options: FOLDER_OPTIONS,
  async run({ values, environment }) {
    await rebuild(folderOptions(values, environment));
    return 0;
  },
});

async function rebuild(options: FolderOptions): Promise<void> {
  const api = await runningApi(options);
  await api.request('/v1/rebuild', { method: 'POST' });
  let shown = '';
  for (;;) {
    const report = (await (await api.request('/v1/rebuild')).json()) as RebuildReport;
    if (report.state === 'failed') throw new StartError(`The rebuild stopped: ${report.message}`);
    const text = options.json ? JSON.stringify(report) : `${Math.floor(report.progress * 100)} %`;
    if (text !== shown) process.stdout.write(`${text}\n`);
    shown = text;
    if (report.state !== 'running') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
