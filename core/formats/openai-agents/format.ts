import { protobufFromTraceJson } from '../../otlp/json-to-proto';
import type { Format } from '../format';
import { isRecord } from '../is-record';
import { OpenAiAgentsTraces } from './agents-traces';

/** Runs of OpenAI's Agents SDK: what `BackendSpanExporter(endpoint=...)` sends. */
export const OPENAI_AGENTS: Format = {
  name: 'openai-agents',
  title: 'an export of the OpenAI Agents SDK',
  matches(document) {
    const items = isRecord(document) && Array.isArray(document.data) ? document.data : [];
    const [first] = items;
    return isRecord(first) && (first.object === 'trace' || first.object === 'trace.span');
  },
  open({ hexOf }) {
    const traces = new OpenAiAgentsTraces(hexOf);
    return {
      fromJson: (document, records) => [
        { signal: 'traces', protobuf: protobufFromTraceJson(traces.otlpOf(document), records) },
      ],
      fromProtobuf: null,
      memory: traces,
    };
  },
  receiver: { path: '/v1/traces/ingest', status: 204, encodings: ['json'] },
};
