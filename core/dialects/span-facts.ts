/**
 * What a span says of an agent run in a few values, while it is stored: the tokens and the model of a call, agent and session. It
 * says what `readSource` says, at a tenth of the price: keys are looked up, and what kind of span it is is read once for all that
 * look alike.
 */
import { type KeyValue, type PlainValue, plainValue } from '../otlp/json-types';
import type { AgentSpanKind, Usage } from './agent-span';
import { readSource } from './read-agent-span';
import { providerOf, providerOfInference, providerOfSdk } from './readers/providers';
import { AttributeReader } from './span-source';

export interface SpanFacts {
  /** Null: the span calls no model. */
  readonly call: ModelCallFacts | null;
  readonly agentName: string | null;
  readonly sessionId: string | null;
}

export interface ModelCallFacts extends Omit<Usage, 'inputImage'> {
  readonly provider: string | null;
  /** What answered, else what was asked for. */
  readonly model: string | null;
  readonly serviceTier: string | null;
  readonly reportedCost: number | null;
}

type Slot = keyof ModelCallFacts | 'requestModel' | 'responseModel' | 'agentName' | 'sessionId';

interface Fact {
  readonly slot: Slot;
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
  model: [],
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

/** By name or scope. */
function isCodingAgent(name: string, scope: string): boolean {
  return (
    name.startsWith('claude_code.') ||
    name.startsWith('session_task.') ||
    name === 'handle_responses' ||
    scope.startsWith('codex') ||
    scope === 'gemini-cli'
  );
}

const FACTS = new Map<string, Fact>(
  Object.entries(KEYS).flatMap(([slot, keys]) =>
    keys.map((entry, rank): [string, Fact] => {
      const [key, map] = typeof entry === 'string' ? [entry] : entry;
      return [key, { slot: slot as Slot, rank, ...(map && { map }) }];
    }),
  ),
);
const KIND_AT = new Map(KIND_KEYS.map((key, at) => [key, at]));
const MARK_AT = new Map(KIND_MARKS.map((key, at) => [key, 1 << at]));
const WHOLE = new Set(WHOLE_KEYS);

export const FACT_KEYS: readonly string[] = [
  ...FACTS.keys(),
  ...KIND_KEYS,
  ...KIND_MARKS,
  ...WHOLE_KEYS,
  ...AGENT_KEYS,
  ...CODING_KEYS,
];

const utf8 = new TextEncoder();
const HASHES = new Set(
  FACT_KEYS.map((key) => {
    const bytes = utf8.encode(key);
    return hashOf(bytes, 0, bytes.length);
  }),
);
const FIRST_BYTES = new Set(FACT_KEYS.map((key) => key.charCodeAt(0)));

/** Whether a key can matter to `readSpanFacts`; decided on bytes, before anything is decoded. */
export function isAgentKey(bytes: Uint8Array, start: number, end: number): boolean {
  return FIRST_BYTES.has(bytes[start] as number) && HASHES.has(hashOf(bytes, start, end));
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}

type Values = Partial<Record<Slot, string | number>>;

const READ: Readonly<Record<Slot, (value: PlainValue) => string | number | null>> = {
  provider: asText,
  model: asText,
  requestModel: asText,
  responseModel: asText,
  input: asCount,
  output: asCount,
  cacheRead: asCount,
  cacheWrite: asCount,
  reasoning: asCount,
  inputAudio: asCount,
  outputAudio: asCount,
  serviceTier: asText,
  reportedCost: asNumber,
  agentName: asText,
  sessionId: asText,
};

const KINDS_HELD = 5_000;
const kinds = new Map<string, AgentSpanKind | null>();

/** The facts in the attributes selected by `isAgentKey`; null: there are none. */
export function readSpanFacts(name: string, scope: string, attributes: readonly KeyValue[]): SpanFacts | null {
  let isWhole = isCodingAgent(name, scope);
  const values: Values = {};
  const ranks: Partial<Record<Slot, number>> = {};
  const kindValues: (string | undefined)[] = [];
  let marks = 0;
  for (const { key, value } of attributes) {
    isWhole ||= WHOLE.has(key);
    const kindAt = KIND_AT.get(key);
    if (kindAt !== undefined) kindValues[kindAt] = String(plainValue(value));
    marks |= MARK_AT.get(key) ?? 0;
    const fact = FACTS.get(key);
    if (!fact || (ranks[fact.slot] ?? Number.POSITIVE_INFINITY) < fact.rank) continue;
    const read = READ[fact.slot](plainValue(value));
    if (read === null) continue;
    values[fact.slot] = fact.map && typeof read === 'string' ? fact.map(read) : read;
    ranks[fact.slot] = fact.rank;
  }
  if (isWhole) return wholeFacts(name, scope, attributes) ?? factsOf(null, values);
  // A session alone, on spans of any name, says nothing of an agent.
  const isAny = marks !== 0 || kindValues.length > 0 || name.startsWith('ai.') || scope === 'pydantic-ai';
  const kind = isAny ? kindOf(`${marks} ${kindValues.join(' ')} ${scope} ${name}`, name, scope, attributes) : null;
  return kind === 'agent' ? wholeFacts(name, scope, attributes) : factsOf(kind, values);
}

/** Read once for all spans that look alike. */
function kindOf(shape: string, name: string, scope: string, attributes: readonly KeyValue[]): AgentSpanKind | null {
  let kind = kinds.get(shape);
  if (kind === undefined) {
    kind = readWhole(name, scope, attributes)?.kind ?? null;
    if (kinds.size >= KINDS_HELD) kinds.clear();
    kinds.set(shape, kind);
  }
  return kind;
}

function factsOf(kind: AgentSpanKind | null, values: Values): SpanFacts | null {
  // Who has an agent's name and does nothing that agents do is something else: an agent of monitoring, say.
  const agentName = kind === null ? null : textIn(values.agentName);
  const sessionId = textIn(values.sessionId);
  const call = kind === 'model' || kind === 'embedding' ? callOf(values) : null;
  return call || agentName !== null || sessionId !== null ? { call, agentName, sessionId } : null;
}

function callOf(values: Values): ModelCallFacts {
  return {
    provider: textIn(values.provider),
    model: textIn(values.responseModel ?? values.requestModel),
    input: numberIn(values.input),
    output: numberIn(values.output),
    cacheRead: numberIn(values.cacheRead),
    cacheWrite: numberIn(values.cacheWrite),
    reasoning: numberIn(values.reasoning),
    inputAudio: numberIn(values.inputAudio),
    outputAudio: numberIn(values.outputAudio),
    serviceTier: textIn(values.serviceTier),
    reportedCost: numberIn(values.reportedCost),
  };
}

function wholeFacts(name: string, scope: string, attributes: readonly KeyValue[]): SpanFacts | null {
  const span = readWhole(name, scope, attributes);
  if (!span) return null;
  const { usage, kind, provider, serviceTier, reportedCost, agentName, sessionId } = span;
  const { inputImage: _, ...tokens } = usage;
  const isCall = kind === 'model' || kind === 'embedding';
  const model = span.responseModel ?? span.requestModel;
  return { call: isCall ? { provider, model, ...tokens, serviceTier, reportedCost } : null, agentName, sessionId };
}

function readWhole(name: string, scope: string, attributes: readonly KeyValue[]) {
  const plain = Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
  return readSource({ name, scope, attributes: new AttributeReader(plain), events: [] });
}

function textIn(value: string | number | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberIn(value: string | number | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

/** As AttributeReader reads them. */
function asText(value: PlainValue): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function asNumber(value: PlainValue): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function asCount(value: PlainValue): number | null {
  const number = asNumber(value);
  return number !== null && number >= 0 && Number.isSafeInteger(number) ? number : null;
}
