/** `spoor start` where no desktop is: the launcher opens the window where there is one. */
import { runHeadless } from '../../headless/run-headless';
import { START_OPTIONS, startOptions } from '../../host/options';
import { defineCommand } from '../command';

export const startCommand = defineCommand({
  name: 'start',
  summary: 'Opens Spoor: a desktop window, or the browser where there is none.',
  examples: [
    { line: 'spoor', does: 'opens Spoor, or says where it already runs' },
    { line: 'spoor --sample', does: 'opens it with a generated sample workspace' },
  ],
  arguments: [],
  options: START_OPTIONS,
  async run({ values, environment }) {
    await runHeadless({ ...startOptions(values, environment), command: 'start' });
    return 0;
  },
});
