/** Every command, in the order of the help. */
import type { Command } from './command';
import { completionCommand } from './commands/completion';
import { doctorCommand } from './commands/doctor';
import { exportCommand } from './commands/export';
import { importCommand } from './commands/import';
import { logsCommand } from './commands/logs';
import { mcpCommand } from './commands/mcp';
import { metricsCommand } from './commands/metrics';
import { queryCommand } from './commands/query';
import { rebuildCommand } from './commands/rebuild';
import { runCommand } from './commands/run';
import { sampleCommand } from './commands/sample';
import { serveCommand } from './commands/serve';
import { servicesCommand } from './commands/services';
import { showCommand } from './commands/show';
import { startCommand } from './commands/start';
import { stopCommand } from './commands/stop';
import { tailCommand } from './commands/tail';
import { tracesCommand } from './commands/traces';

export const COMMANDS: readonly Command[] = [
  startCommand,
  serveCommand,
  runCommand,
  stopCommand,
  tracesCommand,
  showCommand,
  queryCommand,
  tailCommand,
  logsCommand,
  metricsCommand,
  servicesCommand,
  doctorCommand,
  importCommand,
  exportCommand,
  sampleCommand,
  mcpCommand,
  rebuildCommand,
  completionCommand,
];
