/** How a browser signs in to the WebSocket: the token travels as a subprotocol, which no log and no history keeps. */
export const RPC_PATH = '/rpc';
export const RPC_PROTOCOL = 'spoor.v2';
/** Why a socket was closed: another token opens another. */
export const SOCKET_EXPIRED = 4001;
const TOKEN_PREFIX = 'token.';

export function protocolsWithToken(token: string): string[] {
  return [RPC_PROTOCOL, TOKEN_PREFIX + token];
}

/** The token in a Sec-WebSocket-Protocol header, or null. */
export function tokenFromProtocols(header: string | undefined): string | null {
  const protocols = (header ?? '').split(',').map((protocol) => protocol.trim());
  const token = protocols.find((protocol) => protocol.startsWith(TOKEN_PREFIX));
  return token ? token.slice(TOKEN_PREFIX.length) : null;
}
