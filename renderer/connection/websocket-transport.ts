/** Reaches the gateway over a WebSocket and reaches it again when the connection breaks. */
import type * as Comlink from 'comlink';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { decodeWire, encodeWire } from '../../core/api/rpc/wire';
import type { Attach } from './attach';

const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];

export interface WebSocketEvents {
  readonly onLost: () => void;
  readonly onRefused: () => void;
}

export function connectWebSocket(token: string, attach: Attach, events: WebSocketEvents): void {
  let failures = 0;
  const open = (): void => {
    const url = new URL(RPC_PATH, window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, protocolsWithToken(token));
    socket.binaryType = 'arraybuffer';
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
    socket.addEventListener('open', () => {
      failures = 0;
      attach(endpointOf(socket), closed);
    });
    socket.addEventListener('close', () => {
      events.onLost();
      void tokenRefused(token).then((refused) => {
        if (refused) events.onRefused();
        else setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
      });
    });
  };
  open();
}

/** A WebSocket does not say why it was refused; the HTTP API does. */
async function tokenRefused(token: string): Promise<boolean> {
  const response = await fetch('/v1/status', { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
  return response?.status === 401;
}

function endpointOf(socket: WebSocket): Comlink.Endpoint {
  const listeners = new Map<unknown, (event: MessageEvent) => void>();
  return {
    postMessage: (message: unknown) => socket.send(encodeWire(message)),
    addEventListener(_type, listener) {
      const receive = ({ data }: MessageEvent): void => {
        const event = { data: decodeWire(new Uint8Array(data as ArrayBuffer)) } as MessageEvent;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      listeners.set(listener, receive);
      socket.addEventListener('message', receive);
    },
    removeEventListener(_type, listener) {
      const receive = listeners.get(listener);
      if (receive) socket.removeEventListener('message', receive);
      listeners.delete(listener);
    },
  };
}
