/** Reaches the gateway over a WebSocket and reaches it again when the connection breaks, or its token is about to end. */
import type { Channel } from '../../core/api/rpc/channel';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';
import type { Attach } from './attach';

const RETRY_MS = [250, 500, 1_000, 2_000, 5_000];
/** What was asked over a socket is answered over it, though another has taken its place. */
const LINGER_MS = 20_000;
/** Longer than a timer can say. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Tokens {
  /** Null: there is none, or none any more. */
  current(): Promise<string | null>;
  /** The server does not take the one it was given. */
  drop(): void;
  /** When another is to be had. */
  renewalMs(): number;
}

export interface WebSocketEvents {
  readonly onLost: () => void;
  readonly onRefused: () => void;
}

export function connectWebSocket(tokens: Tokens, attach: Attach, events: WebSocketEvents): void {
  let failures = 0;
  let current: WebSocket | null = null;
  const again = (): void => {
    setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  };
  const open = (): void => {
    tokens.current().then(
      (token) => (token === null ? events.onRefused() : connect(token)),
      () => {
        if (!current) events.onLost();
        again();
      },
    );
  };
  const connect = (token: string): void => {
    const url = new URL(RPC_PATH, window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, protocolsWithToken(token));
    socket.binaryType = 'arraybuffer';
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
    let renewal: ReturnType<typeof setTimeout> | undefined;
    let isOpened = false;
    socket.addEventListener('open', () => {
      failures = 0;
      isOpened = true;
      const previous = current;
      current = socket;
      attach(channelOf(socket), closed);
      if (previous) setTimeout(() => previous.close(), LINGER_MS);
      const left = tokens.renewalMs();
      if (left < LONGEST_TIMER_MS) renewal = setTimeout(open, Math.max(0, left));
    });
    socket.addEventListener('close', () => {
      clearTimeout(renewal);
      const hasOther = current !== null && current !== socket;
      if (current === socket) current = null;
      // Another has taken its place.
      if (hasOther && isOpened) return;
      // While it only was to take the place of one that still answers, nothing is lost.
      if (!hasOther) events.onLost();
      void tokenRefused(token).then((refused) => {
        if (refused) tokens.drop();
        again();
      });
    });
  };
  open();
}

/** A WebSocket does not say why it was refused; the HTTP API does. */
export async function tokenRefused(token: string): Promise<boolean> {
  const response = await fetch('/v1/status', { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
  return response?.status === 401;
}

function channelOf(socket: WebSocket): Channel {
  return {
    send: (message) => socket.send(encodeMessage(message)),
    listen(hear, lost) {
      socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
        let message: unknown;
        try {
          message = decodeMessage(new Uint8Array(data));
        } catch (error) {
          lost(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        hear(message);
      });
    },
  };
}
