/** The routes of the HTTP API (rest.ts) as its OpenAPI document describes them, with the schemas that check what comes in. */
import { type ZodObject, z } from 'zod';
import type { HttpAnswers } from '../../core/api/http-resources';
import {
  DATASET,
  DATASET_ITEM,
  DATASET_ITEMS,
  EXPERIMENT,
  EXPERIMENT_LIST,
  NEW_DATASET_ITEM,
  RECORDED_ITEM,
} from './evaluation/queries';
import { ENDPOINT, ENDPOINT_KEY, PROMPT } from './playground/queries';
import { ALERT_LIST, ALERT_RULE } from './queries/alert-queries';
import { COMMENT, COMMENT_LIST, NEW_COMMENT, NEW_TAG, TAG, TAG_LIST } from './queries/comment-queries';
import { GUARDRAIL, GUARDRAIL_HITS } from './queries/guardrail-queries';
import { ANNOTATION_LIST, NEW_ANNOTATION, SCORE, SCORE_LIST, SCORE_VALUE } from './queries/mark-queries';
import {
  AGENTS,
  ANNOTATION,
  ATTRIBUTES,
  GROUPS,
  HISTOGRAM,
  LOG_LIST,
  METRIC_LIST,
  METRIC_POINTS,
  OPERATIONS,
  PAGE,
  QUERY,
  RED,
  SAVED_VIEW,
  SERVICE_EDGES,
  SESSION_LIST,
  SESSION_TURNS,
  TRACE_LIST,
  USAGE,
  VERSION,
} from './queries/queries';

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for what is a part of it. */
  readonly path: string;
  readonly summary: string;
  readonly query?: ZodObject;
  readonly body?: ZodObject;
  /** 200 unless said otherwise. */
  readonly status?: 201 | 202 | 204;
  readonly contentType?: 'text/event-stream';
  /** What it is refused for, besides what any is. */
  readonly refusals?: readonly (404 | 409)[];
}

const TRACE = '/v1/traces/{traceId}';
const SPAN = `${TRACE}/spans/{spanId}`;

type CrudRoutes<Name extends string> = Record<
  `list${Name}s` | `create${Name}` | `update${Name}` | `delete${Name}`,
  Route
>;

/** Of a collection that people change. */
function crudRoutes<Name extends string>(
  name: Name,
  path: string,
  what: string,
  schemas: { readonly list?: ZodObject; readonly create: ZodObject; readonly update: ZodObject },
): CrudRoutes<Name> {
  const one = `${path}/{id}`;
  const routes: Record<string, Route> = {
    [`list${name}s`]: {
      method: 'get',
      path,
      summary: `Lists ${what}, oldest first`,
      ...(schemas.list && { query: schemas.list }),
    },
    [`create${name}`]: { method: 'post', path, summary: `Adds to ${what}`, body: schemas.create, status: 201 },
    [`update${name}`]: {
      method: 'put',
      path: one,
      summary: `Changes one of ${what}; \`version\` is of what was changed, 409 when that is old`,
      body: schemas.update.extend(VERSION.shape),
      refusals: [404, 409],
    },
    [`delete${name}`]: { method: 'delete', path: one, summary: `Deletes one of ${what}`, status: 204, refusals: [404] },
  };
  return routes as CrudRoutes<Name>;
}

