/**
 * What the OpenAI Agents SDK exports of its runs (openai-agents-python, `agents/tracing`), as OTLP/JSON with the attributes of
 * OpenTelemetry's GenAI conventions. Its exporter posts `{"data": [...]}` of traces and spans to whatever address it is given.
 */
import { jsonObject } from '../../model/json-object';
import { nsFromText } from '../../model/time';
import { DecodeBudget } from '../../otlp/decode-budget';
import type { ReaderMemory } from '../format';

type Json = ReturnType<typeof jsonObject>;

/** Traces whose name and group are remembered: they come once, their spans in later requests as well. */
const MAX_TRACES = 2_000;
/** Of the id, the name and the group of a trace together: longer ones hold for the request that they come in. */
const MAX_REMEMBERED_CHARS = 1_000;
/** What a span of theirs takes while it is written as OTLP/JSON, in bytes. */
const SPAN_COST = 2048;

type TraceFacts = Readonly<Record<'workflow' | 'group', string | null>>;

const UNKNOWN: TraceFacts = { workflow: null, group: null };

class OpenAiAgentsError extends Error {}

export class OpenAiAgentsTraces implements ReaderMemory {
  private readonly traces = new Map<string, TraceFacts>();
  private last: readonly string[] = [];

  /** @param hexOf so many bytes of a digest of a text, as hex */
  constructor(private readonly hexOf: (text: string, bytes: number) => string) {}

  /** An OTLP/JSON trace request. @throws OpenAiAgentsError, SpoorError PAYLOAD_TOO_LARGE */
  otlpOf(body: unknown): object {
    const { data } = jsonObject(body);
    if (!Array.isArray(data)) throw new OpenAiAgentsError('there is no list "data"');
    new DecodeBudget().charge(data.length * SPAN_COST);
    const items = data.map(jsonObject);
    const here = new Map(items.flatMap((item) => (item.object === 'trace' ? [factsOf(item)] : [])));
    this.learn(here);
    this.last = [...here.keys()].filter((id) => this.traces.has(id));
    const spans = items.flatMap((item) => (item.object === 'trace.span' ? [this.spanOf(item, here)] : []));
    const resource = { attributes: keyValues({ 'service.name': 'openai-agents' }) };
    return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'openai-agents' }, spans }] }] };
  }

  known(): ReadonlyMap<string, TraceFacts> {
    return this.traces;
  }

  learned(): ReadonlyMap<string, TraceFacts> {
    return new Map(this.last.map((id) => [id, this.traces.get(id) ?? UNKNOWN]));
  }

  learn(known: ReturnType<ReaderMemory['known']>): void {
    for (const [id, { workflow = null, group = null }] of known) {
      if (id.length + (workflow?.length ?? 0) + (group?.length ?? 0) > MAX_REMEMBERED_CHARS) continue;
      this.traces.set(id, { workflow, group });
      for (const [oldest] of this.traces) {
        if (this.traces.size <= MAX_TRACES) break;
        this.traces.delete(oldest);
      }
    }
  }

  private spanOf(
    { id, trace_id, parent_id, started_at, ended_at, span_data, error }: Json,
    here: ReadonlyMap<string, TraceFacts>,
  ): object {
    if (typeof id !== 'string' || typeof trace_id !== 'string') throw new OpenAiAgentsError('a span has no id');
    const startNs = typeof started_at === 'string' ? nsFromText(started_at) : null;
    if (startNs === null) throw new OpenAiAgentsError(`span ${id} has no start`);
    const endNs = (typeof ended_at === 'string' ? nsFromText(ended_at) : null) ?? 0n;
    const { workflow, group } = here.get(trace_id) ?? this.traces.get(trace_id) ?? UNKNOWN;
    const { name, attributes } = told(jsonObject(span_data));
    const failure = error ? (textOr(jsonObject(error).message) ?? 'failed') : null;
    return {
      traceId: /^trace_([0-9a-f]{32})$/.exec(trace_id)?.[1] ?? this.hexOf(trace_id, 16),
      spanId: this.hexOf(`${trace_id} ${id}`, 8),
      parentSpanId: typeof parent_id === 'string' ? this.hexOf(`${trace_id} ${parent_id}`, 8) : '',
      name,
      kind: 1,
      startTimeUnixNano: String(startNs),
      endTimeUnixNano: String(endNs),
      attributes: keyValues({
        ...attributes,
        'gen_ai.conversation.id': group,
        'gen_ai.workflow.name': workflow,
        'openai_agents.span_id': id,
      }),
      status: failure === null ? {} : { code: 2, message: failure },
    };
  }
}

