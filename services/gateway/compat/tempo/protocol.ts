/** Grafana Tempo's HTTP API (grafana.com/docs/tempo/latest/api_docs): what Grafana's data source and `tempo-cli` ask. */
import { type CompatProtocol, json, plain } from '../protocol';
import { queryInstant, queryRange } from './metrics';
import { search } from './search';
import { tagValues, tagValuesTyped } from './tag-values';
import { tagNames, tags } from './tags';
import { traceV1, traceV2 } from './traces';

export const TEMPO_PROTOCOL: CompatProtocol = {
  prefix: '/tempo',
  routes: [
    { method: 'get', path: '/api/echo', answer: async () => plain('echo') },
    { method: 'get', path: '/ready', answer: async () => plain('ready\n') },
    {
      method: 'get',
      path: '/api/status/buildinfo',
      answer: async ({ version }) =>
        json({ version: `${version}-spoor`, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
    },
    { method: 'get', path: '/api/search', answer: search },
    { method: 'get', path: '/api/search/tags', answer: tagNames },
    { method: 'get', path: '/api/v2/search/tags', answer: tags },
    { method: 'get', path: '/api/search/tag/:tag{.+}/values', answer: tagValues },
    { method: 'get', path: '/api/v2/search/tag/:tag{.+}/values', answer: tagValuesTyped },
    { method: 'get', path: '/api/traces/:traceId', answer: traceV1 },
    { method: 'get', path: '/api/v2/traces/:traceId', answer: traceV2 },
    { method: 'get', path: '/api/metrics/query_range', answer: queryRange },
    { method: 'get', path: '/api/metrics/query', answer: queryInstant },
  ],
  refusal: (status, message) => plain(asTempo(message), status),
};

/** What is wrong with a query, in the words that Grafana shows under it. */
function asTempo(message: string): string {
  const [, column, reason] = /^Column (\d+): (.*)$/s.exec(message) ?? [];
  return column === undefined ? message : `invalid TraceQL query: parse error at line 1, col ${column}: ${reason}`;
}
