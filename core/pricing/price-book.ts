/** What calls of models cost. Prices change: an entry holds from its date on, and the newest that holds is taken. */

import { providerOf } from '../dialects/readers/providers';

/** US dollars per million tokens; what is left out costs what its kind costs otherwise. */
interface Prices {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** Written to the cache for an hour; left out: twice the input, as Anthropic asks of all its models. */
  readonly cacheWriteHour?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputAudio?: number | undefined;
}

export interface PriceEntry extends Prices {
  /** As the conventions name it; null: any. */
  readonly provider: string | null;
  /** As the provider names it; a `*` at its end stands for anything. */
  readonly model: string;
  /** First day, `YYYY-MM-DD`; left out: always. */
  readonly from?: string | undefined;
  /** Prices of a call whose input has more tokens; of all of its tokens. */
  readonly above?: readonly (Prices & { readonly tokens: number })[] | undefined;
  /** Instead of these, by `service_tier`: `batch`, `flex`, `priority`. */
  readonly tiers?: Readonly<Record<string, Prices>> | undefined;
}

export interface PricedCall {
  readonly provider: string | null;
  readonly model: string;
  readonly startNs: bigint;
  /** Null: the usual. */
  readonly serviceTier: string | null;
  /** Of several calls together: input of the largest, by which long ones cost more; left out: the input. */
  readonly largestInput?: number | null;
  /** All input, with the cache's; null: not said. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  /** Of `cacheWrite`, for an hour; left out: none. */
  readonly cacheWriteHour?: number | null;
  readonly inputAudio: number | null;
  readonly outputAudio: number | null;
}

/** Models that their makers alone set a price for; open weights cost what whoever runs them asks, or nothing. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-(?!oss)|o[1-9]|chatgpt|text-embedding-(?:ada|3))/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^gemini/, 'gcp.gemini'],
  [/^grok/, 'x_ai'],
];

export class PriceBook {
  private readonly byModel = new Map<string, PriceEntry[]>();
  private readonly patterns: PriceEntry[] = [];
  private readonly found = new Map<string, readonly PriceEntry[]>();
  /** Numbers of input tokens beyond which some model costs more, smallest first. */
  readonly thresholds: readonly number[];

  /** @param entries the first that fits is taken, and of one model and provider the newest that holds */
  constructor(entries: readonly PriceEntry[]) {
    for (const given of entries) {
      const entry = given.provider === null ? given : { ...given, provider: providerOf(given.provider) };
      const model = entry.model.toLowerCase();
      if (model.endsWith('*')) this.patterns.push({ ...entry, model: model.slice(0, -1) });
      else this.byModel.set(model, [...(this.byModel.get(model) ?? []), entry]);
    }
    const sizes = entries.flatMap(({ above }) => (above ?? []).map(({ tokens }) => tokens));
    this.thresholds = [...new Set(sizes)].sort((a, b) => a - b);
  }

  /** US dollars; null: nobody knows, which is not nothing. */
  cost(call: PricedCall): number | null {
    if (call.input === null && call.output === null) return null;
    const entry = this.entryOf(call);
    return entry ? costAt(pricesFor(entry, call), call) : null;
  }

  entryOf({ provider, model, startNs }: Pick<PricedCall, 'provider' | 'model' | 'startNs'>): PriceEntry | null {
    const day = dayOf(startNs);
    const holding = this.candidates(provider === null ? null : providerOf(provider), model.toLowerCase()).filter(
      ({ from }) => from === undefined || from <= day,
    );
    // A later date is a newer price; among equals the first stands.
    return holding.reduce<PriceEntry | null>(
      (best, entry) => (best === null || (entry.from ?? '') > (best.from ?? '') ? entry : best),
      null,
    );
  }

  private candidates(provider: string | null, model: string): readonly PriceEntry[] {
    const key = `${provider} ${model}`;
    let known = this.found.get(key);
    if (!known) {
      known = this.search(provider, model);
      if (this.found.size > 5_000) this.found.clear();
      this.found.set(key, known);
    }
    return known;
  }

  private search(provider: string | null, model: string): PriceEntry[] {
    const served = serverOf(model);
    for (const name of namesOf(model)) {
      for (const who of new Set([provider, served, makerOf(name)])) {
        const entries = [
          ...(this.byModel.get(name) ?? []),
          ...this.patterns.filter((entry) => name.startsWith(entry.model)),
        ].filter((entry) => entry.provider === null || entry.provider === who);
        if (entries.length > 0) return entries;
      }
    }
    return [];
  }
}

