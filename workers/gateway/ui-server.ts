/** The UI port: the renderer's files, the HTTP API and the WebSocket that carries the contract to a browser. */
import type { IncomingMessage, Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { SECURITY_HEADERS } from '../../core/api/security-headers';
import type { GatewayOptions } from '../../core/api/workers';
import type { Gateway } from '../../services/gateway/gateway';
import { serveMcp } from '../../services/gateway/mcp/serve-mcp';
import { serveProbes } from '../../services/gateway/probes';
import { bearerToken, restApi, tokensEqual } from '../../services/gateway/rest';
import type { Log } from '../../services/log';
import { closeServer } from '../../services/net/closing';
import { FairShare } from '../../services/net/fair-share';
import { httpServer } from '../../services/net/http-server';
import { isLoopbackAddress, isLoopbackHost } from '../../services/net/loopback';
import { serveSockets } from '../../services/net/rpc-sockets';
import { screenAddress } from '../../services/net/screen-address';
import { requestedFile, StaticFiles } from '../../services/net/static-files';

/** In which a request has to arrive: files of a hundred megabytes come from this machine. */
const REQUEST_MS = 300_000;
/** Requests of programs that run at the same time, as for a key of the team server; others wait for their turn. */
const AT_ONCE = 12;
/** In which what has arrived is answered at the end; a thread is ended some seconds later. */
const CLOSE_MS = 7_000;

export interface UiServer {
  readonly server: Server;
  /** Answers what has arrived, for a while. */
  close(): Promise<void>;
}

/** @param options of which those that are settings may change */
export async function createUiServer(api: Gateway, options: GatewayOptions, log: Log): Promise<UiServer> {
  const files = await StaticFiles.below(options.rendererDir);
  const ending = new AbortController();
  const turns = new FairShare(AT_ONCE);
  // Of programs that hold the token; pages have a bound of their own (rpc-sockets.ts).
  const authorize = bearerToken(options.token);
  const loopbackOnly = isLoopbackAddress(options.ui.host);
  const app = restApi(
    api,
    authorize,
    options.openApiFile,
    log,
    ending.signal,
    (answer) => turns.run('', answer),
    (context, next) => (options.compatWithoutToken && loopbackOnly ? next() : authorize(context, next)),
  );
  serveProbes(app, api);
  const mcp = serveMcp(app, api, bearerToken(options.token), {
    version: options.version,
    // Asked when a session begins.
    get mayWrite() {
      return options.agentsMayWrite;
    },
  });
  app.get('*', async (context) => {
    const requested = await requestedFile(files, context);
    const screen = requested ? null : screenAddress(context.req.url);
    if (screen !== null) return context.redirect(screen);
    if (!requested) return context.text('There is no such page.\n', 404);
    return context.body(requested.file.body, 200, { ...requested.headers, ...SECURITY_HEADERS });
  });
  const handle = getRequestListener(app.fetch, { autoCleanupIncoming: false });
  const allowed = (request: IncomingMessage): boolean => {
    const { host, origin } = request.headers;
    if (loopbackOnly && !isLoopbackHost(host)) return false;
    // Only our own page, served from this very address, may call from a browser.
    return origin === undefined || origin === `http://${host}`;
  };
  const server = httpServer(
    async (request, response) => {
      if (allowed(request)) return handle(request, response);
      response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('Only pages of this address may call Spoor.\n');
    },
    { log, requestMs: REQUEST_MS },
  );
  const closeSockets = serveSockets(server, (token, request) =>
    allowed(request) && tokensEqual(token, options.token)
      ? { api, holder: 'user', until: Number.POSITIVE_INFINITY }
      : null,
  );
  return {
    server,
    async close() {
      ending.abort();
      await mcp.close();
      await Promise.all([closeServer(server, CLOSE_MS), closeSockets()]);
    },
  };
}
