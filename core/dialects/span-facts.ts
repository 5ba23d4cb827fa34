/**
 * What a span says of an agent run in a few values, while it is stored: the tokens and the model of a call, agent and session. It
 * says what `readSource` says, at a tenth of the price: keys are looked up, and what kind of span it is is read once for all that
 * look alike.
 */
import { CALL_COUNTS, type CallCounts, type CallKind } from '../model/batch-calls';
import { type KeyValue, type PlainValue, plainValue } from '../model/json-types';
import type { AgentSpanKind } from './agent-span';
import { FACT_KEYS, KEY_MEANINGS, type KeyMeaning, SLOTS } from './fact-keys';
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

/** By index in `SLOTS`; null: not said. */
type Values = readonly (string | number | null)[];

const READ: readonly ((value: PlainValue) => string | number | null)[] = SLOTS.map((slot) => {
  if (slot === 'reportedCost') return asNumber;
  return (CALL_COUNTS as readonly string[]).includes(slot) ? asCount : asText;
});
/** No fact has as high a rank. */
const UNSAID = 255;

const KINDS_HELD = 5_000;
const kinds = new Map<string, AgentSpanKind | null>();

/** What an attribute says: read once for all spans of a request that have it. */
export interface AgentAttribute extends KeyValue {
  readonly meaning: KeyMeaning;
  /** Where its value says a kind, that value; `''` where it says none. */
  readonly kindText: string;
  /** Of the fact; null: it holds none. */
  readonly read: string | number | null;
}

/** Values with the same text are read as the same kind; lists and objects are there, and name none. */
function kindTextOf(plain: PlainValue): string {
  return typeof plain === 'object' ? '\u0000' : String(plain);
}

const NOTHING: KeyMeaning = { isWhole: false, mark: 0, kindAt: -1, fact: null };

export function agentAttribute({ key, value }: KeyValue): AgentAttribute {
  const plain = plainValue(value);
  // A key may have the hash of another.
  const meaning = KEY_MEANINGS.get(key) ?? NOTHING;
  const { fact, kindAt } = meaning;
  const read = fact ? (READ[fact.slot]?.(plain) ?? null) : null;
  return {
    key,
    value,
    meaning,
    kindText: kindAt >= 0 ? kindTextOf(plain) : '',
    read: fact?.map && typeof read === 'string' ? fact.map(read) : read,
  };
}

/** Used for every span; nothing keeps them. */
const values: (string | number | null)[] = SLOTS.map(() => null);
const ranks = new Uint8Array(SLOTS.length);

/** The facts in the attributes selected by `isAgentKey`; null: there are none. */
export function readSpanFacts(name: string, scope: string, attributes: readonly AgentAttribute[]): SpanFacts | null {
  let isWhole = isCodingAgent(name, scope);
  values.fill(null);
  ranks.fill(UNSAID);
  const kindValues: (string | undefined)[] = [];
  let marks = 0;
  for (const { meaning, kindText, read } of attributes) {
    isWhole ||= meaning.isWhole;
    if (meaning.kindAt >= 0) kindValues[meaning.kindAt] = kindText;
    marks |= meaning.mark;
    const { fact } = meaning;
    if (fact === null || read === null || (ranks[fact.slot] as number) < fact.rank) continue;
    values[fact.slot] = read;
    ranks[fact.slot] = fact.rank;
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
  // Absent and empty are two things, and no value may run into the next.
  const key = JSON.stringify([marks, scope, name, kindValues]);
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

const AT = Object.fromEntries(SLOTS.map((slot, at) => [slot, at])) as Record<(typeof SLOTS)[number], number>;

function factsOf(kind: AgentSpanKind | null, said: Values): SpanFacts | null {
  // Who has an agent's name and does nothing that agents do is something else: an agent of monitoring, say.
  const agentName = kind === null ? null : textIn(said, AT.agentName);
  const sessionId = textIn(said, AT.sessionId);
  const call = kind === 'model' || kind === 'embedding' ? callOf(said) : null;
  return call || agentName !== null || sessionId !== null ? { call, agentName, sessionId } : null;
}

function callOf(said: Values): ModelCallFacts {
  return {
    provider: textIn(said, AT.provider),
    model: textIn(said, AT.responseModel) ?? textIn(said, AT.requestModel),
    input: numberIn(said, AT.input),
    output: numberIn(said, AT.output),
    cacheRead: numberIn(said, AT.cacheRead),
    cacheWrite: numberIn(said, AT.cacheWrite),
    reasoning: numberIn(said, AT.reasoning),
    inputAudio: numberIn(said, AT.inputAudio),
    outputAudio: numberIn(said, AT.outputAudio),
    serviceTier: textIn(said, AT.serviceTier),
    reportedCost: numberIn(said, AT.reportedCost),
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

function textIn(said: Values, slot: number): string | null {
  const value = said[slot];
  return typeof value === 'string' ? value : null;
}

function numberIn(said: Values, slot: number): number | null {
  const value = said[slot];
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
