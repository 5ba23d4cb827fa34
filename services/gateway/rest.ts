/** The HTTP API under /v1 (interfaces.md): the contract as resources, with a bearer token. */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Hono, type MiddlewareHandler } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { AlertRuleEdit } from '../../core/api/alert';
import type { NewAnnotation } from '../../core/api/annotation';
import type { CommentEdit, NewComment } from '../../core/api/comment';
import type { SpoorApi } from '../../core/api/contract';
import type { DatasetEdit, DatasetItem, DatasetItemEdit, DatasetItemQuery } from '../../core/api/evaluation';
import type { GuardrailEdit } from '../../core/api/guardrail';
import type { EndpointEdit, PromptRequest } from '../../core/api/playground';
import type { SavedView } from '../../core/api/saved-view';
import type { ScoreEdit } from '../../core/api/score';
import type { GroupQuery, QueryRequest } from '../../core/api/search';
import type { NewTag, TagEdit } from '../../core/api/tag';
import { ERROR_STATUS, errorValueOf, SpoorError } from '../../core/model/errors';
import { RETRY_AFTER_S } from '../../core/otlp/export-response';
import type { LoadedColumns } from '../../core/timeline/load-trace';
import type { Log } from '../log';
import { limitBody } from '../net/limit-body';
import { checkedAddress } from '../net/storable-text';
import { NEW_DATASET_ITEM, RECORDED_ITEM } from './evaluation/queries';
import { LiveTraces } from './live-traces';
import { parse, sessionTurnsQuery } from './queries/queries';
import {
  logResource,
  metricResource,
  onePage,
  pointResource,
  sessionPage,
  spanResource,
  statusResource,
  traceResource,
} from './resources';
import { wholePage, wholeResult } from './whole-page';

export interface RestSource extends SpoorApi {
  wholeTrace(traceId: string): Promise<LoadedColumns>;
}

/** The largest is an item of a dataset, with its prompt. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** One token opens everything. */
export function bearerToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    const [scheme, given] = (context.req.header('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !given || !tokensEqual(given, token)) {
      throw new SpoorError('UNAUTHORIZED', 'Send Authorization: Bearer TOKEN; the token is printed at start.');
    }
    await next();
  };
}

/**
 * @param authorize throws for who may not ask
 * @param openApiFile describes all of this
 * @param ending aborts when the server ends, and streams with it
 */
