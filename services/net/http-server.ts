/** The one way to a server of HTTP: whatever a peer sends or breaks off ends its own connection and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log';
import { BodyRate, type Sender } from './body-rate';
import { closeWhenUnread, continueWhenRead, type LingerLimits, lingerOn } from './lingering';
import { peerOf } from './peer';

/** In which the head of a request has to arrive. */
const HEADERS_MS = 15_000;
/**
 * How long an idle connection is kept. Exporters batch for five seconds, Node's default: a request that they send over a connection
 * just as it is closed is reset, and not every exporter repeats it.
 */
const IDLE_MS = 75_000;
/** How often slow senders are looked for. */
const CHECK_MS = 2_000;

export interface HttpServerOptions {
  readonly log: Log;
  /** In which a whole request has to arrive. */
  readonly requestMs: number;
  /** Of what is read after an answer that came before the whole request. */
  readonly linger?: LingerLimits;
  /** What bodies have to keep up; its own, unless it is given. */
  readonly bodyRate?: BodyRate;
  /** What connects is a proxy of ours, which says in `X-Forwarded-For` for whom. */
  readonly behindProxy?: boolean;
}

export function httpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
  { log, requestMs, linger, bodyRate = new BodyRate(), behindProxy = false }: HttpServerOptions,
): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Both say so to whoever reads or writes; unheard, it would end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    closeWhenUnread(server, request, response);
    if (hasBody(request)) bodyRate.watch(senderOf(request, response, behindProxy));
    // A handler may throw at once, too.
    Promise.resolve()
      .then(() => handle(request, response))
      .catch((error: unknown) => {
        log('error', 'a request could not be answered', { error: String(error) });
        response.destroy();
      });
  };
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: requestMs,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
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

/** As `X-Forwarded-For` says, where a proxy of ours does, or the address that the connection comes from. */
export function peerOfRequest({ socket, headers }: IncomingMessage, behindProxy: boolean): string {
  const forwarded = headers['x-forwarded-for'];
  const forwardedFor = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  return peerOf({ remoteAddress: socket.remoteAddress, forwardedFor }, behindProxy);
}

/** A server that cannot accept (no file handles are left, say) goes on when it can again. */
function hearErrors(server: Server, log: Log): void {
  server.on('error', (error) => {
    // What listening itself ends with is said by who asked for it.
    if (server.listening) log('error', 'a connection could not be accepted', { error: error.message });
  });
  server.on('connection', (socket) => socket.on('error', () => {}));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Written as Node writes it: the handler still waits for the body, and what it says later goes nowhere. */
function timeoutAnswer(message: string): string {
  const head = ['HTTP/1.1 408 Request Timeout', 'content-type: text/plain; charset=utf-8', 'connection: close'];
  return `${head.join('\r\n')}\r\ncontent-length: ${message.length + 1}\r\n\r\n${message}\n`;
}

function senderOf(request: IncomingMessage, response: ServerResponse, behindProxy: boolean): Sender {
  const { socket } = request;
  const before = socket.bytesRead;
  return {
    peer: peerOfRequest(request, behindProxy),
    arrived: () => socket.bytesRead - before,
    isDone: () => request.complete || response.writableEnded || socket.destroyed,
    isHeldUp: () => request.readableLength > 0,
    end(message) {
      // Another answer may be under way there.
      if (response.headersSent || response.socket !== socket) socket.destroy();
      // Closed as after any answer that comes early: what still arrives is read, or a reset would take the answer along.
      else socket.write(timeoutAnswer(message), () => socket.destroySoon());
    },
  };
}