function factsOf({ id, workflow_name, group_id }: Json): readonly [string, TraceFacts] {
  if (typeof id !== 'string') throw new OpenAiAgentsError('a trace has no id');
  return [id, { workflow: textOr(workflow_name), group: textOr(group_id) }];
}

interface Told {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

function told(data: Json): Told {
  const type = textOr(data.type) ?? 'span';
  const name = textOr(data.name) ?? type;
  switch (type) {
    case 'agent':
      return {
        name: `invoke_agent ${name}`,
        attributes: {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': name,
          'openai_agents.handoffs': data.handoffs,
          'openai_agents.tools': data.tools,
        },
      };
    case 'function':
      return tool(name, { 'gen_ai.tool.call.arguments': data.input, 'gen_ai.tool.call.result': data.output });
    case 'handoff':
      // The name by which the SDK offers it to the model.
      return tool(`transfer_to_${textOr(data.to_agent) ?? 'agent'}`, { 'openai_agents.from_agent': data.from_agent });
    case 'generation':
    case 'transcription':
    case 'speech':
      return modelCall(type, data);
    case 'response':
      return modelCall('response', { ...data, ...jsonObject(data.response) });
    case 'guardrail':
      return {
        name: `guardrail ${name}`,
        attributes: { 'openinference.span.kind': 'GUARDRAIL', 'openai_agents.triggered': data.triggered === true },
      };
    case 'mcp_tools':
      return {
        name: `tools/list ${textOr(data.server) ?? ''}`.trim(),
        attributes: { 'mcp.method.name': 'tools/list', 'openai_agents.tools': data.result },
      };
    default:
      return custom(name, type, data.data);
  }
}

/** The SDK's own task (the whole run) and turns come as spans of custom data. */
function custom(name: string, type: string, data: unknown): Told {
  const { sdk_span_type: kind, name: workflow, turn } = jsonObject(data);
  const attributes = { 'openai_agents.type': type, 'openai_agents.data': data };
  if (kind === 'turn') return { name: typeof turn === 'number' ? `turn ${turn}` : name, attributes };
  if (kind !== 'task') return { name, attributes };
  return { name: textOr(workflow) ?? name, attributes: { 'gen_ai.operation.name': 'invoke_workflow', ...attributes } };
}

function tool(name: string, attributes: Told['attributes']): Told {
  return {
    name: `execute_tool ${name}`,
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, ...attributes },
  };
}

function modelCall(type: string, data: Json): Told {
  const model = textOr(data.model);
  const usage = jsonObject(data.usage);
  const config = jsonObject(data.model_config);
  const input = jsonObject(usage.input_tokens_details ?? usage.prompt_tokens_details);
  const output = jsonObject(usage.output_tokens_details ?? usage.completion_tokens_details);
  return {
    name: `${type === 'generation' || type === 'response' ? 'chat' : type} ${model ?? ''}`.trim(),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.response.id': data.response_id ?? data.id,
      'gen_ai.system_instructions': data.instructions,
      'gen_ai.tool.definitions': data.tools,
      'gen_ai.input.messages': data.input,
      'gen_ai.output.messages': data.output,
      'gen_ai.request.temperature': config.temperature ?? data.temperature,
      'gen_ai.request.top_p': config.top_p ?? data.top_p,
      'gen_ai.request.max_tokens': config.max_tokens ?? data.max_output_tokens,
      'gen_ai.usage.input_tokens': usage.input_tokens ?? usage.prompt_tokens,
      'gen_ai.usage.output_tokens': usage.output_tokens ?? usage.completion_tokens,
      'gen_ai.usage.cache_read.input_tokens': input.cached_tokens,
      'gen_ai.usage.cache_write.input_tokens': input.cache_write_tokens,
      'gen_ai.usage.reasoning.output_tokens': output.reasoning_tokens,
    },
  };
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What is not said is left out; structures are JSON. */
function keyValues(values: Readonly<Record<string, unknown>>): object[] {
  return Object.entries(values).flatMap(([key, value]): object[] => {
    if (value === undefined || value === null) return [];
    if (typeof value === 'boolean') return [{ key, value: { boolValue: value } }];
    if (typeof value === 'number') {
      return [{ key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }];
    }
    return [{ key, value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) } }];
  });
}
