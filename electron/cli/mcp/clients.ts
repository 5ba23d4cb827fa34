/** Where agents keep the list of their MCP servers, and in which form, as each documents it (docs/mcp.md). */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const CLIENTS = ['claude-code', 'codex', 'cursor', 'vscode', 'gemini'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** What starts the server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Client {
  readonly title: string;
  readonly file: string;
  readonly form: 'json' | 'toml';
  /** Under which the servers are. */
  readonly section: string;
  /** What the file says of the server. */
  entry(server: ServerCommand): Readonly<Record<string, unknown>>;
  /** What the user does next. */
  readonly next: string;
}

interface Place {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
}

const typed = ({ command, args }: ServerCommand) => ({ type: 'stdio', command, args: [...args] });
const plain = ({ command, args }: ServerCommand) => ({ command, args: [...args] });

/** A variable that is empty counts as not set: its file would be in the current folder. */
export function clientOf(name: ClientName, { platform, environment }: Place): Client {
  const home = (platform === 'win32' ? environment.USERPROFILE : environment.HOME) || homedir();
  switch (name) {
    case 'claude-code':
      return {
        title: 'Claude Code',
        file: join(environment.CLAUDE_CONFIG_DIR || home, '.claude.json'),
        form: 'json',
        section: 'mcpServers',
        entry: typed,
        next: 'Restart Claude Code; /mcp then lists spoor.',
      };
    case 'codex':
      return {
        title: 'Codex',
        file: join(environment.CODEX_HOME || join(home, '.codex'), 'config.toml'),
        form: 'toml',
        section: 'mcp_servers',
        entry: plain,
        next: 'Restart Codex; /mcp then lists spoor.',
      };
    case 'cursor':
      return {
        title: 'Cursor',
        file: join(home, '.cursor', 'mcp.json'),
        form: 'json',
        section: 'mcpServers',
        entry: typed,
        next: 'Cursor asks once whether to enable it: Settings, MCP.',
      };
    case 'vscode':
      return {
        title: 'VS Code',
        file: join(vscodeUser(platform, home, environment), 'mcp.json'),
        form: 'json',
        section: 'servers',
        entry: typed,
        next: 'In VS Code run “MCP: List Servers” and start spoor.',
      };
    case 'gemini':
      return {
        title: 'Gemini CLI',
        file: join(home, '.gemini', 'settings.json'),
        form: 'json',
        section: 'mcpServers',
        entry: plain,
        next: 'Restart Gemini CLI; /mcp then lists spoor.',
      };
  }
}

/** Of the user's default profile. */
function vscodeUser(platform: NodeJS.Platform, home: string, environment: NodeJS.ProcessEnv): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Code', 'User');
  if (platform === 'win32') return join(environment.APPDATA || join(home, 'AppData', 'Roaming'), 'Code', 'User');
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'Code', 'User');
}
