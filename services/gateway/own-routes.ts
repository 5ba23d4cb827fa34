/** Routes of the HTTP API that need more than one call of an operation, a stream, or patience. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { DatasetItem } from '../../core/api/evaluation';
import type { FileImportReport } from '../../core/api/file-import';
import type { SessionResource, TraceResource } from '../../core/api/http-resources';
import type { PromptAnswer, PromptRequest } from '../../core/api/playground';
import type { QueryRequest, QueryResult, TraceListPage } from '../../core/api/search';
import type { TraceSummary } from '../../core/model/trace-summary';
import { NEW_DATASET_ITEM, RECORDED_ITEM } from '../../core/operations/datasets';
import { EXPORT, TRACE_FILE } from '../../core/operations/exports';
import { parse } from '../../core/operations/input';
import type { OwnRoute } from '../../core/operations/operation';
import type { OPERATIONS, RESOURCES } from '../../core/operations/operations';
import type { RestRequest } from '../../core/operations/routes';
import { turnsOf } from '../../core/operations/sessions';
import { sessionPage, traceResource } from '../../core/operations/shown';
import { traceFile, tracesFile } from './export-answers';
import type { ExportTurns } from './export-turns';
import type { Gateway } from './gateway';
import { storedFile } from './import-file';
import type { LiveTraces } from './live-traces';
import { wholePage, wholeResult } from './whole-page';

export interface OwnRouteContext {
  readonly api: Gateway;
  readonly live: LiveTraces;
  readonly exports: ExportTurns;
  /** Describes the API. */
  readonly openApiFile: string;
  /** Aborts when the server ends, and streams with it. */
  readonly ending: AbortSignal | undefined;
  readonly context: Context;
}

export type Handler = (asked: OwnRouteContext, request: RestRequest) => Promise<object>;

type OwnRouteName = OwnRoute<typeof OPERATIONS> | keyof typeof RESOURCES;

export const OWN_ROUTES = {
  async getOpenApi({ openApiFile, context }): Promise<object> {
    return context.body(await readFile(openApiFile, 'utf8'), 200, { 'content-type': 'application/json' });
  },
  listTraces: ({ api }, request): Promise<TraceListPage> => wholePage(api, request.query(), request.signal),
  query: async ({ api }, request): Promise<QueryResult> =>
    wholeResult(api, await request.body<QueryRequest>(), request.signal),
  storeFile: ({ api, context }): Promise<FileImportReport> => storedFile(context.req.raw, api),
  async getTrace(asked, request): Promise<TraceResource | Response> {
    const traceId = request.param('traceId');
    const { format, maxTokens } = parse(TRACE_FILE, request.query());
    if (format !== undefined)
      return traceFile({ ...asked, who: whoAsks(asked.context) }, traceId, format, maxTokens, request.signal);
    return traceResource(await asked.api.wholeTrace(traceId));
  },
  exportTraces: (asked, request): Promise<Response> =>
    tracesFile({ ...asked, who: whoAsks(asked.context) }, parse(EXPORT, request.query()), request.signal),
  async restoreTrace({ api }, request): Promise<TraceSummary> {
    const traceId = request.param('traceId');
    await api.restoreTrace(traceId);
    return api.traceSummary(traceId);
  },
  async getSession({ api }, request): Promise<SessionResource> {
    const sessionId = request.param('sessionId');
    const { from, to } = turnsOf(request.query());
    const [session, data] = await Promise.all([api.getSession(sessionId), api.sessionTraces(sessionId, from, to)]);
    return { ...session, traces: sessionPage(data, session.traceCount, from) };
  },
  /** Of a recorded call, or written by hand. */
  async createDatasetItem({ api }, request): Promise<DatasetItem> {
    const given = await request.body();
    if ('spanId' in given) {
      const { datasetId, traceId, spanId, expected } = parse(RECORDED_ITEM, given);
      return api.recordDatasetItem(datasetId, traceId, spanId, expected);
    }
    const { datasetId, ...edit } = parse(NEW_DATASET_ITEM, given);
    return api.writeDatasetItem(datasetId, edit);
  },
  async runPrompt({ api }, request): Promise<PromptAnswer> {
    const prompt = { ...(await request.body<PromptRequest>()), runId: randomUUID() };
    request.signal.addEventListener('abort', () => void api.cancelPrompt(prompt.runId).catch(() => {}));
    return api.runPrompt(prompt);
  },
  async followTraces({ live, ending, context }, request): Promise<object> {
    const { query, environment, version, team } = request.query();
    // What is wrong with the query is an answer of its own, before the stream begins.
    const reader = await live.follow(whoAsks(context), { query, environment, version, team });
    const close = (): void => reader.close();
    for (const signal of [request.signal, ending]) {
      signal?.addEventListener('abort', close);
      if (signal?.aborted) close();
    }
    return streamSSE(context, async (stream) => {
      stream.onAbort(close);
      try {
        await stream.write(': waiting for traces\n\n');
        for await (const message of reader.messages()) {
          if (message === null) await stream.write(': nothing new\n\n');
          else await stream.writeSSE(message);
        }
      } finally {
        ending?.removeEventListener('abort', close);
        close();
      }
    });
  },
} satisfies Record<OwnRouteName, Handler>;

/** As a server says; one token opens everything else. */
function whoAsks({ env }: { readonly env: unknown }): string {
  return typeof env === 'object' && env !== null && 'who' in env ? String(env.who) : 'the token';
}
