/** `spoor sample`: loads the generated sample into the Spoor that runs, or removes it, and waits for that. */
import type { SampleReport } from '../../../core/api/sample';
import { StartError } from '../../../services/store/start-error';
import { FOLDER_OPTIONS, type FolderOptions, folderOptions } from '../../host/options';
import { runningApi } from '../../host/running-api';
import { defineCommand } from '../command';

const LOOK_MS = 250;

export const sampleCommand = defineCommand({
  name: 'sample',
  summary: 'Loads generated sample data into the Spoor that runs, or removes it again.',
  description: [
    'The sample is a web shop, agents, a batch job of 10,000 spans, logs and metrics. All of it has the resource attribute spoor.sample, by which it is found and removed.',
  ],
  examples: [
    { line: 'spoor sample', does: 'loads it into an empty workspace' },
    { line: 'spoor sample load --beside', does: 'loads it beside data of your own' },
    { line: 'spoor sample remove', does: 'removes it, and nothing else' },
  ],
  arguments: [{ name: 'ACTION', optional: true, choices: ['load', 'remove'] }],
  options: {
    ...FOLDER_OPTIONS,
    beside: { type: 'boolean', summary: 'load it even though there is data already, or forwarding is on' },
  },
  async run({ values, args, environment }) {
    await sample(args[0] === 'remove', values.beside ?? false, folderOptions(values, environment));
    return 0;
  },
});

async function sample(removes: boolean, beside: boolean, options: FolderOptions): Promise<void> {
  const api = await runningApi(options);
  const init = removes ? { method: 'DELETE' } : { method: 'POST', body: JSON.stringify({ beside }) };
  await api.request('/v1/sample', init);
  let shown = '';
  for (;;) {
    const report = await api.json<SampleReport>('/v1/sample');
    if (report.failure !== null) throw new StartError(report.failure);
    const text = options.json ? JSON.stringify(report) : textOf(report, removes);
    if (text !== shown) process.stdout.write(`${text}\n`);
    shown = text;
    if (report.activity === 'none') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function textOf({ activity, done, total }: SampleReport, removes: boolean): string {
  if (activity !== 'none') return total === 0 ? 'Preparing …' : `${Math.floor((done / total) * 100)} %`;
  return removes ? 'The sample is removed.' : 'The sample is loaded. spoor sample remove takes it out again.';
}
