/** `/mcp`: the Model Context Protocol over streamable HTTP. What agents may ask is loaded when the first one comes. */
import type { Hono, MiddlewareHandler } from 'hono';
import type { SpoorApi } from '../../../core/operations/operations';
import type { McpSessions } from './sessions';

const MCP_PATH = '/mcp';

export interface ServedMcp {
  close(): Promise<void>;
}

/** @param authorize throws for who may not ask */
export function serveMcp(
  app: Hono,
  api: SpoorApi,
  authorize: MiddlewareHandler,
  options: { readonly version: string; readonly mayWrite: boolean },
): ServedMcp {
  let sessions: Promise<McpSessions> | null = null;
  app.use(MCP_PATH, authorize);
  app.all(MCP_PATH, async (context) => {
    sessions ??= import('./sessions').then((loaded) => new loaded.McpSessions(api, options));
    const response = await (await sessions).answer(context.req.raw);
    response.headers.set('cache-control', 'no-store');
    return response;
  });
  return {
    async close() {
      await (await sessions)?.close();
    },
  };
}