export const ROUTES: Readonly<Record<keyof HttpAnswers, Route>> = {
  getOpenApi: { method: 'get', path: '/v1/openapi.json', summary: 'This document' },
  getStatus: { method: 'get', path: '/v1/status', summary: 'What runs, what is stored, what was pruned' },
  listTraces: { method: 'get', path: '/v1/traces', summary: 'Traces that match a search', query: TRACE_LIST },
  getTrace: { method: 'get', path: TRACE, summary: 'A trace with every span, without payload', refusals: [404] },
  getAgentRun: {
    method: 'get',
    path: `${TRACE}/agent-run`,
    summary: 'What is remarkable about the agent run in a trace, and who called whom',
    refusals: [404],
  },
  getConversation: {
    method: 'get',
    path: `${TRACE}/conversation`,
    summary: 'What models were told and answered in a trace, and what their tools did',
    refusals: [404],
  },
  deleteTrace: {
    method: 'delete',
    path: TRACE,
    summary: 'Takes a trace out of the lists; its spans stay until it is pruned',
    status: 204,
    refusals: [404],
  },
  restoreTrace: {
    method: 'post',
    path: `${TRACE}/actions/restore`,
    summary: 'Brings a deleted trace back',
    refusals: [404],
  },
  getSpan: { method: 'get', path: SPAN, summary: 'Everything known of one span', refusals: [404] },
  listTraceAnnotations: {
    method: 'get',
    path: `${TRACE}/annotations`,
    summary: 'Bookmarks and notes on the spans of a trace',
    refusals: [404],
  },
  annotateSpan: {
    method: 'put',
    path: `${SPAN}/annotation`,
    summary: 'Sets bookmark and note of a span; neither takes the annotation away',
    body: ANNOTATION,
    status: 204,
    refusals: [404],
  },
  query: { method: 'post', path: '/v1/query', summary: 'TraceQL as it stands: a search, or a metric', body: QUERY },
  listGroups: { method: 'get', path: '/v1/groups', summary: 'Matching spans by a field', query: GROUPS },
  getHistogram: { method: 'get', path: '/v1/histogram', summary: 'What matches, over time', query: HISTOGRAM },
  getHeatmap: { method: 'get', path: '/v1/heatmap', summary: 'What matches, by time and duration', query: HISTOGRAM },
  followTraces: {
    method: 'get',
    path: '/v1/live',
    summary: 'Server-sent events: `trace` for each new trace that matches, `update` when more of its spans came',
    query: TRACE_LIST.pick({ query: true, environment: true, version: true, team: true }),
    contentType: 'text/event-stream',
  },
  ...crudRoutes('Annotation', '/v1/annotations', 'bookmarks and notes on spans, traces and sessions', {
    list: ANNOTATION_LIST,
    create: NEW_ANNOTATION,
    update: ANNOTATION,
  }),
  ...crudRoutes('Comment', '/v1/comments', 'what people say about traces, spans, sessions and saved views', {
    list: COMMENT_LIST,
    create: NEW_COMMENT,
    update: COMMENT,
  }),
  ...crudRoutes('Tag', '/v1/tags', 'words on traces, spans and sessions', {
    list: TAG_LIST,
    create: NEW_TAG,
    update: TAG,
  }),
  ...crudRoutes('Score', '/v1/scores', 'scores of spans, traces and sessions', {
    list: SCORE_LIST,
    create: SCORE,
    update: SCORE_VALUE,
  }),
  ...crudRoutes('Guardrail', '/v1/guardrails', 'rules that mark what agents said and did', {
    create: GUARDRAIL,
    update: GUARDRAIL,
  }),
  ...crudRoutes('AlertRule', '/v1/alert-rules', 'rules that watch a number over time', {
    create: ALERT_RULE,
    update: ALERT_RULE,
  }),
  tryAlertRule: {
    method: 'post',
    path: '/v1/alert-rules/actions/try',
    summary: 'What a rule would measure now',
    body: ALERT_RULE,
  },
  listAlerts: {
    method: 'get',
    path: '/v1/alerts',
    summary: 'When rules were beyond their threshold, newest first',
    query: ALERT_LIST,
  },
  ...crudRoutes('Endpoint', '/v1/endpoints', 'addresses where models answer', { create: ENDPOINT, update: ENDPOINT }),
  ...crudRoutes('Dataset', '/v1/datasets', 'prompts gathered to be asked again', { create: DATASET, update: DATASET }),
  ...crudRoutes('DatasetItem', '/v1/dataset-items', 'the items of a dataset', {
    list: DATASET_ITEMS,
    create: z.object({ ...NEW_DATASET_ITEM.partial({ prompt: true }).shape, ...RECORDED_ITEM.partial().shape }),
    update: DATASET_ITEM,
  }),
  listExperiments: {
    method: 'get',
    path: '/v1/experiments',
    summary: 'Experiments on a dataset, oldest first, and how they went on the whole',
    query: EXPERIMENT_LIST,
  },
  startExperiment: {
    method: 'post',
    path: '/v1/experiments',
    summary: 'Asks the prompts of a dataset, or takes the recorded answers, and evaluates what was answered',
    body: EXPERIMENT,
    status: 202,
    refusals: [404],
  },
  getExperiment: {
    method: 'get',
    path: '/v1/experiments/{id}',
    summary: 'An experiment with its results',
    refusals: [404],
  },
  cancelExperiment: {
    method: 'post',
    path: '/v1/experiments/{id}/actions/cancel',
    summary: 'Ends an experiment; what was found until now stays',
    refusals: [404],
  },
  deleteExperiment: {
    method: 'delete',
    path: '/v1/experiments/{id}',
    summary: 'Deletes an experiment with its results',
    status: 204,
    refusals: [404],
  },
  setEndpointKey: {
    method: 'put',
    path: '/v1/endpoints/{id}/key',
    summary: 'Gives an endpoint its key, or takes it away; it is never told again',
    body: ENDPOINT_KEY,
    refusals: [404],
  },
  runPrompt: {
    method: 'post',
    path: '/v1/prompts',
    summary: 'Tries a prompt on an endpoint; what goes wrong there is in the answer',
    body: PROMPT.partial({ runId: true }),
    refusals: [404, 409],
  },
  listGuardrailHits: {
    method: 'get',
    path: '/v1/guardrail-hits',
    summary: 'What guardrails marked, newest first',
    query: GUARDRAIL_HITS,
  },
  ...crudRoutes('SavedView', '/v1/saved-views', 'searches with a name', { create: SAVED_VIEW, update: SAVED_VIEW }),
  listServices: { method: 'get', path: '/v1/services', summary: 'Services with their counts', query: PAGE },
  listServiceEdges: {
    method: 'get',
    path: '/v1/services/edges',
    summary: 'Who called whom, the most frequent first',
    query: SERVICE_EDGES,
  },
  listOperations: { method: 'get', path: '/v1/operations', summary: 'Names and kinds of spans', query: OPERATIONS },
  getRedMetrics: {
    method: 'get',
    path: '/v1/metrics/red',
    summary: 'Rate, errors and durations over time',
    query: RED.omit({ stepSeconds: true }).extend({ step: RED.shape.stepSeconds }),
  },
  getUsageMetrics: {
    method: 'get',
    path: '/v1/metrics/usage',
    summary: 'Calls of models with their tokens and costs, over time',
    query: USAGE.omit({ stepSeconds: true }).extend({ step: USAGE.shape.stepSeconds }),
  },
  listAttributes: {
    method: 'get',
    path: '/v1/attributes',
    summary: 'Keys of spans and resources, the most frequent first',
    query: ATTRIBUTES,
  },
  listAttributeValues: {
    method: 'get',
    path: '/v1/attributes/{key}/values',
    summary: 'The most frequent values of a key such as `span.http.route`',
    query: ATTRIBUTES,
  },
  listLogs: { method: 'get', path: '/v1/logs', summary: 'Log records, newest first', query: LOG_LIST },
  listMetrics: { method: 'get', path: '/v1/metrics', summary: 'Metrics by name', query: METRIC_LIST },
  listMetricPoints: {
    method: 'get',
    path: '/v1/metrics/{metricId}/points',
    summary: 'Points of all series of a metric, newest first',
    query: METRIC_POINTS,
    refusals: [404],
  },
  listSessions: {
    method: 'get',
    path: '/v1/sessions',
    summary: 'Sessions: traces that name the same one, by their newest trace',
    query: SESSION_LIST,
  },
  getSession: {
    method: 'get',
    path: '/v1/sessions/{sessionId}',
    summary: 'A session with its traces, oldest first',
    query: SESSION_TURNS,
    refusals: [404],
  },
  listAgents: {
    method: 'get',
    path: '/v1/agents',
    summary: 'Agents with their runs, calls of models, tokens and costs',
    query: AGENTS,
  },
  listDeployments: {
    method: 'get',
    path: '/v1/deployments',
    summary: 'Environments, versions and teams that resources name, the latest first seen first',
  },
  restoreQuarantine: {
    method: 'post',
    path: '/v1/retention/actions/restore-quarantine',
    summary: 'Restores what was pruned for its age and is in quarantine; a rebuild follows',
    status: 202,
    refusals: [409],
  },
  deleteQuarantine: {
    method: 'post',
    path: '/v1/retention/actions/delete-quarantine',
    summary: 'Drops what is in quarantine for good',
    status: 204,
    refusals: [409],
  },
  trustClock: {
    method: 'post',
    path: '/v1/retention/actions/trust-clock',
    summary: 'Says that the clock of the system is right, where the status has it in doubt',
    status: 204,
  },
  rebuild: {
    method: 'post',
    path: '/v1/rebuild',
    summary: 'Makes the read models anew from what is stored, while Spoor runs',
    status: 202,
    refusals: [409],
  },
  getRebuild: { method: 'get', path: '/v1/rebuild', summary: 'How far that is' },
};
