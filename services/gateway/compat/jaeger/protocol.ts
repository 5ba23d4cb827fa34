/** Jaeger's HTTP API for its pages: the third version, and what is still asked of the first (jaeger-ui, packages/jaeger-ui/src/api). */
import { type CompatProtocol, json } from '../protocol';
import { callRates, errorRates, latencies } from './metrics';
import { dependencies, operationNames, operations, serviceNames, structured } from './names';
import { findTraces, getTrace } from './traces';
import { transform } from './transform';
import { findTracesV3, getTraceV3, operationsV3, servicesV3, summaries } from './v3';

const NO_ARCHIVE = 'Spoor has no archive: it keeps traces until they are pruned.';

export const JAEGER_PROTOCOL: CompatProtocol = {
  prefix: '/jaeger',
  routes: [
    { method: 'get', path: '/api/v3/services', answer: servicesV3 },
    { method: 'get', path: '/api/v3/operations', answer: operationsV3 },
    { method: 'get', path: '/api/v3/trace-summaries', answer: summaries },
    { method: 'get', path: '/api/v3/traces', answer: findTracesV3 },
    { method: 'get', path: '/api/v3/traces/:traceId', answer: getTraceV3 },
    { method: 'get', path: '/api/services', answer: serviceNames },
    { method: 'get', path: '/api/services/:service/operations', answer: operationNames },
    { method: 'get', path: '/api/operations', answer: operations },
    { method: 'get', path: '/api/traces', answer: findTraces },
    { method: 'get', path: '/api/traces/:traceId', answer: getTrace },
    { method: 'get', path: '/api/dependencies', answer: dependencies },
    { method: 'get', path: '/api/metrics/latencies', answer: latencies },
    { method: 'get', path: '/api/metrics/calls', answer: callRates },
    { method: 'get', path: '/api/metrics/errors', answer: errorRates },
    { method: 'post', path: '/api/transform', answer: transform },
    {
      method: 'post',
      path: '/api/archive/:traceId',
      answer: async () => json(structured(null, [{ code: 501, msg: NO_ARCHIVE }]), 501),
    },
  ],
  refusal: (status, message, path) =>
    path.startsWith('/api/v3/')
      ? json({ error: { httpCode: status, message } }, status)
      : json(structured(null, [{ code: status, msg: message }]), status),
};
