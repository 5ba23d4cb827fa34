/** Traces, spans and sessions as resources, which people put into a conversation by their address. They read as the tools do, at greater length. */
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import type { SpoorApi } from '../../../core/operations/operations';
import { sessionIds, traceIds } from './completion';
import { shortTime } from './figures';
import type { Links } from './links';
import { bounded } from './quoted';
import type { Tool } from './tool';
import { outlineTrace } from './tools/outline-trace';
import { readSpan } from './tools/read-span';
import { readSession } from './tools/sessions';

const BYTES = 8_000;
const LISTED = 20;
const WAIT_MS = 2_000;
const MIME = 'text/plain';

export function addResources(server: McpServer, api: SpoorApi, links: Links): void {
  const text = async (uri: URL, tool: Tool, args: object, signal: AbortSignal): Promise<ReadResourceResult> => {
    const told = await tool.call({ api, links, signal, progress() {} }, { ...args, maxBytes: BYTES });
    return { contents: [{ uri: uri.href, mimeType: MIME, text: told.text }] };
  };
  const one = (value: string | string[] | undefined): string =>
    decodeURIComponent(String(Array.isArray(value) ? value[0] : value));

  server.registerResource(
    'trace',
    new ResourceTemplate('spoor://trace/{traceId}', {
      complete: { traceId: traceIds(api) },
      list: async ({ signal }) => {
        const { data } = await api.listTraces({ limit: LISTED, waitMs: WAIT_MS }, signal);
        return {
          resources: data.map(({ traceId, rootName, startTime }) => ({
            uri: `spoor://trace/${traceId}`,
            name: bounded(rootName, 80),
            description: `Trace of ${shortTime(startTime)}`,
            mimeType: MIME,
          })),
        };
      },
    }),
    { title: 'Trace', description: 'A trace as a short tree', mimeType: MIME },
    (uri, { traceId }, { signal }) => text(uri, outlineTrace, { traceId: one(traceId) }, signal),
  );
  server.registerResource(
    'span',
    new ResourceTemplate('spoor://trace/{traceId}/span/{spanId}', {
      complete: { traceId: traceIds(api) },
      list: undefined,
    }),
    { title: 'Span', description: 'What a span says', mimeType: MIME },
    (uri, { traceId, spanId }, { signal }) =>
      text(uri, readSpan, { traceId: one(traceId), spanId: one(spanId) }, signal),
  );
  server.registerResource(
    'session',
    new ResourceTemplate('spoor://session/{sessionId}', {
      complete: { sessionId: sessionIds(api) },
      list: async () => {
        const { data } = await api.listSessions({ limit: LISTED });
        return {
          resources: data.map(({ sessionId, endTime }) => ({
            uri: `spoor://session/${encodeURIComponent(sessionId)}`,
            name: bounded(sessionId, 100),
            description: `Session until ${shortTime(endTime)}`,
            mimeType: MIME,
          })),
        };
      },
    }),
    { title: 'Session', description: 'A session turn by turn', mimeType: MIME },
    (uri, { sessionId }, { signal }) => text(uri, readSession, { sessionId: one(sessionId) }, signal),
  );
}
