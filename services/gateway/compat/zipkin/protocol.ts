/** Zipkin's HTTP API for its pages (zipkin-server, ZipkinQueryApiV2; zipkin-lens, src/constants/api.ts). Receivers take its spans elsewhere. */
import { type CompatProtocol, json, plain } from '../protocol';
import { autocompleteKeys, autocompleteValues, dependencies, remoteServices, services, spanNames } from './names';
import { findTraces, getTrace, getTraces } from './traces';

/** Of zipkin-lens: what it does where nobody configures anything. */
const CONFIG = {
  environment: '',
  queryLimit: 10,
  defaultLookback: 900_000,
  searchEnabled: true,
  logsUrl: null,
  supportUrl: null,
  archivePostUrl: null,
  archiveUrl: null,
  dependency: { enabled: true, lowErrorRate: 0.5, highErrorRate: 0.75 },
};

export const ZIPKIN_PROTOCOL: CompatProtocol = {
  prefix: '/zipkin',
  routes: [
    { method: 'get', path: '/config.json', answer: async () => json(CONFIG) },
    { method: 'get', path: '/health', answer: async () => json({ status: 'UP' }) },
    { method: 'get', path: '/api/v2/services', answer: services },
    { method: 'get', path: '/api/v2/spans', answer: spanNames },
    { method: 'get', path: '/api/v2/remoteServices', answer: remoteServices },
    { method: 'get', path: '/api/v2/traces', answer: findTraces },
    { method: 'get', path: '/api/v2/trace/:traceId', answer: getTrace },
    { method: 'get', path: '/api/v2/traceMany', answer: getTraces },
    { method: 'get', path: '/api/v2/dependencies', answer: dependencies },
    { method: 'get', path: '/api/v2/autocompleteKeys', answer: autocompleteKeys },
    { method: 'get', path: '/api/v2/autocompleteValues', answer: autocompleteValues },
  ],
  refusal: (status, message) => plain(message, status),
};
