/** The attributes that say what `readSpanFacts` reads, and which of them is believed. */
import { CALL_COUNTS } from '../model/batch-calls';
import { ANSWER_KEYS } from './answered-model';
import { isObject, textOf } from './json-objects';
import { ADK_REQUEST } from './readers/google-adk';
import { CONTEXT_KEYS } from './readers/livekit';
import { providerOf, providerOfInference, providerOfSdk } from './readers/providers';
import { parsed } from './span-source';
import { COST_KEYS, COST_OBJECT_KEYS, COUNT_KEYS, USAGE_DETAIL_KEYS } from './usage-keys';
import { AGENT_SESSION_KEYS, AGENT_USER_KEYS, PROXY_USER_KEYS, SESSION_KEYS, USER_KEYS, unlessAdmin } from './who-keys';

/** What a call counts, what shows how it counts, and texts. */
export const SLOTS = [
  ...CALL_COUNTS,
  'total',
  'fresh',
  'cacheWriteShort',
  'inputImage',
  'inputCost',
  'outputCost',
  'provider',
  'requestModel',
  'responseModel',
  'serviceTier',
  'agentName',
  'sessionId',
  'userId',
  'agentSessionId',
  'agentUserId',
  'responseId',
] as const;

export type Slot = (typeof SLOTS)[number];

interface Fact {
  /** Index in `SLOTS`. */
  readonly slot: number;
  /** The lowest is believed; the order of dialects in read-agent-span.ts. */
  readonly rank: number;
  /** Null: it says nothing. */
  readonly map?: (text: string) => string | null;
}

type Entry = string | readonly [string, (text: string) => string | null];

/** Of each value the keys that say it, the first believed before the next. */
export const KEYS: Readonly<Record<Slot, readonly Entry[]>> = {
  ...COUNT_KEYS,
  ...COST_KEYS,
  provider: [
    ['llm.provider', providerOfInference],
    ['llm.system', providerOfInference],
    ['langsmith.metadata.ls_provider', providerOf],
    ['ai.model.provider', providerOfSdk],
    ['gen_ai.provider.name', providerOf],
    ['gen_ai.system', providerOf],
    ['llm.vendor', providerOf],
    ['mlflow.llm.provider', (text) => providerOf(plainText(text) ?? '')],
  ],
  requestModel: [
    'langfuse.observation.model.name',
    'llm.request.model_name',
    'llm.model_name',
    'embedding.model_name',
    'langsmith.metadata.ls_model_name',
    'ai.model.id',
    'gen_ai.request.model',
    'llm.request.model',
    // A call that failed before anything answered.
    ['llm.invocation_parameters', modelAmong],
    ['langfuse.observation.model.parameters', modelAmong],
  ],
  responseModel: [
    'llm.response.model_name',
    'ai.response.model',
    'gen_ai.response.model',
    'llm.response.model',
    ['mlflow.llm.model', plainText],
  ],
  serviceTier: [
    'openai.response.service_tier',
    'openai.request.service_tier',
    'gen_ai.openai.response.service_tier',
    'gen_ai.openai.request.service_tier',
    'anthropic.response.service_tier',
    'gen_ai.anthropic.response.service_tier',
    'gen_ai.response.service_tier',
    'gen_ai.request.service_tier',
  ],
  agentName: ['langsmith.metadata.lc_agent_name', 'ai.telemetry.functionId', 'gen_ai.agent.name'],
  sessionId: [...SESSION_KEYS, ['mlflow.trace.session', plainText]],
  userId: [
    ...USER_KEYS.map((key): Entry => (PROXY_USER_KEYS.includes(key) ? [key, unlessAdmin] : key)),
    ['mlflow.trace.user', plainText],
  ],
  agentSessionId: [['thread.id', unlessNumber], ...AGENT_SESSION_KEYS],
  agentUserId: AGENT_USER_KEYS,
  responseId: ['gen_ai.response.id', 'ai.response.id', 'llm.response.id', 'langsmith.metadata.response_id'],
};

/** MLflow writes texts as JSON. */
function plainText(json: string): string | null {
  return textOf(parsed(json)) ?? json;
}

/** A thread of the machine has a number. */
function unlessNumber(text: string): string | null {
  return /^\d+$/.test(text) ? null : text;
}

