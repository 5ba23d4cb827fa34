/** `spoor mcp`: serves agents over the Model Context Protocol, and enters Spoor in their configurations. */

import { UsageError } from '../../host/option-table';
import { FOLDER_OPTIONS, START_OPTIONS, startOptions } from '../../host/options';
import { builtPaths } from '../../host/paths';
import { defineCommand } from '../command';
import { CLIENTS } from '../mcp/clients';

const { open: _, ...OF_START } = START_OPTIONS;
const SERVE = 'serve';

export const mcpCommand = defineCommand({
  name: 'mcp',
  summary: 'Serves coding agents over the Model Context Protocol, on standard input and output.',
  description: [
    'Finds the Spoor that runs on the data folder, or starts one without a window that ends with the agent. Agents read; they write notes, scores and rows of datasets only with --write.',
    `mcp install CLIENT enters Spoor in the configuration of ${CLIENTS.join(', ')}; mcp uninstall CLIENT takes it out again. What else is in the file stays, and a copy is kept.`,
  ],
  examples: [
    { line: 'spoor mcp install claude-code', does: 'lets Claude Code ask Spoor' },
    { line: 'spoor mcp install codex --dry-run', does: 'prints what would be written' },
    { line: 'spoor mcp', does: 'what agents run' },
  ],
  arguments: [
    { name: 'ACTION', optional: true, choices: [SERVE, 'install', 'uninstall'] },
    { name: 'CLIENT', optional: true, choices: CLIENTS },
  ],
  options: {
    ...OF_START,
    json: { ...FOLDER_OPTIONS.json, summary: 'log JSON to stderr' },
    write: { type: 'boolean', summary: 'let agents write notes, scores and rows of datasets' },
    'dry-run': { type: 'boolean', summary: 'with install and uninstall: print the file instead of writing it' },
  },
  async run({ values, args, environment }) {
    const { write = false, 'dry-run': dryRun = false, ...start } = values;
    const [action = SERVE, client] = args;
    const options = startOptions(start, environment);
    // What agents may ask is loaded only here.
    if (action === SERVE) {
      if (client !== undefined) throw new UsageError(`mcp ${SERVE} takes no argument ${client}.`);
      if (dryRun) throw new UsageError('--dry-run goes with install and uninstall.');
      await (await import('../mcp/run-mcp')).runMcp(options, write, builtPaths(__dirname));
      return 0;
    }
    if (client === undefined) throw new UsageError(`mcp ${action} takes a client: ${CLIENTS.join(', ')}.`);
    const named = values['data-dir'] ?? environment.SPOOR_DATA_DIR;
    const { installMcp } = await import('../mcp/install');
    await installMcp({
      client,
      isUninstall: action === 'uninstall',
      dryRun,
      write,
      dataDir: named ? options.dataDir : null,
      script: __filename,
    });
    return 0;
  },
});
