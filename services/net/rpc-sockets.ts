/** The contract over WebSockets, for pages in a browser. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { CONTRACT_METHODS, CONTRACT_WAITS } from '../../core/api/contract-methods';
import type { Channel } from '../../core/api/rpc/channel';
import { type Served, type Service, serve } from '../../core/api/rpc/service';
import { RPC_PATH, RPC_PROTOCOL, SOCKET_EXPIRED, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';

/** A call of the contract is small; only replies are large. */
const MAX_CALL_BYTES = 1024 * 1024;
/** Of one socket at once; a page has some dozens. */
const MAX_CALLS = 256;
/** Longer than a timer can say. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** RFC 6455 7.4.1 */
const GOING_AWAY = 1001;
const INVALID_DATA = 1007;
/** In which calls under way are answered when the server ends. */
const DRAIN_MS = 5_000;
/** In which the other side says goodbye. */
const FAREWELL_MS = 1_000;

export interface Admission {
  readonly api: Service<unknown>;
  /** When the socket is closed: epoch milliseconds. */
  readonly until: number;
}

/** @param admit null: who asks may not; it may throw as well @returns what answers and closes all of them: a server does not end before */
export function serveSockets(
  server: Server,
  admit: (token: string, request: IncomingMessage) => Promise<Admission | null> | Admission | null,
): () => Promise<void> {
  const served = new Set<Served>();
  let isEnding = false;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CALL_BYTES,
    handleProtocols: () => RPC_PROTOCOL,
  });
  // Each socket says it itself; a server of sockets without a port of its own has nothing more to say.
  sockets.on('error', () => {});
  sockets.on('wsClientError', (_error, socket) => socket.destroy());
  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const token = tokenFromProtocols(request.headers['sec-websocket-protocol']);
    const isAsked = request.url === RPC_PATH && token !== null && !isEnding;
    const admission = isAsked ? await admit(token, request) : null;
    if (!admission) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // A frame that breaks the protocol: ws has told the other side, and closes this socket alone.
      webSocket.on('error', () => {});
      const left = Math.min(LONGEST_TIMER_MS, Math.max(0, admission.until - Date.now()));
      const expiry = setTimeout(() => webSocket.close(SOCKET_EXPIRED, 'the token has expired'), left);
      const closed = new Promise<void>((resolve) => webSocket.on('close', resolve));
      const calls = serve(admission.api, socketChannel(webSocket), {
        methods: CONTRACT_METHODS,
        waits: CONTRACT_WAITS,
        maxCalls: MAX_CALLS,
        closed,
      });
      served.add(calls);
      void closed.then(() => {
        clearTimeout(expiry);
        served.delete(calls);
      });
    });
  };
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // It may go before it is admitted.
    socket.on('error', () => socket.destroy());
    open(request, socket, head).catch(() => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
    });
  });
  return async () => {
    isEnding = true;
    await Promise.race([
      Promise.all([...served].map((calls) => calls.drain())),
      new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref()),
    ]);
    for (const socket of sockets.clients) socket.close(GOING_AWAY, 'the server is ending');
    const rest = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, FAREWELL_MS);
    rest.unref();
  };
}

/** One binary message a call or reply. */
function socketChannel(socket: WebSocket): Channel {
  return {
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message));
    },
    listen(hear) {
      socket.on('message', (data: Buffer) => {
        let message: unknown;
        try {
          message = decodeMessage(data);
        } catch {
          socket.close(INVALID_DATA, 'not a call');
          return;
        }
        hear(message);
      });
    },
  };
}