export function restApi(
  api: RestSource,
  authorize: MiddlewareHandler,
  openApiFile: string,
  log: Log,
  ending?: AbortSignal,
  inTurn: (answer: () => Promise<void>) => Promise<void> = (answer) => answer(),
): Hono {
  const app = new Hono();
  const live = new LiveTraces(api);

  app.use('/v1/*', authorize);
  app.use('/v1/*', limitBody(MAX_BODY_BYTES, tooLarge));
  app.use('/v1/*', checkedAddress);
  app.use('/v1/*', async (context, next) => {
    // Whoever sends slowly keeps nobody waiting.
    if (context.req.method !== 'GET') await context.req.arrayBuffer();
    await inTurn(next);
  });
  app.use('/v1/*', async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });

  app.get('/v1/openapi.json', async (context) => {
    return context.body(await readFile(openApiFile, 'utf8'), 200, { 'content-type': 'application/json' });
  });
  app.get('/v1/status', async (context) => context.json(statusResource(await api.status())));
  app.get('/v1/traces', async (context) => {
    return context.json(await wholePage(api, context.req.query(), context.req.raw.signal));
  });
  app.post('/v1/query', async (context) => {
    const request = await jsonBody<QueryRequest>(context.req);
    return context.json(await wholeResult(api, request, context.req.raw.signal));
  });
  app.get('/v1/groups', async (context) => {
    const query = context.req.query() as unknown as GroupQuery; // the gateway checks it
    const { groups, complete } = await api.groups(query, context.req.raw.signal);
    return context.json({ ...onePage(groups), complete });
  });
  app.get('/v1/live', async (context) => {
    const { query, environment, version, team } = context.req.query();
    // What is wrong with the query is an answer of its own, before the stream begins.
    const reader = await live.follow(whoAsks(context), { query, environment, version, team });
    const close = (): void => reader.close();
    for (const signal of [context.req.raw.signal, ending]) {
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
  });
  app.get('/v1/heatmap', async (context) =>
    context.json(await api.heatmap(context.req.query(), context.req.raw.signal)),
  );
  app.get('/v1/histogram', async (context) =>
    context.json(await api.histogram(context.req.query(), context.req.raw.signal)),
  );
  app.get('/v1/traces/:traceId', async (context) => {
    return context.json(traceResource(await api.wholeTrace(context.req.param('traceId'))));
  });
  app.get('/v1/traces/:traceId/spans/:spanId', async (context) => {
    const { traceId, spanId } = context.req.param();
    return context.json(spanResource(await api.getSpan(traceId, spanId)));
  });
  app.get('/v1/traces/:traceId/agent-run', async (context) => {
    return context.json(await api.traceAgentRun(context.req.param('traceId')));
  });
  app.get('/v1/traces/:traceId/conversation', async (context) => {
    return context.json(await api.traceConversation(context.req.param('traceId')));
  });
  app.delete('/v1/traces/:traceId', async (context) => {
    await api.deleteTrace(context.req.param('traceId'));
    return context.body(null, 204);
  });
  app.post('/v1/traces/:traceId/actions/restore', async (context) => {
    const traceId = context.req.param('traceId');
    await api.restoreTrace(traceId);
    return context.json(await api.traceSummary(traceId));
  });
  app.get('/v1/traces/:traceId/annotations', async (context) => {
    return context.json(onePage(await api.traceAnnotations(context.req.param('traceId'))));
  });
  app.put('/v1/traces/:traceId/spans/:spanId/annotation', async (context) => {
    const { traceId, spanId } = context.req.param();
    await api.annotateSpan(traceId, spanId, await jsonBody(context.req));
    return context.body(null, 204);
  });
  crud(app, '/v1/annotations', {
    list: (query) => api.listAnnotations(query),
    create: (body) => api.createAnnotation(body as NewAnnotation),
    update: (id, version, body) => api.updateAnnotation(id, version, body as NewAnnotation),
    remove: (id) => api.deleteAnnotation(id),
  });
  crud(app, '/v1/comments', {
    list: (query) => api.listComments(query),
    create: (body) => api.createComment(body as NewComment),
    update: (id, version, body) => api.updateComment(id, version, body as CommentEdit),
    remove: (id) => api.deleteComment(id),
  });
  crud(app, '/v1/tags', {
    list: (query) => api.listTags(query),
    create: (body) => api.createTag(body as NewTag),
    update: (id, version, body) => api.updateTag(id, version, body as TagEdit),
    remove: (id) => api.deleteTag(id),
  });
  crud(app, '/v1/scores', {
    list: (query) => api.listScores(query),
    create: (body) => api.createScore(body as ScoreEdit),
    update: (id, version, body) => api.updateScore(id, version, body as ScoreEdit),
    remove: (id) => api.deleteScore(id),
  });
  crud(app, '/v1/guardrails', {
    list: async () => onePage(await api.listGuardrails()),
    create: (body) => api.createGuardrail(body as GuardrailEdit),
    update: (id, version, body) => api.updateGuardrail(id, version, body as GuardrailEdit),
    remove: (id) => api.deleteGuardrail(id),
  });
  crud(app, '/v1/alert-rules', {
    list: async () => onePage(await api.listAlertRules()),
    create: (body) => api.createAlertRule(body as AlertRuleEdit),
    update: (id, version, body) => api.updateAlertRule(id, version, body as AlertRuleEdit),
    remove: (id) => api.deleteAlertRule(id),
  });
  app.post('/v1/alert-rules/actions/try', async (context) => {
    return context.json(await api.tryAlertRule((await jsonBody(context.req)) as AlertRuleEdit));
  });
  app.get('/v1/alerts', async (context) => context.json(await api.listAlerts(context.req.query())));
  crud(app, '/v1/endpoints', {
    list: async () => onePage(await api.listEndpoints()),
    create: (body) => api.createEndpoint(body as EndpointEdit),
    update: (id, version, body) => api.updateEndpoint(id, version, body as EndpointEdit),
    remove: (id) => api.deleteEndpoint(id),
  });
  crud(app, '/v1/datasets', {
    list: async () => onePage(await api.listDatasets()),
    create: (body) => api.createDataset(body as DatasetEdit),
    update: (id, version, body) => api.updateDataset(id, version, body as DatasetEdit),
    remove: (id) => api.deleteDataset(id),
  });
  crud(app, '/v1/dataset-items', {
    list: (query) => api.listDatasetItems(query as unknown as DatasetItemQuery),
    create: (body) => newItem(api, body),
    update: (id, version, body) => api.updateDatasetItem(id, version, body as DatasetItemEdit),
    remove: (id) => api.deleteDatasetItem(id),
  });
  app.get('/v1/experiments', async (context) => {
    return context.json(onePage(await api.listExperiments(context.req.query('datasetId') ?? '')));
  });
  app.post('/v1/experiments', async (context) => {
    return context.json(await api.startExperiment(await jsonBody(context.req)), 202);
  });
  app.get('/v1/experiments/:id', async (context) => context.json(await api.getExperiment(context.req.param('id'))));
  app.post('/v1/experiments/:id/actions/cancel', async (context) => {
    return context.json(await api.cancelExperiment(context.req.param('id')));
  });
  app.delete('/v1/experiments/:id', async (context) => {
    await api.deleteExperiment(context.req.param('id'));
    return context.body(null, 204);
  });
  app.put('/v1/endpoints/:id/key', async (context) => {
    const body = await jsonBody<{ key: string | null }>(context.req);
    return context.json(await api.setEndpointKey(context.req.param('id'), body.key));
  });
  app.post('/v1/prompts', async (context) => {
    const prompt = { ...(await jsonBody<PromptRequest>(context.req)), runId: randomUUID() };
    context.req.raw.signal.addEventListener('abort', () => void api.cancelPrompt(prompt.runId));
    return context.json(await api.runPrompt(prompt));
  });
  app.get('/v1/guardrail-hits', async (context) => context.json(await api.listGuardrailHits(context.req.query())));
  crud(app, '/v1/saved-views', {
    list: async () => onePage(await api.listSavedViews()),
    create: (body) => api.createSavedView(body as SavedView),
    update: (id, version, body) => api.updateSavedView(id, version, body as SavedView),
    remove: (id) => api.deleteSavedView(id),
  });
  app.get('/v1/services', async (context) => {
    return context.json(await api.listServices(context.req.query()));
  });
  app.get('/v1/services/edges', async (context) => {
    return context.json(await api.listServiceEdges(context.req.query()));
  });
  app.get('/v1/metrics/red', async (context) => {
    const { step, ...query } = context.req.query();
    return context.json(await api.redMetrics({ ...query, ...(step && { stepSeconds: step as unknown as number }) }));
  });
  app.get('/v1/metrics/usage', async (context) => {
    const { step, ...query } = context.req.query();
    return context.json(await api.usageMetrics({ ...query, ...(step && { stepSeconds: step as unknown as number }) }));
  });
  app.get('/v1/sessions', async (context) => {
    return context.json(await api.listSessions(context.req.query()));
  });
  app.get('/v1/sessions/:sessionId', async (context) => {
    const sessionId = context.req.param('sessionId');
    const { from, to } = sessionTurnsQuery(context.req.query());
    const [session, data] = await Promise.all([api.getSession(sessionId), api.sessionTraces(sessionId, from, to)]);
    return context.json({ ...session, traces: sessionPage(data, session.traceCount, from) });
  });
  app.get('/v1/agents', async (context) => {
    return context.json(await api.listAgents(context.req.query()));
  });
  app.get('/v1/deployments', async (context) => context.json(onePage(await api.listDeployments())));
  app.post('/v1/retention/actions/restore-quarantine', async (context) =>
    context.json(await api.restoreQuarantine(), 202),
  );
  app.post('/v1/retention/actions/delete-quarantine', async (context) => {
    await api.deleteQuarantine();
    return context.body(null, 204);
  });
  app.post('/v1/retention/actions/trust-clock', async (context) => {
    await api.trustClock();
    return context.body(null, 204);
  });
  app.post('/v1/rebuild', async (context) => context.json(await api.rebuild(), 202));
  app.get('/v1/rebuild', async (context) => context.json(await api.rebuildReport()));
  app.get('/v1/operations', async (context) => {
    return context.json(await api.listOperations(context.req.query()));
  });
  app.get('/v1/attributes', async (context) => {
    return context.json(await api.listAttributes(context.req.query()));
  });
  app.get('/v1/attributes/:key/values', async (context) => {
    return context.json(await api.listAttributeValues(context.req.param('key'), context.req.query()));
  });
  app.get('/v1/logs', async (context) => {
    const { data, pagination } = await api.listLogs(context.req.query());
    return context.json({ data: data.map(logResource), pagination });
  });
  app.get('/v1/metrics', async (context) => {
    const { data, pagination } = await api.listMetrics(context.req.query());
    return context.json({ data: data.map(metricResource), pagination });
  });
  app.get('/v1/metrics/:metricId/points', async (context) => {
    const metricId = context.req.param('metricId') as unknown as number; // the gateway checks it
    const { data, pagination } = await api.listMetricPoints(metricId, context.req.query());
    return context.json({ data: data.map(pointResource), pagination });
  });

  app.all('/v1/*', (context) => {
    throw new SpoorError('NOT_FOUND', `There is nothing at ${context.req.method} ${context.req.path}.`);
  });

  app.onError((error, context) => {
    // Nobody hears it: what was under way was given up for that.
    if (context.req.raw.signal.aborted) return context.body(null);
    const { code, message, details } = errorValueOf(error);
    const requestId = randomUUID();
    if (code === 'INTERNAL_ERROR') log('error', 'request failed', { requestId, path: context.req.path, message });
    if (code === 'UNAUTHORIZED') context.header('www-authenticate', 'Bearer');
    if (code === 'SERVICE_UNAVAILABLE') context.header('retry-after', String(RETRY_AFTER_S));
    return context.json({ error: { code, message, details, requestId } }, ERROR_STATUS[code]);
  });
  return app;
}

