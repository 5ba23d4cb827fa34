/**
 * What a span says of an agent run in a few values, while it is stored: the tokens and the model of a call, agent and session. It
 * says what `readSource` says, at a tenth of the price: keys are looked up, and what kind of span it is is read once for all that
 * look alike.
 */
import type { CallCounts, CallKind } from '../model/batch-calls';
import { type KeyValue, type PlainValue, plainValue } from '../otlp/json-types';
import type { AgentSpanKind } from './agent-span';
import { FACT_KEYS, FACTS, KIND_AT, MARK_AT, type Slot, WHOLE } from './fact-keys';
import { readSource } from './read-agent-span';
import { AttributeReader } from './span-source';

export interface SpanFacts {
  /** Null: the span calls no model. */
  readonly call: ModelCallFacts | null;
  readonly agentName: string | null;
  readonly sessionId: string | null;
}

type ModelCallFacts = CallCounts & Omit<CallKind, 'agentName'>;

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

/** What an attribute can mean: read once for all spans of a request that have it. */
export interface AgentAttribute extends KeyValue {
  readonly isWhole: boolean;
  /** Bit of what says a kind by being there, or 0. */
  readonly mark: number;
  /** Index in `KIND_KEYS`, or -1. */
  readonly kindAt: number;
  readonly kindText: string;
  /** Null: it holds no value of a fact. */
  readonly slot: Slot | null;
  readonly rank: number;
  readonly read: string | number;
}

export function agentAttribute({ key, value }: KeyValue): AgentAttribute {
  const plain = plainValue(value);
  const kindAt = KIND_AT.get(key) ?? -1;
  const fact = FACTS.get(key);
  const read = fact ? READ[fact.slot](plain) : null;
  return {
    key,
    value,
    isWhole: WHOLE.has(key),
    mark: MARK_AT.get(key) ?? 0,
    kindAt,
    kindText: kindAt >= 0 ? String(plain) : '',
    slot: fact && read !== null ? fact.slot : null,
    rank: fact?.rank ?? 0,
    read: fact?.map && typeof read === 'string' ? fact.map(read) : (read ?? 0),
  };
}

/** The facts in the attributes selected by `isAgentKey`; null: there are none. */
export function readSpanFacts(name: string, scope: string, attributes: readonly AgentAttribute[]): SpanFacts | null {
  let isWhole = isCodingAgent(name, scope);
  const values: Values = {};
  const ranks: Partial<Record<Slot, number>> = {};
  const kindValues: (string | undefined)[] = [];
  let marks = 0;
  for (const attribute of attributes) {
    isWhole ||= attribute.isWhole;
    if (attribute.kindAt >= 0) kindValues[attribute.kindAt] = attribute.kindText;
    marks |= attribute.mark;
    const { slot, rank } = attribute;
    if (slot === null || (ranks[slot] ?? Number.POSITIVE_INFINITY) < rank) continue;
    values[slot] = attribute.read;
    ranks[slot] = rank;
  }
  if (isWhole) return wholeFacts(name, scope, attributes) ?? factsOf(null, values);
  // A session alone, on spans of any name, says nothing of an agent.
  const isAny = marks !== 0 || kindValues.length > 0 || name.startsWith('ai.') || scope === 'pydantic-ai';
  const kind = isAny ? kindOf({ name, scope, marks, kindValues }, attributes) : null;
  return kind === 'agent' ? wholeFacts(name, scope, attributes) : factsOf(kind, values);
}

interface Shape {
  readonly name: string;
  readonly scope: string;
  readonly marks: number;
  /** By index in `KIND_KEYS`. */
  readonly kindValues: readonly (string | undefined)[];
}

let last: { readonly shape: Shape; readonly kind: AgentSpanKind | null } | null = null;

/** Read once for all spans that look alike. */
function kindOf(shape: Shape, attributes: readonly KeyValue[]): AgentSpanKind | null {
  if (last && isSame(last.shape, shape)) return last.kind;
  const { name, scope, marks, kindValues } = shape;
  const key = `${marks} ${kindValues.join(' ')} ${scope} ${name}`;
  let kind = kinds.get(key);
  if (kind === undefined) {
    kind = readWhole(name, scope, attributes)?.kind ?? null;
    if (kinds.size >= KINDS_HELD) kinds.clear();
    kinds.set(key, kind);
  }
  last = { shape, kind };
  return kind;
}

function isSame(a: Shape, b: Shape): boolean {
  if (a.name !== b.name || a.scope !== b.scope || a.marks !== b.marks) return false;
  if (a.kindValues.length !== b.kindValues.length) return false;
  for (let i = 0; i < a.kindValues.length; i++) if (a.kindValues[i] !== b.kindValues[i]) return false;
  return true;
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
