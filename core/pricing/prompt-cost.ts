/** What a call costs that we made ourselves. */
import type { Usage } from '../dialects/agent-span';
import { nsFromMs } from '../model/time';
import type { PriceBook } from './price-book';

/** Whose prices hold at an address. */
const PROVIDERS: readonly (readonly [host: RegExp, provider: string])[] = [
  [/(^|\.)openai\.com$/, 'openai'],
  [/(^|\.)anthropic\.com$/, 'anthropic'],
  [/(^|\.)googleapis\.com$/, 'gcp.gemini'],
  [/(^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(^|\.)deepseek\.com$/, 'deepseek'],
  [/(^|\.)groq\.com$/, 'groq'],
  [/(^|\.)x\.ai$/, 'x_ai'],
  [/(^|\.)perplexity\.ai$/, 'perplexity'],
  [/(^|\.)azure\.com$/, 'azure.ai.openai'],
  [/(^|\.)openrouter\.ai$/, 'openrouter'],
];

/** US dollars; null: nobody knows. */
export function promptCost(book: PriceBook, model: string, baseUrl: string, usage: Usage): number | null {
  const { hostname } = new URL(baseUrl);
  return book.cost({
    ...usage,
    provider: PROVIDERS.find(([host]) => host.test(hostname))?.[1] ?? hostname,
    model,
    serviceTier: null,
    startNs: nsFromMs(Date.now()),
    largestInput: usage.input,
  });
}
