/** `spoor mcp`: the Model Context Protocol over standard input and output, for agents that start their tools themselves. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer } from '../../../services/gateway/mcp/mcp-server';
import { jsonLog, plainLog } from '../../host/log';
import type { StartOptions } from '../../host/options';
import type { BuiltPaths } from '../../host/paths';
import { readSettings } from '../../host/settings';
import { reachSpoor } from './reach-spoor';

/** Standard output is the agent's. Ends when the agent closes standard input. */
export async function runMcp(options: StartOptions, write: boolean, paths: BuiltPaths): Promise<void> {
  const log = (options.json ? jsonLog : plainLog)((line) => process.stderr.write(line));
  for (const warning of options.warnings) log('warn', warning);
  const spoor = await reachSpoor(options, paths, log);
  const { agentsMayWrite } = await readSettings(spoor.dataDir, options.overrides);
  const server = createMcpServer(spoor.api, {
    version: paths.version,
    ui: spoor.ui,
    mayWrite: write || agentsMayWrite,
  });
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
  await spoor.close();
  process.exit(0);
}
