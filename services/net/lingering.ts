/**
 * Answers that their sender can read though they come before the whole request has. A connection that is closed with bytes unread
 * is reset, and a reset takes the answer along. So what goes on coming is read and thrown away for a while (RFC 9112 9.6).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface LingerLimits {
  /** Read at most, after the answer. */
  readonly bytes: number;
  readonly ms: number;
  /** Without a byte. */
  readonly idleMs: number;
}

/** Four times the largest export: senders that look at the answer only when all is sent may be far beyond. */
const LINGER: LingerLimits = { bytes: 256 * 1024 * 1024, ms: 30_000, idleMs: 5_000 };

/** The request that each connection is about. */
const current = new WeakMap<Socket, IncomingMessage>();

/** To be called before the server's first connection. */
export function lingerOn(server: Server, limits: LingerLimits = LINGER): void {
  server.on('connection', (socket: Socket) => {
    const destroySoon = socket.destroySoon.bind(socket);
    // What Node closes a connection with, once its last answer is written.
    socket.destroySoon = () => {
      const request = current.get(socket);
      if (request && isUnread(request) && !socket.destroyed) linger(socket, limits);
      else destroySoon();
    };
  });
}

/** To be called with each request, before it is handled. */
export function closeWhenUnread(server: Server, request: IncomingMessage, response: ServerResponse): void {
  current.set(request.socket, request);
  const writeHead = response.writeHead.bind(response) as (...parameters: unknown[]) => ServerResponse;
  response.writeHead = (...parameters: unknown[]) => {
    // Nor does a connection outlast a server that is ending.
    if (isUnread(request) || !server.listening) response.shouldKeepAlive = false;
    return writeHead(...parameters);
  };
}

/** Who sends `Expect: 100-continue` is told to go on when the body is read, and need not send one that is refused. */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read.bind(request);
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) response.writeContinue();
    read(size);
  };
}

/** Less than is buffered of a request: what comes of it is out of the way by itself. */
const SMALL_BYTES = 8 * 1024;

function isUnread({ headers, complete }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BYTES;
}

function linger(socket: Socket, { bytes, ms, idleMs }: LingerLimits): void {
  const end = (): void => {
    socket.destroy();
  };
  const timer = setTimeout(end, ms);
  const idle = setTimeout(end, idleMs);
  socket.once('close', () => {
    clearTimeout(timer);
    clearTimeout(idle);
  });
  const from = socket.bytesRead;
  // The parser is done with it.
  socket.removeAllListeners('data');
  socket.on('data', () => {
    idle.refresh();
    if (socket.bytesRead - from > bytes) end();
  });
  socket.end();
  socket.resume();
  // The parser read the handle by itself, and the stream above it believes that it is being read.
  socket._read(0);
}