/** The model among the parameters of a request. */
function modelAmong(json: string): string | null {
  const parameters = parsed(json);
  return isObject(parameters) ? textOf(parameters.model ?? parameters.model_name) : null;
}

/** What says of which kind a span is, by its value. */
const KIND_KEYS: readonly string[] = [
  'langfuse.observation.type',
  'openinference.span.kind',
  'langsmith.span.kind',
  'ai.operationId',
  'mcp.method.name',
  'gen_ai.operation.name',
  'llm.request.type',
  'traceloop.span.kind',
  'span.type',
  'mastra.span.type',
  'mlflow.spanType',
  'genkit:metadata:subtype',
  'genkit:type',
];
/** Of lists of messages, which are not read here, what is there if any is. */
const MESSAGE_MARKS = [
  'llm.input_messages.0.message.role',
  'llm.output_messages.0.message.role',
  ADK_REQUEST,
  'gcp.vertex.agent.tool_call_args',
  ...CONTEXT_KEYS,
] as const;
/** Keys of which it matters that they are there: their values, which are large, are not looked at. The request of Google's ADK is, where nothing else names the model. */
export const PRESENCE_KEYS: ReadonlySet<string> = new Set(MESSAGE_MARKS.filter((key) => key !== ADK_REQUEST));

/** What says it by being there. */
const KIND_MARKS: readonly string[] = [
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'tool.name',
  'gen_ai.agent.id',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.agent.name',
  'llm.model_name',
  'graph.node.id',
  ...MESSAGE_MARKS,
];
/** Of agents, which are read whole: who they are. */
const AGENT_KEYS: readonly string[] = ['subagent_type', 'graph.node.id', 'metadata', 'gen_ai.agent.id'];
/** Of coding agents, which have names of their own for everything: read whole. */
const CODING_KEYS: readonly string[] = [
  'thread.id',
  'model',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_creation_tokens',
];
/** JSON of usage, and names that mean something only beside it: such spans are read whole, too. */
const WHOLE_KEYS: readonly string[] = [
  ...COST_OBJECT_KEYS,
  ...USAGE_DETAIL_KEYS,
  'ai.response.providerMetadata',
  'gcp.vertex.agent.llm_response',
  'langfuse.observation.cost_details',
  'codex.turn.token_usage.input_tokens',
  'codex.turn.token_usage.output_tokens',
  'codex.turn.token_usage.cached_input_tokens',
  'codex.turn.token_usage.reasoning_output_tokens',
  'codex.usage.reasoning_output_tokens',
  'codex.usage.total_tokens',
  'traceloop.entity.name',
  'agent.name',
  'agent_name',
  'model_name',
  'tool_arguments',
  'genkit:output',
  'genkit:name',
];

const FACTS = new Map<string, Fact>(
  Object.entries(KEYS).flatMap(([slot, keys]) =>
    keys.map((entry, rank): [string, Fact] => {
      const [key, map] = typeof entry === 'string' ? [entry] : entry;
      return [key, { slot: SLOTS.indexOf(slot as Slot), rank, ...(map && { map }) }];
    }),
  ),
);

/** What a key can mean. */
export interface KeyMeaning {
  /** Whether the span is read whole. */
  readonly isWhole: boolean;
  /** Bit of what says a kind by being there, or 0. */
  readonly mark: number;
  /** Index in `KIND_KEYS`, or -1. */
  readonly kindAt: number;
  readonly fact: Fact | null;
}

export const FACT_KEYS: readonly string[] = [
  ...ANSWER_KEYS,
  ...FACTS.keys(),
  ...KIND_KEYS,
  ...KIND_MARKS,
  ...WHOLE_KEYS,
  ...AGENT_KEYS,
  ...CODING_KEYS,
];

export const KEY_MEANINGS: ReadonlyMap<string, KeyMeaning> = new Map(
  FACT_KEYS.map((key) => [
    key,
    {
      isWhole: WHOLE_KEYS.includes(key),
      mark: KIND_MARKS.includes(key) ? 1 << KIND_MARKS.indexOf(key) : 0,
      kindAt: KIND_KEYS.indexOf(key),
      fact: FACTS.get(key) ?? null,
    },
  ]),
);
