/** The attributes that say what `readSpanFacts` reads, and which of them is believed. */
import { CALL_COUNTS } from '../model/batch-calls';
import { providerOf, providerOfInference, providerOfSdk } from './readers/providers';

/** Counts come first. */
export const SLOTS = [
  ...CALL_COUNTS,
  'provider',
  'requestModel',
  'responseModel',
  'serviceTier',
  'agentName',
  'sessionId',
] as const;

type Slot = (typeof SLOTS)[number];

interface Fact {
  /** Index in `SLOTS`. */
  readonly slot: number;
  /** The lowest is believed; the order of dialects in read-agent-span.ts. */
  readonly rank: number;
  readonly map?: (text: string) => string;
}

/** Of each value the keys that say it, the first believed before the next. */
const KEYS: Readonly<Record<Slot, readonly (string | readonly [string, (text: string) => string])[]>> = {
  provider: [
    ['llm.provider', providerOfInference],
    ['llm.system', providerOfInference],
    'langsmith.metadata.ls_provider',
    ['ai.model.provider', providerOfSdk],
    ['gen_ai.provider.name', providerOf],
    ['gen_ai.system', providerOf],
  ],
  requestModel: [
    'llm.request.model_name',
    'llm.model_name',
    'embedding.model_name',
    'langsmith.metadata.ls_model_name',
    'ai.model.id',
    'gen_ai.request.model',
  ],
  responseModel: ['llm.response.model_name', 'ai.response.model', 'gen_ai.response.model'],
  input: [
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
  ],
  output: [
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
  ],
  cacheRead: [
    'llm.token_count.prompt_details.cache_read',
    'llm.token_count.prompt_details.cache_input',
    'ai.usage.inputTokenDetails.cacheReadTokens',
    'ai.usage.cachedInputTokens',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.details.cache_read_tokens',
    'gen_ai.usage.details.cached_tokens',
  ],
  cacheWrite: [
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.details.cache_write_tokens',
    'gen_ai.usage.details.cache_creation_input_tokens',
  ],
  reasoning: [
    'llm.token_count.completion_details.reasoning',
    'ai.usage.outputTokenDetails.reasoningTokens',
    'ai.usage.reasoningTokens',
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.details.reasoning_tokens',
  ],
  inputAudio: ['llm.token_count.prompt_details.audio', 'gen_ai.usage.audio.input_tokens'],
  outputAudio: ['llm.token_count.completion_details.audio', 'gen_ai.usage.audio.output_tokens'],
  serviceTier: [
    'openai.response.service_tier',
    'openai.request.service_tier',
    'gen_ai.openai.response.service_tier',
    'gen_ai.openai.request.service_tier',
  ],
  reportedCost: ['llm.cost.total', 'operation.cost'],
  agentName: ['langsmith.metadata.lc_agent_name', 'ai.telemetry.functionId', 'gen_ai.agent.name'],
  sessionId: [
    'langsmith.metadata.session_id',
    'langsmith.metadata.thread_id',
    'langsmith.metadata.conversation_id',
    'langsmith.trace.session_id',
    'ai.telemetry.metadata.sessionId',
    'ai.telemetry.metadata.threadId',
    'mcp.session.id',
    'gen_ai.conversation.id',
    'traceloop.association.properties.session_id',
    'traceloop.association.properties.thread_id',
    'traceloop.association.properties.conversation_id',
    'copilot_chat.chat_session_id',
    'copilot_chat.session_id',
    'session.id',
    'session_id',
    'conversation.id',
  ],
};

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
];
/** What says it by being there. */
const KIND_MARKS: readonly string[] = [
  'gen_ai.tool.name',
  'gen_ai.tool.call.id',
  'gen_ai.agent.id',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.agent.name',
  'llm.model_name',
];
/** Of agents, which are read whole: who they are. */
const AGENT_KEYS: readonly string[] = ['subagent_type'];
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
  'langfuse.observation.usage_details',
  'langfuse.observation.cost_details',
  'langfuse.observation.model.name',
  'langfuse.session.id',
  'langsmith.usage_metadata',
  'codex.turn.token_usage.input_tokens',
  'codex.turn.token_usage.output_tokens',
  'codex.turn.token_usage.cached_input_tokens',
  'codex.turn.token_usage.reasoning_output_tokens',
  'codex.usage.reasoning_output_tokens',
  'codex.usage.total_tokens',
  'gcp.vertex.agent.session_id',
  'traceloop.entity.name',
  'agent.name',
  'agent_name',
  'model_name',
  'tool_arguments',
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
