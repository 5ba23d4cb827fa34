/**
 * Makes resources/prices.json from LiteLLM's list (MIT; github.com/BerriAI/litellm, in its package on PyPI):
 * `node scripts/prices.mjs VERSION=FILE ...`, the newest first; older ones add the models that newer ones dropped.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** LiteLLM's names of providers, and the conventions' (gen_ai.provider.name). */
const PROVIDERS = {
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  azure_ai: 'azure.ai.inference',
  bedrock: 'aws.bedrock',
  bedrock_converse: 'aws.bedrock',
  cerebras: 'cerebras',
  cohere: 'cohere',
  cohere_chat: 'cohere',
  deepseek: 'deepseek',
  gemini: 'gcp.gemini',
  groq: 'groq',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  openai: 'openai',
  perplexity: 'perplexity',
  'text-completion-openai': 'openai',
  vertex_ai: 'gcp.vertex_ai',
  'vertex_ai-anthropic_models': 'gcp.vertex_ai',
  'vertex_ai-embedding-models': 'gcp.vertex_ai',
  'vertex_ai-language-models': 'gcp.vertex_ai',
  'vertex_ai-mistral_models': 'gcp.vertex_ai',
  watsonx: 'ibm.watsonx.ai',
  xai: 'x_ai',
};
const MODES = new Set(['chat', 'completion', 'embedding', 'responses', undefined]);
const FIELDS = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  inputAudio: 'input_cost_per_audio_token',
  outputAudio: 'output_cost_per_audio_token',
};
const TIERS = { batch: '_batches', flex: '_flex', priority: '_priority' };

const perMillion = (cost) => Number((cost * 1e6).toPrecision(6));

function pricesOf(entry, suffix = '') {
  const found = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const cost = entry[field + suffix];
    if (typeof cost === 'number') found[name] = perMillion(cost);
  }
  return found;
}

function thresholdsOf(entry) {
  const sizes = Object.keys(entry).flatMap((key) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(key)?.[1] ?? []);
  return sizes.map(Number).sort((a, b) => a - b);
}

function entryOf(name, entry, source) {
  const provider = PROVIDERS[entry.litellm_provider];
  const prices = pricesOf(entry);
  if (!provider || !MODES.has(entry.mode) || prices.input === undefined) return null;
  const model = name
    .split('/')
    .at(-1)
    .replace(/^(?:us|eu|apac|global|jp|au)\./, '');
  if (name.split('/').length > 2) return null; // of a region
  const above = thresholdsOf(entry).map((size) => ({
    tokens: size * 1000,
    ...pricesOf(entry, `_above_${size}k_tokens`),
  }));
  const tiers = Object.entries(TIERS).flatMap(([tier, suffix]) => {
    const own = pricesOf(entry, suffix);
    return own.input === undefined ? [] : [[tier, own]];
  });
  return {
    provider,
    model,
    ...prices,
    ...(above.length > 0 && { above }),
    ...(tiers.length > 0 && { tiers: Object.fromEntries(tiers) }),
    source,
  };
}

const models = new Map();
const sources = [];
for (const argument of process.argv.slice(2)) {
  const [version, file] = argument.split('=');
  const source = sources.push(`LiteLLM ${version}, model_prices_and_context_window_backup.json`) - 1;
  const list = JSON.parse(readFileSync(file, 'utf8'));
  for (const [name, entry] of Object.entries(list)) {
    const made = entryOf(name, entry, source);
    if (!made || name === 'sample_spec') continue;
    const key = `${made.provider} ${made.model}`;
    if (!models.has(key)) models.set(key, made);
  }
}
if (sources.length === 0) {
  process.stderr.write('Usage: node scripts/prices.mjs VERSION=FILE ...\n');
  process.exit(2);
}
const sorted = [...models.values()].sort((a, b) => (`${a.provider} ${a.model}` < `${b.provider} ${b.model}` ? -1 : 1));
const lines = sorted.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
const head = JSON.stringify(
  { retrieved: new Date().toISOString().slice(0, 10), unit: 'US dollars per million tokens', sources },
  null,
  2,
);
writeFileSync(join(root, 'resources', 'prices.json'), `${head.slice(0, -2)},\n  "prices": [\n${lines}\n  ]\n}\n`);
process.stdout.write(`${sorted.length} prices\n`);
