/**
 * Makes one account of the tokens of a call of what senders say: some count the cache's tokens within the input and some beside it,
 * some count thoughts within the output and some beside it. What the numbers prove is believed before what a dialect usually does.
 */

import type { PlainValue } from '../model/json-types';
import type { Usage } from './agent-span';
import { isObject } from './json-objects';
import { isCost, isTokenCount } from './plausible';
import { DETAIL_NAMES, INPUT_DETAILS, OUTPUT_DETAILS } from './usage-keys';

/** Tokens as they were sent. */
export type RawUsage = {
  readonly [K in keyof Usage | 'total' | 'fresh' | 'cacheWriteShort']?: number | null | undefined;
};

/** Where tokens stand that may be counted within or beside a number; `surely`: whatever a total says that the sender made of both. */
type Place = 'within' | 'beside' | 'surely beside';

export interface UsageHabits {
  /** Of tokens read from and written to the cache: within the input, or beside it. */
  readonly cache: Place;
  /** Of thoughts: within the output, or beside it. */
  readonly thoughts: Place;
}

/** Of OpenTelemetry's conventions, OpenInference and OpenAI. */
const WITHIN: UsageHabits = { cache: 'within', thoughts: 'within' };
/** Of the answers of Anthropic, and of Langfuse, which adds up what it is told. */
const ADDED: UsageHabits = { cache: 'beside', thoughts: 'within' };

/** Input with the cache's tokens, output with thoughts; null: not said. */
export function settle(raw: RawUsage, habits: UsageHabits = WITHIN): Usage {
  const cacheRead = raw.cacheRead ?? null;
  const cacheWriteHour = raw.cacheWriteHour ?? null;
  const written = sumOf(cacheWriteHour, raw.cacheWriteShort ?? null);
  const cacheWrite = raw.cacheWrite ?? written;
  const reasoning = raw.reasoning ?? null;
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const given = raw.input ?? (raw.fresh == null ? null : raw.fresh + cached);
  const [isCacheBeside, isThoughtBeside] =
    raw.input == null && raw.fresh != null
      ? [false, placesOf(given, raw, 0, reasoning ?? 0, habits)[1]]
      : placesOf(given, raw, cached, reasoning ?? 0, habits);
  const output = raw.output ?? null;
  return {
    input: given === null ? null : given + (isCacheBeside ? cached : 0),
    output: output === null ? null : output + (isThoughtBeside ? (reasoning ?? 0) : 0),
    cacheRead,
    cacheWrite,
    cacheWriteHour: cacheWriteHour === null ? null : Math.min(cacheWriteHour, cacheWrite ?? cacheWriteHour),
    reasoning,
    inputAudio: raw.inputAudio ?? null,
    outputAudio: raw.outputAudio ?? null,
    inputImage: raw.inputImage ?? null,
  };
}

const BOTH = [false, true] as const;

