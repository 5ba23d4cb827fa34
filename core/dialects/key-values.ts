/** What single attributes say of a call, an agent and a session, by `fact-keys.ts`: the same for ingest, which sees each attribute once, and for reading. */

import { CALL_COUNTS, type CallCounts } from '../model/batch-calls';
import type { PlainValue } from '../model/json-types';
import { NO_USAGE, type Usage } from './agent-span';
import { KEY_MEANINGS, KEYS, SLOTS, type Slot } from './fact-keys';
import { isCost, isTokenCount } from './plausible';
import type { AttributeReader } from './span-source';
import { type RawUsage, settle, type UsageHabits } from './usage';

/** By index in `SLOTS`; null: not said. */
export interface KeyValues {
  readonly values: (string | number | null)[];
  /** Of the key that said it, its place in `KEYS`. */
  readonly ranks: Uint8Array;
}

/** No fact has as high a rank. */
const UNSAID = 255;
const COSTS: ReadonlySet<string> = new Set(['reportedCost', 'inputCost', 'outputCost']);
const COUNTS: ReadonlySet<string> = new Set(
  [...CALL_COUNTS, 'total', 'fresh', 'cacheWriteShort', 'inputImage'].filter((slot) => !COSTS.has(slot)),
);

export const READ: readonly ((value: PlainValue) => string | number | null)[] = SLOTS.map((slot) => {
  if (COSTS.has(slot)) return asCost;
  return COUNTS.has(slot) ? asCount : asText;
});

export function noValues(): KeyValues {
  const ranks = new Uint8Array(SLOTS.length).fill(UNSAID);
  return { values: SLOTS.map(() => null), ranks };
}

export function clear({ values, ranks }: KeyValues): void {
  values.fill(null);
  ranks.fill(UNSAID);
}

/** Keeps what a key says, unless one that is believed before it has said so already. */
export function take({ values, ranks }: KeyValues, slot: number, rank: number, read: string | number): void {
  if ((ranks[slot] as number) < rank) return;
  values[slot] = read;
  ranks[slot] = rank;
}

export function valuesOf(attributes: AttributeReader): KeyValues {
  const all = noValues();
  for (const key of attributes.keys) {
    const fact = KEY_MEANINGS.get(key)?.fact;
    if (!fact) continue;
    const value = READ[fact.slot]?.(attributes.value(key) ?? null) ?? null;
    const read = fact.map && typeof value === 'string' ? fact.map(value) : value;
    if (read !== null) take(all, fact.slot, fact.rank, read);
  }
  return all;
}

const AT = Object.fromEntries(SLOTS.map((slot, at) => [slot, at])) as Record<Slot, number>;

export function textAt({ values }: KeyValues, slot: Slot): string | null {
  const value = values[AT[slot]];
  return typeof value === 'string' ? value : null;
}

function numberAt({ values }: KeyValues, slot: Slot): number | null {
  const value = values[AT[slot]];
  return typeof value === 'number' ? value : null;
}

/** Whether any says what went in or came out. */
export function hasTokens(said: KeyValues): boolean {
  return numberAt(said, 'input') !== null || numberAt(said, 'output') !== null;
}

const RAW = [...COUNTS] as (keyof RawUsage & Slot)[];

type MutableUsage = { -readonly [K in keyof RawUsage]: RawUsage[K] };

function rawOf(said: KeyValues): MutableUsage {
  const raw: MutableUsage = {};
  for (const slot of RAW) raw[slot] = numberAt(said, slot);
  return raw;
}

export type SaidUsage = { readonly [K in keyof Usage]?: number | null | undefined };

/** Of whom the tokens are, and who tells it. */
interface Teller {
  readonly provider: string | null;
  readonly model: string | null;
  readonly scope: string;
}

/** @param more what objects of usage say, which is believed first */
export function usageOf(said: KeyValues, more: SaidUsage | null, teller: Teller): Usage {
  const raw = rawOf(said);
  if (more) {
    for (const name of Object.keys(NO_USAGE) as (keyof Usage)[]) raw[name] = more[name] ?? raw[name] ?? null;
    // What is left of the whole is known otherwise.
    if (more.input != null) raw.fresh = null;
  }
  return settle(raw, habitsOf(said, teller));
}

/**
 * Of a call whose attributes do not count its tokens, what its whole answer says, before what they say besides: of the cache only if it fits
 * within the input.
 */
export function withAnswered(said: Usage, answered: Usage | null): Usage {
  if (answered === null) return said;
  const entries = Object.entries(answered).map(([name, count]) => [name, count ?? said[name as keyof Usage]]);
  const filled = Object.fromEntries(entries) as Usage;
  const { input, cacheRead, cacheWrite, cacheWriteHour } = filled;
  if (input === null) return filled;
  const fits = (cacheRead ?? 0) + (cacheWrite ?? 0) <= input && (cacheWriteHour ?? 0) <= (cacheWrite ?? 0);
  if (fits) return filled;
  return {
    ...filled,
    cacheRead: answered.cacheRead,
    cacheWrite: answered.cacheWrite,
    cacheWriteHour: answered.cacheWriteHour,
  };
}

const CLAUDE = /claude|anthropic/i;
const NOVA = /nova/i;
/** Instrumentations of Amazon's SDKs, which hand on what Bedrock counts, and OpenLIT's of Anthropic, which does so with what that counts. */
const AS_COUNTED = /botocore|aws-sdk|awssdk|openlit\.instrumentation\.(?:anthropic|bedrock)/i;

/** What the instrumentation is known to do where its numbers do not show it. */
function habitsOf(said: KeyValues, { provider, model, scope }: Teller): UsageHabits {
  const isClaude = provider === 'anthropic' || CLAUDE.test(model ?? '');
  if (provider === 'strands-agents') {
    // It hands on what Bedrock and Anthropic count.
    return { cache: isClaude || NOVA.test(model ?? '') ? 'beside' : 'within', thoughts: 'within' };
  }
  if (AS_COUNTED.test(scope)) return { cache: 'beside', thoughts: 'within' };
  const isSdk = saidBy(said, 'input')?.startsWith('ai.usage.') ?? false;
  const isDetailed = (['fresh', 'cacheRead', 'cacheWrite', 'reasoning'] as const).some((slot) =>
    saidBy(said, slot)?.includes('TokenDetails.'),
  );
  // The AI SDK before 6 hands on what the provider counts, and makes the total itself.
  if (!isSdk || isDetailed) return { cache: 'within', thoughts: 'within' };
  return {
    cache: isClaude || provider === 'aws.bedrock' ? 'surely beside' : 'within',
    thoughts: provider === 'gcp.gemini' || provider === 'gcp.vertex_ai' ? 'beside' : 'within',
  };
}

/** The key that said it. */
function saidBy({ ranks }: KeyValues, slot: Slot): string | undefined {
  const entry = KEYS[slot][ranks[AT[slot]] as number];
  return typeof entry === 'string' ? entry : entry?.[0];
}

export function costOf(said: KeyValues): number | null {
  const [input, output] = [numberAt(said, 'inputCost'), numberAt(said, 'outputCost')];
  return numberAt(said, 'reportedCost') ?? (input === null || output === null ? null : input + output);
}

/** What is stored of a call. */
export function countsOf({ inputImage: _, ...tokens }: Usage, reportedCost: number | null): CallCounts {
  return { ...tokens, reportedCost };
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

function asCost(value: PlainValue): number | null {
  const number = asNumber(value);
  return number !== null && isCost(number) ? number : null;
}

function asCount(value: PlainValue): number | null {
  const number = asNumber(value);
  return number !== null && isTokenCount(number) ? number : null;
}