/** Of a recorded call, or written by hand. */
function newItem(api: SpoorApi, given: object): Promise<DatasetItem> {
  if ('spanId' in given) {
    const { datasetId, traceId, spanId, expected } = parse(RECORDED_ITEM, given);
    return api.recordDatasetItem(datasetId, traceId, spanId, expected);
  }
  const { datasetId, ...edit } = parse(NEW_DATASET_ITEM, given);
  return api.writeDatasetItem(datasetId, edit as DatasetItemEdit);
}

interface Collection {
  list(query: Record<string, string>): Promise<object>;
  create(body: object): Promise<object>;
  update(id: string, version: number, body: object): Promise<object>;
  remove(id: string): Promise<void>;
}

/** What people change: listed, made, changed with the version that they saw, deleted. The gateway checks what comes in. */
function crud(app: Hono, path: string, collection: Collection): void {
  app.get(path, async (context) => context.json(await collection.list(context.req.query())));
  app.post(path, async (context) => context.json(await collection.create(await jsonBody(context.req)), 201));
  app.put(`${path}/:id`, async (context) => {
    const body = await jsonBody<{ version: number }>(context.req);
    return context.json(await collection.update(context.req.param('id'), body.version, body));
  });
  app.delete(`${path}/:id`, async (context) => {
    await collection.remove(context.req.param('id'));
    return context.body(null, 204);
  });
}

/** @throws SpoorError VALIDATION_ERROR for what is no object of JSON; what it holds is checked by the gateway. */
async function jsonBody<T extends object>(request: { json(): Promise<unknown> }): Promise<T> {
  let body: unknown;
  try {
    body = await request.json();
  } catch (error) {
    // There is no room for it, which is no fault of its own.
    if (error instanceof SpoorError) throw error;
    throw new SpoorError('VALIDATION_ERROR', 'The body is not JSON.');
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as T;
  throw new SpoorError('VALIDATION_ERROR', 'The body is not a JSON object.');
}

function tooLarge(): never {
  throw new SpoorError('PAYLOAD_TOO_LARGE', `The body is larger than ${MAX_BODY_BYTES / (1024 * 1024)} MiB.`);
}

/** As a server says; one token opens everything else. */
function whoAsks({ env }: { readonly env: unknown }): string {
  return typeof env === 'object' && env !== null && 'who' in env ? String(env.who) : 'the token';
}

export function tokensEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