/** Whether the cache's tokens lie beside the input, and thoughts beside the output. */
function placesOf(
  input: number | null,
  { output = null, total = null, fresh = null }: RawUsage,
  cached: number,
  thoughts: number,
  { cache, thoughts: ofThoughts }: UsageHabits,
): [boolean, boolean] {
  const usual: [boolean, boolean] = [cache !== 'within', ofThoughts !== 'within'];
  const may = (beside: boolean, habit: Place, part: number, whole: number | null): boolean => {
    if (part === 0) return !beside;
    if (beside) return true;
    // A part is no larger than the whole.
    return habit !== 'surely beside' && (whole === null || part <= whole);
  };
  const possible = BOTH.flatMap((a) => BOTH.map((b): [boolean, boolean] => [a, b])).filter(
    ([a, b]) => may(a, cache, cached, input) && may(b, ofThoughts, thoughts, output),
  );
  const told = possible.filter(([a, b]) => {
    if (input !== null && fresh !== null && cached > 0) return input === fresh + (a ? 0 : cached);
    return total !== null && input !== null && output !== null
      ? input + (a ? cached : 0) + output + (b ? thoughts : 0) === total
      : false;
  });
  const unlike = ([a, b]: [boolean, boolean]): number => Number(a !== usual[0]) + Number(b !== usual[1]);
  const [best] = (told.length > 0 ? told : possible).sort((x, y) => unlike(x) - unlike(y));
  return best ?? [cached > 0 && usual[0], thoughts > 0 && usual[1]];
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

type Field = keyof RawUsage;

/** Names of numbers in objects of usage, without case and underscores; the first that is there is believed. */
const NAMES: Readonly<Record<Exclude<Field, 'fresh' | 'inputImage'>, readonly string[]>> = {
  input: ['input', 'inputtokens', 'prompttokens', 'prompttokencount', 'inputtokencount', 'prompt', 'inputusage'],
  output: [
    'output',
    'outputtokens',
    'completiontokens',
    'candidatestokencount',
    'outputtokencount',
    'candidatestokens',
    'completion',
    'outputusage',
  ],
  total: ['total', 'totaltokens', 'totaltokencount', 'totalusage'],
  cacheRead: [
    'cachereadinputtokens',
    'cachedinputtokens',
    'inputcachedtokens',
    'cachereadtokens',
    'inputcacheread',
    'inputcachereadtokens',
    'cachedcontenttokencount',
    'cachedcontenttokens',
    'promptcachehittokens',
    'cachereadinputtokencount',
    'cachedtokens',
    'inputcached',
    'cacheread',
  ],
  cacheWrite: [
    'cachecreationinputtokens',
    'cachewriteinputtokens',
    'inputcachecreation',
    'inputcachewrite',
    'inputcachecreationtokens',
    'inputcachewritetokens',
    'cachewritetokens',
    'cachecreationtokens',
    'cachewriteinputtokencount',
    'cachecreation',
    'cachewrite',
  ],
  cacheWriteHour: ['ephemeral1hinputtokens', 'inputcachecreation1h', 'cachecreation1htokens', 'cachewrite1htokens'],
  cacheWriteShort: ['ephemeral5minputtokens', 'inputcachecreation5m', 'cachecreation5mtokens', 'cachewrite5mtokens'],
  reasoning: [
    'reasoningtokens',
    'outputreasoning',
    'outputreasoningtokens',
    'reasoningoutputtokens',
    'thoughtstokencount',
    'thoughtstokens',
    'thinkingtokens',
    'reasoningtokencount',
    'reasoning',
  ],
  inputAudio: ['inputaudiotokens', 'inputaudio', 'promptaudiotokens'],
  outputAudio: ['outputaudiotokens', 'outputaudio', 'completionaudiotokens'],
};
const FIELDS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** As names are compared: `promptTokensDetails` is `prompt_tokens_details`. */
function plainName(name: string): string {
  return name.replaceAll(/[_.-]/g, '').toLowerCase();
}

const INPUTS = INPUT_DETAILS.map(plainName);
const OUTPUTS = OUTPUT_DETAILS.map(plainName);
const WITHIN_DETAILS = {
  cacheRead: [...NAMES.cacheRead, ...DETAIL_NAMES.cacheRead.map(plainName)],
  cacheWrite: [...NAMES.cacheWrite, ...DETAIL_NAMES.cacheWrite.map(plainName)],
  reasoning: [...NAMES.reasoning, ...DETAIL_NAMES.reasoning.map(plainName)],
  audio: DETAIL_NAMES.audio.map(plainName),
};

/** What an object says of tokens, in any spelling and nesting; null: nothing. */
export function usageOfObject(value: PlainValue | undefined): Usage | null {
  if (!isObject(value)) return null;
  const flat = plainNames(value);
  const nested = objectAt(flat, ['usage', 'tokenusage', 'usagemetadata', 'tokencount']);
  if (nested && !FIELDS.some((field) => numberAt(flat, NAMES[field]) !== null)) return usageOfObject(nested);
  const input = objectAt(flat, ['inputtokens', 'input']);
  const output = objectAt(flat, ['outputtokens', 'output']);
  const inputDetails = plainNames(objectAt(flat, INPUTS) ?? input ?? {});
  const outputDetails = plainNames(objectAt(flat, OUTPUTS) ?? output ?? {});
  const created = plainNames(objectAt(flat, ['cachecreation', 'cachecreationinputtokens']) ?? {});
  const of = (field: keyof typeof NAMES): number | null => numberAt(flat, NAMES[field]);
  const raw: RawUsage = {
    input: of('input') ?? numberAt(inputDetails, ['total']),
    output: of('output') ?? numberAt(outputDetails, ['total']),
    total: of('total'),
    fresh: input ? numberAt(inputDetails, ['nocache']) : null,
    cacheRead: of('cacheRead') ?? numberAt(inputDetails, WITHIN_DETAILS.cacheRead),
    cacheWrite: of('cacheWrite') ?? numberAt(inputDetails, WITHIN_DETAILS.cacheWrite),
    cacheWriteHour:
      of('cacheWriteHour') ?? numberAt(created, NAMES.cacheWriteHour) ?? numberAt(inputDetails, NAMES.cacheWriteHour),
    cacheWriteShort:
      of('cacheWriteShort') ??
      numberAt(created, NAMES.cacheWriteShort) ??
      numberAt(inputDetails, NAMES.cacheWriteShort),
    reasoning: of('reasoning') ?? numberAt(outputDetails, WITHIN_DETAILS.reasoning),
    inputAudio: of('inputAudio') ?? numberAt(inputDetails, WITHIN_DETAILS.audio),
    outputAudio: of('outputAudio') ?? numberAt(outputDetails, WITHIN_DETAILS.audio),
    inputImage: numberAt(inputDetails, ['imagetokens', 'image']),
  };
  if (Object.values(raw).every((one) => one === null)) return null;
  return settle(raw, habitsOf(flat));
}

/** Who it is like: OpenAI has details of its counts, Gemini candidates and thoughts, Anthropic and Langfuse parts. */
function habitsOf(flat: Flat): UsageHabits {
  if (flat.has('candidatestokencount') || flat.has('candidatestokens')) return { cache: 'within', thoughts: 'beside' };
  if (flat.has('prompttokens') || [...INPUTS, ...OUTPUTS].some((name) => flat.has(name))) return WITHIN;
  if (objectAt(flat, ['inputtokens', 'input'])) return WITHIN;
  // Langfuse adds up its details; OpenAI's wrappers write them with the total that shows what overlaps.
  if (flat.has('outputreasoning') || flat.has('outputreasoningtokens')) return { cache: 'beside', thoughts: 'beside' };
  if (flat.has('cachedinputtokens')) return WITHIN;
  return ADDED;
}

type Flat = ReadonlyMap<string, PlainValue>;

function plainNames(value: { readonly [key: string]: PlainValue }): Flat {
  return new Map(Object.entries(value).map(([key, one]) => [plainName(key), one]));
}

function numberAt(flat: Flat, names: readonly string[]): number | null {
  for (const name of names) {
    const value = flat.get(name);
    if (typeof value === 'number' && isTokenCount(value)) return value;
  }
  return null;
}

function objectAt(flat: Flat, names: readonly string[]): { readonly [key: string]: PlainValue } | null {
  for (const name of names) {
    const value = flat.get(name);
    if (isObject(value)) return value;
  }
  return null;
}

const COST_NAMES = ['totalcost', 'cost', 'responsecost', 'totalcostusd', 'costusd'];

/** What an object says that a call cost, in US dollars; null: nothing. */
export function costOfObject(value: PlainValue | undefined): number | null {
  if (!isObject(value)) return null;
  const flat = plainNames(value);
  for (const name of COST_NAMES) {
    const cost = flat.get(name);
    const number = typeof cost === 'string' && cost.trim() !== '' ? Number(cost) : cost;
    if (typeof number === 'number' && isCost(number)) return number;
  }
  return null;
}
