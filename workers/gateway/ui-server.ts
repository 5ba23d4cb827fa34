/** The UI port: the renderer's files, the HTTP API and the WebSocket that carries the contract to a browser. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type * as Comlink from 'comlink';
import { type WebSocket, WebSocketServer } from 'ws';
import { serve } from '../../core/api/rpc/service';
import { RPC_PATH, RPC_PROTOCOL, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeWire, encodeWire } from '../../core/api/rpc/wire';
import { SECURITY_HEADERS } from '../../core/api/security-headers';
import type { GatewayOptions } from '../../core/api/workers';
import { bearerToken, type RestSource, restApi, tokensEqual } from '../../services/gateway/rest';
import type { Log } from '../../services/log';
import { isLoopbackAddress, isLoopbackHost } from '../../services/net/loopback';
import { StaticFiles } from '../../services/net/static-files';

/** A call of the contract is small; only replies are large. */
const MAX_CALL_BYTES = 1024 * 1024;

export async function createUiServer(api: RestSource, options: GatewayOptions, log: Log): Promise<Server> {
  const files = await StaticFiles.below(options.rendererDir);
  const app = restApi(api, bearerToken(options.token), options.openApiFile, log);
  app.get('*', async (context) => {
    const file = await files.get(context.req.path);
    if (!file) return context.text('There is no such page.\n', 404);
    const cache = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
    return context.body(file.body, 200, { 'content-type': file.type, 'cache-control': cache, ...SECURITY_HEADERS });
  });
  const handle = getRequestListener(app.fetch);
  const loopbackOnly = isLoopbackAddress(options.ui.host);
  const allowed = (request: IncomingMessage): boolean => {
    const { host, origin } = request.headers;
    if (loopbackOnly && !isLoopbackHost(host)) return false;
    // Only our own page, served from this very address, may call from a browser.
    return origin === undefined || origin === `http://${host}`;
  };
  const server = createServer((request, response) => {
    if (!allowed(request)) {
      response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Only pages of this address may call Spoor.\n');
      return;
    }
    void handle(request, response);
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CALL_BYTES,
    handleProtocols: () => RPC_PROTOCOL,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const token = tokenFromProtocols(request.headers['sec-websocket-protocol']);
    if (!allowed(request) || request.url !== RPC_PATH || token === null || !tokensEqual(token, options.token)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => serve(api, socketEndpoint(webSocket)));
  });
  server.on('close', () => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return server;
}

/** Comlink over a WebSocket: one binary message a call or reply. */
function socketEndpoint(socket: WebSocket): Comlink.Endpoint {
  const listeners = new Map<unknown, (data: Buffer) => void>();
  return {
    postMessage(message: unknown) {
      if (socket.readyState === socket.OPEN) socket.send(encodeWire(message));
    },
    addEventListener(_type: string, listener: EventListenerOrEventListenerObject) {
      const receive = (data: Buffer): void => {
        let message: unknown;
        try {
          message = decodeWire(data);
        } catch {
          socket.close(1007, 'not a call');
          return;
        }
        const event = { data: message } as MessageEvent;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      listeners.set(listener, receive);
      socket.on('message', receive);
    },
    removeEventListener(_type: string, listener: EventListenerOrEventListenerObject) {
      const receive = listeners.get(listener);
      if (receive) socket.off('message', receive);
      listeners.delete(listener);
    },
  };
}
