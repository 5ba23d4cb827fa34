/** The sessions of agents that speak MCP over HTTP. Their number is bounded: the one idle longest is closed. */
import { randomUUID } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { SpoorApi } from '../../../core/operations/operations';
import { createMcpServer } from './mcp-server';

const MOST_SESSIONS = 64;
/** A call is small. */
const MAX_BODY_BYTES = 1024 * 1024;
const SESSION_HEADER = 'mcp-session-id';

export class McpSessions {
  /** In the order of their last request. */
  private readonly open = new Map<string, WebStandardStreamableHTTPServerTransport>();

  constructor(
    private readonly api: SpoorApi,
    private readonly options: { readonly version: string; readonly mayWrite: boolean },
  ) {}

  get count(): number {
    return this.open.size;
  }

  async answer(request: Request): Promise<Response> {
    const id = request.headers.get(SESSION_HEADER);
    if (id === null) return (await this.begun(new URL(request.url).origin)).handleRequest(request);
    const transport = this.open.get(id);
    if (!transport) return gone();
    this.open.delete(id);
    this.open.set(id, transport);
    return transport.handleRequest(request);
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map((transport) => transport.close()));
  }

  /** It is kept once its first message turns out to begin a session. */
  private async begun(ui: string): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: MAX_BODY_BYTES,
      onsessioninitialized: (sessionId) => {
        this.open.set(sessionId, transport);
        const [oldest] = this.open;
        if (this.open.size > MOST_SESSIONS && oldest) void oldest[1].close();
      },
    });
    await createMcpServer(this.api, { ...this.options, ui: () => ui }).connect(transport);
    const { onclose } = transport;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.open.delete(transport.sessionId);
      onclose?.();
    };
    return transport;
  }
}

/** As the protocol says it: the client begins anew. */
function gone(): Response {
  const message = 'There is no such session; it ended, or Spoor started again. Initialize anew.';
  return Response.json({ jsonrpc: '2.0', error: { code: -32_001, message }, id: null }, { status: 404 });
}