/** In front of a model's name, who serves it: `openai:gpt-5`, `azure/gpt-4o`. */
const SERVER = /^([a-z][a-z0-9_.-]*)[:/](?=[a-z])/;
/** Where they stand in front of a colon; there a model of Ollama has its own name: `llama3:latest`. */
const SERVERS: ReadonlySet<string> = new Set([
  'anthropic',
  'aws.bedrock',
  'azure.ai.inference',
  'azure.ai.openai',
  'cerebras',
  'cohere',
  'deepseek',
  'gcp.gemini',
  'gcp.vertex_ai',
  'groq',
  'huggingface',
  'litellm',
  'mistral_ai',
  'moonshot_ai',
  'openai',
  'openrouter',
  'perplexity',
  'x_ai',
]);

/** A region or none, the maker, the model. */
const OF_BEDROCK = /(?:^|\/)(?:[a-z-]+\.)?(?:anthropic|meta|amazon|mistral|cohere|ai21|deepseek)\.[a-z]/;

/** Null: its name does not say. */
function serverOf(model: string): string | null {
  const name = SERVER.exec(model)?.[1];
  if (name === undefined) return OF_BEDROCK.test(model) ? 'aws.bedrock' : null;
  const provider = providerOf(name);
  return SERVERS.has(provider) ? provider : null;
}

/** From what was said to what a list may call it: without paths, providers, regions, ways to run it, and the date of a snapshot. */
function namesOf(model: string): string[] {
  const last = model.split('/').at(-1) as string;
  // What was tuned costs more than what it was made of: without its owner it is `ft:gpt-4o-2024-08-06`.
  const tuned = /^(ft:[^:]+):/.exec(last)?.[1];
  if (tuned !== undefined || last.startsWith('ft:')) return [...new Set([last, tuned ?? last])];
  const unserved = !SERVER.test(last) || serverOf(last) === null ? last : last.replace(SERVER, '');
  // A long context has its price by its length; Claude's thinking is output.
  const usual = unserved.replace(/\[[^[\]]*\]$/, '').replace(/:(?:thinking|beta|nitro|floor|exacto|extended)$/, '');
  const plain = usual.replace(/^(?:us|us-gov|eu|apac|global|jp|au|ca|sa|me)\./, '').split('@', 1)[0] as string;
  const ofMaker = plain.replace(/^(?:anthropic|meta|amazon|mistral|cohere|openai|deepseek)\./, '');
  const unversioned = ofMaker.replace(/(?:-v\d+)?:\d+$/, '').replace(/^(claude.*)-v\d+$/, '$1');
  const undated = unversioned
    .replace(/^(claude.*)-thinking$/, '$1')
    .replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d|\d{4}|latest|preview(?:-[\d-]+)?)$/, '');
  // Resellers write 4.5 where Anthropic writes 4-5.
  const dashed = undated.replace(/^(claude.*\d)\.(\d)/, '$1-$2');
  return [...new Set([last, unserved, usual, plain, ofMaker, unversioned, undated, dashed, `${dashed}-latest`])];
}

/** Who made a model that somebody else serves, or that came without a provider. */
function makerOf(model: string): string | null {
  return MAKERS.find(([pattern]) => pattern.test(model))?.[1] ?? null;
}

function pricesFor(entry: PriceEntry, { input, largestInput = input, serviceTier }: PricedCall): Prices {
  const tier = serviceTier === null ? undefined : entry.tiers?.[serviceTier.toLowerCase()];
  if (tier) return { ...entry, ...tier };
  const above = entry.above?.filter(({ tokens }) => (largestInput ?? 0) > tokens).at(-1);
  return above ? { ...entry, ...above } : entry;
}

function costAt(prices: Prices, call: PricedCall): number {
  const { input: perInput = 0, output: perOutput = 0 } = prices;
  const input = call.input ?? 0;
  const cacheRead = Math.min(call.cacheRead ?? 0, input);
  const cacheWrite = Math.min(call.cacheWrite ?? 0, input - cacheRead);
  const cacheWriteHour = Math.min(call.cacheWriteHour ?? 0, cacheWrite);
  const inputAudio = Math.min(call.inputAudio ?? 0, input - cacheRead - cacheWrite);
  const output = call.output ?? 0;
  const outputAudio = Math.min(call.outputAudio ?? 0, output);
  const dollars =
    (input - cacheRead - cacheWrite - inputAudio) * perInput +
    cacheRead * (prices.cacheRead ?? perInput) +
    (cacheWrite - cacheWriteHour) * (prices.cacheWrite ?? perInput) +
    cacheWriteHour * (prices.cacheWriteHour ?? 2 * perInput) +
    inputAudio * (prices.inputAudio ?? perInput) +
    (output - outputAudio) * perOutput +
    outputAudio * (prices.outputAudio ?? perOutput);
  return dollars / 1e6;
}

function dayOf(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 10) : '';
}
