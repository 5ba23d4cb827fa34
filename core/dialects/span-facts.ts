/**
 * What a span says of an agent run in a few values, while it is stored: the tokens and the model of a call, agent and session. It
 * says what `readSource` says, at a tenth of the price: keys are looked up, and what kind of span it is is read once for all that
 * look alike.
 */
import type { CallCounts, CallKind } from '../model/batch-calls';
import { type AnyValue, type KeyValue, type PlainValue, plainValue } from '../model/json-types';
import { type AgentSpanKind, isModelCall } from './agent-span';
import { WholeAnswers } from './answered-model';
import { FACT_KEYS, KEY_MEANINGS, type KeyMeaning, PRESENCE_KEYS, SLOTS } from './fact-keys';
import {
  clear,
  costOf,
  countsOf,
  hasTokens,
  type KeyValues,
  noValues,
  READ,
  take,
  textAt,
  usageOf,
  withAnswered,
} from './key-values';
import { readSource } from './read-agent-span';
import { OPENLIT } from './readers/gen-ai';
import { ADK_REQUEST, ADK_SCOPE, requestedModel } from './readers/google-adk';
import { AttributeReader, parsed } from './span-source';

export interface SpanFacts {
  /** Null: it is of no agent run, and tells of a session or a user alone. */
  readonly kind: AgentSpanKind | null;
  /** Null: the span calls no model. Of an agent, what it counts of its calls. */
  readonly call: ModelCallFacts | null;
  readonly agentName: string | null;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** 64 bits of the digest of the provider's id of what a model answered; null: not said. */
  readonly response: bigint | null;
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

/** Whether spans of this instrumentation say by their names alone what they are: those that fail may have no attributes. */
export function isToldByName(scope: string): boolean {
  return scope === ADK_SCOPE || scope.startsWith(OPENLIT);
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

const KINDS_HELD = 5_000;

/** What spans that look alike are. */
interface Likeness {
  readonly kind: AgentSpanKind | null;
  /** Where no attribute names it, and its dialect has but one. */
  readonly provider: string | null;
  /** That its name tells, where no attribute says what it is. */
  readonly model: string | null;
}

const NO_LIKENESS: Likeness = { kind: null, provider: null, model: null };
const kinds = new Map<string, Likeness>();

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

const THERE: AnyValue = { boolValue: true };

export function agentAttribute({ key, value: sent }: KeyValue): AgentAttribute {
  const value = PRESENCE_KEYS.has(key) ? THERE : sent;
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

/** Used for every span; nothing keeps it. */
const said = noValues();

/** The facts in the attributes selected by `isAgentKey`; null: there are none. */
export function readSpanFacts(name: string, scope: string, attributes: readonly AgentAttribute[]): SpanFacts | null {
  let isWhole = isCodingAgent(name, scope);
  clear(said);
  const kindValues: (string | undefined)[] = [];
  let marks = 0;
  for (const { meaning, kindText, read } of attributes) {
    isWhole ||= meaning.isWhole;
    if (meaning.kindAt >= 0) kindValues[meaning.kindAt] = kindText;
    marks |= meaning.mark;
    const { fact } = meaning;
    if (fact !== null && read !== null) take(said, fact.slot, fact.rank, read);
  }
  if (isWhole) return wholeFacts(name, scope, attributes) ?? factsOf(null, said, scope);
  // A session alone, on spans of any name, says nothing of an agent.
  const isAny =
    marks !== 0 || kindValues.length > 0 || name.startsWith('ai.') || scope === 'pydantic-ai' || isToldByName(scope);
  const like = isAny ? likeness({ name, scope, marks, kindValues }, attributes) : NO_LIKENESS;
  const kind = like.kind ?? (hasTokens(said) ? 'model' : null);
  const needsAll = kind === 'agent' || (kind === 'step' && attributes.some((one) => namesAgent(one, name)));
  return needsAll ? wholeFacts(name, scope, attributes) : factsOf(kind, said, scope, like, attributes);
}

/** Whether LangChain's metadata may say of a step that it is the agent of its name: then the whole span tells. */
function namesAgent({ key, value }: KeyValue, name: string): boolean {
  const text = key === 'metadata' ? plainValue(value) : null;
  return typeof text === 'string' && text.includes('lc_agent_name') && text.includes(JSON.stringify(name));
}

interface Shape {
  readonly name: string;
  readonly scope: string;
  readonly marks: number;
  /** By index in `KIND_KEYS`. */
  readonly kindValues: readonly (string | undefined)[];
}

let last: { readonly shape: Shape; readonly like: Likeness } | null = null;

/** Read once for all spans that look alike. */
function likeness(shape: Shape, attributes: readonly AgentAttribute[]): Likeness {
  if (last && isSame(last.shape, shape)) return last.like;
  const { name, scope, marks, kindValues } = shape;
  // Absent and empty are two things, and no value may run into the next.
  const key = JSON.stringify([marks, scope, name, kindValues]);
  let like = kinds.get(key);
  if (like === undefined) {
    const span = readWhole(name, scope, attributes.filter(isOfShape));
    const model = (marks === 0 && span?.requestModel) || null;
    like = span ? { kind: span.kind, provider: span.provider, model } : NO_LIKENESS;
    if (kinds.size >= KINDS_HELD) kinds.clear();
    kinds.set(key, like);
  }
  last = { shape, like };
  return like;
}

function isOfShape({ meaning }: AgentAttribute): boolean {
  return meaning.kindAt >= 0 || meaning.mark !== 0;
}

function isSame(a: Shape, b: Shape): boolean {
  if (a.name !== b.name || a.scope !== b.scope || a.marks !== b.marks) return false;
  if (a.kindValues.length !== b.kindValues.length) return false;
  for (let i = 0; i < a.kindValues.length; i++) if (a.kindValues[i] !== b.kindValues[i]) return false;
  return true;
}

function factsOf(
  kind: AgentSpanKind | null,
  all: KeyValues,
  scope: string,
  otherwise: Likeness = NO_LIKENESS,
  attributes: readonly KeyValue[] = [],
): SpanFacts | null {
  // Who has an agent's name and does nothing that agents do is something else: an agent of monitoring, say.
  const agentName = kind === null ? null : textAt(all, 'agentName');
  const sessionId = textAt(all, 'sessionId') ?? (kind === null ? null : textAt(all, 'agentSessionId'));
  const userId = textAt(all, 'userId') ?? (kind === null ? null : textAt(all, 'agentUserId'));
  if (kind === null && sessionId === null && userId === null) return null;
  const call = isModelCall(kind) ? callOf(all, otherwise, scope, attributes) : null;
  return { kind, call, agentName, sessionId, userId, response: call && digestOf(textAt(all, 'responseId')) };
}

function callOf(all: KeyValues, otherwise: Likeness, scope: string, attributes: readonly KeyValue[]): ModelCallFacts {
  const provider = textAt(all, 'provider') ?? otherwise.provider;
  const answers = answersAmong(attributes);
  const model =
    textAt(all, 'responseModel') ??
    answers.model ??
    textAt(all, 'requestModel') ??
    askedAmong(attributes) ??
    otherwise.model;
  const said = usageOf(all, null, { provider, model, scope });
  const usage = hasTokens(all) ? said : withAnswered(said, answers.usage);
  return { provider, model, serviceTier: textAt(all, 'serviceTier'), ...countsOf(usage, costOf(all)) };
}

/** Parsed for calls alone whose attributes do not say what they do. */
function answersAmong(attributes: readonly KeyValue[]): WholeAnswers {
  return new WholeAnswers({
    value: (key) => {
      const sent = attributes.findLast((one) => one.key === key);
      return sent && plainValue(sent.value);
    },
  });
}

/** Requests are long: they are parsed only where nothing else names the model. */
function askedAmong(attributes: readonly KeyValue[]): string | null {
  const request = attributes.find(({ key }) => key === ADK_REQUEST);
  return request ? requestedModel(parsed(plainValue(request.value))) : null;
}

function wholeFacts(name: string, scope: string, attributes: readonly AgentAttribute[]): SpanFacts | null {
  const span = readWhole(name, scope, attributes);
  if (!span) return null;
  const { usage, kind, provider, serviceTier, reportedCost, agentName, sessionId, userId } = span;
  const model = span.responseModel ?? span.requestModel;
  const isCall = isModelCall(kind);
  const isCounted = isCall || (kind === 'agent' && (usage.input !== null || usage.output !== null));
  const call = isCounted ? { provider, model, serviceTier, ...countsOf(usage, reportedCost) } : null;
  return { kind, call, agentName, sessionId, userId, response: isCall ? digestOf(span.responseId) : null };
}

function digestOf(id: string | null): bigint | null {
  if (id === null) return null;
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  // 0 stands for none.
  return (BigInt(a) << 32n) | BigInt(b >>> 0) || 1n;
}

const ASKED = SLOTS.indexOf('requestModel');

function readWhole(name: string, scope: string, attributes: readonly AgentAttribute[]) {
  const isNamed = attributes.some(({ meaning, read }) => meaning.fact?.slot === ASKED && read !== null);
  const plain = Object.fromEntries(
    attributes.map(({ key, value }): [string, PlainValue] => {
      if (key !== ADK_REQUEST) return [key, plainValue(value)];
      // Of what was asked only the model matters here.
      return [key, isNamed ? true : { model: askedAmong(attributes) }];
    }),
  );
  return readSource({ name, scope, attributes: new AttributeReader(plain), events: [] });
}

/** What is decided of a span while it is stored, of all its attributes. */
export function factsOfSpan(name: string, scope: string, attributes: readonly KeyValue[]): SpanFacts | null {
  return readSpanFacts(name, scope, attributes.filter(({ key }) => KEY_MEANINGS.has(key)).map(agentAttribute));
}
