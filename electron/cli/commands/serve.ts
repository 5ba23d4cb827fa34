/** `spoor serve`: without a window, until it is stopped. */
import { runHeadless } from '../../headless/run-headless';
import { START_OPTIONS, startOptions } from '../../host/options';
import { defineCommand } from '../command';

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'Runs Spoor without a window, until it is stopped.',
  examples: [
    { line: 'spoor serve', does: 'prints the address of the page and the ports that receive OTLP' },
    { line: 'spoor serve --json --otlp-http 0 --ui 0', does: 'on free ports, which its first line says as JSON' },
  ],
  arguments: [],
  options: START_OPTIONS,
  async run({ values, environment }) {
    await runHeadless({ ...startOptions(values, environment), command: 'serve' });
    return 0;
  },
});
