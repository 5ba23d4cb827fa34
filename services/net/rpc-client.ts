/** Calls the contract over a WebSocket, as pages do, from a process of its own. */
import { WebSocket } from 'ws';
import { createLink } from '../../core/api/rpc/service';
import { protocolsWithToken, RPC_PATH } from '../../core/api/rpc/websocket';
import { decodeMessage, encodeMessage } from '../../core/api/rpc/wire';
import type { SpoorApi } from '../../core/operations/operations';

export interface RpcClient {
  readonly api: SpoorApi;
  /** With the code that the other side gave. */
  readonly closed: Promise<number>;
  close(): void;
}

/** @param url of HTTP @throws Error where it is refused */
export async function connectRpc(url: string, token: string, headers: Record<string, string> = {}): Promise<RpcClient> {
  const socket = new WebSocket(url.replace('http', 'ws') + RPC_PATH, protocolsWithToken(token), { headers });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const link = createLink<SpoorApi>('server');
  link.attach(
    {
      send: (message) => socket.send(encodeMessage(message)),
      listen: (hear) => socket.on('message', (data: Buffer) => hear(decodeMessage(data))),
    },
    closed.then(() => {}),
  );
  return { api: link.api, closed, close: () => socket.close() };
}
