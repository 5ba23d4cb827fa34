/** The one way to a server of HTTP: whatever a peer sends or breaks off ends its own connection and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log';
import { closeWhenUnread, continueWhenRead, type LingerLimits, lingerOn } from './lingering';

/** In which the head of a request has to arrive. */
const HEADERS_MS = 15_000;
/** How often slow senders are looked for. */
const CHECK_MS = 2_000;

export interface HttpServerOptions {
  readonly log: Log;
  /** In which a whole request has to arrive. */
  readonly requestMs: number;
  /** Of what is read after an answer that came before the whole request. */
  readonly linger?: LingerLimits;
}

export function httpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
  { log, requestMs, linger }: HttpServerOptions,
): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Both say so to whoever reads or writes; unheard, it would end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    closeWhenUnread(server, request, response);
    // A handler may throw at once, too.
    Promise.resolve()
      .then(() => handle(request, response))
      .catch((error: unknown) => {
        log('error', 'a request could not be answered', { error: String(error) });
        response.destroy();
      });
  };
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: requestMs, connectionsCheckingInterval: CHECK_MS },
    answer,
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response);
    answer(request, response);
  });
  lingerOn(server, linger);
  hearErrors(server, log);
  return server;
}

/** A server that cannot accept (no file handles are left, say) goes on when it can again. */
function hearErrors(server: Server, log: Log): void {
  server.on('error', (error) => {
    // What listening itself ends with is said by who asked for it.
    if (server.listening) log('error', 'a connection could not be accepted', { error: error.message });
  });
  server.on('connection', (socket) => socket.on('error', () => {}));
}
