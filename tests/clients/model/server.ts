/** A model server that speaks as the providers do, and keeps a ledger of what it said. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerTo, tokensOf } from './answer';
import { anthropic } from './anthropic';
import { converse, gemini } from './google-and-bedrock';
import type { Call } from './ledger';
import { openaiChat } from './openai-chat';
import { openaiResponses } from './openai-responses';
import { object, type Wire } from './wire';

const ROUTES: readonly (readonly [RegExp, Call['api'], Wire])[] = [
  [/\/chat\/completions$/, 'chat', openaiChat],
  [/\/responses$/, 'responses', openaiResponses],
  [/\/messages$/, 'messages', anthropic],
  [/\/model\/[^/]+\/converse$/, 'converse', converse],
  [/models\/[^/]+:(?:streamG|g)enerateContent$/, 'gemini', gemini],
];

/** Before the first piece and between pieces: enough to be told apart from nothing. */
const PAUSE_MS = 10;

export interface ModelServer {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Requests that it did not understand. */
  readonly strange: readonly string[];
  close(): Promise<void>;
}

export async function startModelServer(): Promise<ModelServer> {
  const calls: Call[] = [];
  const strange: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response, calls, strange).catch((error: Error) => {
      strange.push(`${request.url}: ${error.message}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    strange,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: Call[],
  strange: string[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { pathname } = new URL(request.url ?? '/', 'http://model');
  const [, api, wire] = ROUTES.find(([path]) => path.test(pathname)) ?? [];
  const json = (status: number, value: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  if (api === undefined || wire === undefined) {
    strange.push(`${request.method} ${pathname}`);
    return json(404, { error: { message: `there is no ${pathname}` } });
  }
  const asked = wire.read(object(JSON.parse(Buffer.concat(chunks).toString())), pathname);
  const n = calls.length + 1;
  const said = answerTo(asked, n);
  const isDated = api === 'chat' || api === 'responses';
  const tokens = said && tokensOf(said, n, true);
  calls.push({
    n,
    api,
    streamed: asked.streamed,
    model: said && isDated ? `${asked.model}-2025-08-07` : asked.model,
    system: asked.system,
    asked: asked.messages,
    answer: said,
    tokens: asked.wantsTokens ? tokens : null,
  });
  if (said === null || tokens === null) return json(400, wire.failure);
  if (!asked.streamed || wire.pieces === null) return json(200, wire.whole(said, tokens, asked));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of wire.pieces(said, tokens, asked)) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    response.write(piece);
  }
  response.end();
}
