/** The contract over WebSockets, for pages in a browser. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Channel } from '../../core/api/rpc/channel';
import { type Served, type Service, serve } from '../../core/api/rpc/service';
import { RPC_PATH, RPC_PROTOCOL, SOCKET_EXPIRED, tokenFromProtocols } from '../../core/api/rpc/websocket';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';
import { RPC_METHODS, RPC_WAITS } from '../../core/operations/rpc';

/** A call of the contract is small; only replies are large. */
const MAX_CALL_BYTES = 1024 * 1024;
/** Of one socket at once; a page has some dozens. */
const MAX_CALLS = 256;
/** Of one account or key at once; a tab has one. */
const MAX_SOCKETS = 100;
/** Of answers that one socket has not read; no call of it is taken until it has. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
/** Of those that one account or key has not read on all of its sockets. Whoever lets more come up loses the socket. */
const MAX_UNREAD_BYTES_OF_ONE = 256 * 1024 * 1024;
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
  /** Whose it is: the account or the key. */
  readonly holder: string;
  /** When the socket is closed: epoch milliseconds. */
  readonly until: number;
}

/** @param admit null: who asks may not; it may throw as well @returns what answers and closes all of them: a server does not end before */
export function serveSockets(
  server: Server,
  admit: (token: string, request: IncomingMessage) => Promise<Admission | null> | Admission | null,
): () => Promise<void> {
  const served = new Set<Served>();
  const held = new Map<string, Set<WebSocket>>();
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
      refuse(socket, '401 Unauthorized');
      return;
    }
    const { holder } = admission;
    if ((held.get(holder)?.size ?? 0) >= MAX_SOCKETS) {
      refuse(socket, '429 Too Many Requests');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // A frame that breaks the protocol: ws has told the other side, and closes this socket alone.
      webSocket.on('error', () => {});
      const left = Math.min(LONGEST_TIMER_MS, Math.max(0, admission.until - Date.now()));
      const expiry = setTimeout(() => webSocket.close(SOCKET_EXPIRED, 'the token has expired'), left);
      const closed = new Promise<void>((resolve) => webSocket.on('close', resolve));
      const its = held.get(holder) ?? new Set();
      held.set(holder, its.add(webSocket));
      const calls = serve(admission.api, socketChannel(webSocket, its), {
        methods: RPC_METHODS,
        waits: RPC_WAITS,
        maxCalls: MAX_CALLS,
        closed,
      });
      served.add(calls);
      void closed.then(() => {
        clearTimeout(expiry);
        served.delete(calls);
        its.delete(webSocket);
        if (its.size === 0) held.delete(holder);
      });
    });
  };
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // It may go before it is admitted.
    socket.on('error', () => socket.destroy());
    open(request, socket, head).catch(() => {
      refuse(socket, '401 Unauthorized');
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

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
}

/** One binary message a call or reply. @param its all sockets of whoever has this one */
function socketChannel(socket: WebSocket, its: ReadonlySet<WebSocket>): Channel {
  const goOn = (): void => {
    if (socket.isPaused && socket.bufferedAmount <= MAX_UNREAD_BYTES) socket.resume();
  };
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      // Answers that nobody reads are kept here: whoever asks without reading is heard no more, and then cut off.
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) {
        const unread = [...its].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
        if (unread > MAX_UNREAD_BYTES_OF_ONE) return socket.terminate();
      }
      socket.send(encodeMessage(message), goOn);
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.pause();
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
