/** What the chart of usage can show, and what groups of it are called. */
import type { UsageBy, UsageValues } from '../../../core/api/usage';
import { formatCost, formatCount } from '../../../core/model/format';

const countText = (count: number | null): string => (count === null ? '—' : formatCount(count));

export const MEASURES = {
  cost: { title: 'Cost', of: ({ costUsd }: UsageValues) => costUsd, text: formatCost },
  tokens: {
    title: 'Tokens',
    of: ({ inputTokens, outputTokens }: UsageValues): number | null => inputTokens + outputTokens,
    text: countText,
  },
  calls: { title: 'Calls', of: ({ calls }: UsageValues): number | null => calls, text: countText },
} as const;
export type Measure = keyof typeof MEASURES;
export const MEASURE_NAMES: readonly Measure[] = ['cost', 'tokens', 'calls'];

interface Grouping {
  readonly title: string;
  readonly plural: string;
  readonly unnamed: string;
  /** A search for traces that have such calls. */
  readonly query: (name: string) => string;
}

const quoted = (name: string): string => JSON.stringify(name);

/** Spans that say it under any of these keys: each kind of instrumentation has its own (docs/dialects.md). */
function anyOf(keys: readonly string[], name: string): string {
  return `{ ${keys.map((key) => `span.${key} = ${quoted(name)}`).join(' || ')} }`;
}
const MODEL_KEYS = ['gen_ai.request.model', 'gen_ai.response.model', 'llm.model_name', 'ai.model.id'];
const PROVIDER_KEYS = ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider'];
/** Spans that call models, by what nearly all of them say. */
export const MODEL_CALLS_QUERY = `{ ${MODEL_KEYS.map((key) => `span.${key} != nil`).join(' || ')} }`;

export const GROUPINGS: Readonly<Record<UsageBy, Grouping>> = {
  model: {
    title: 'Model',
    plural: 'models',
    unnamed: 'no model named',
    query: (name) => anyOf(MODEL_KEYS, name),
  },
  provider: {
    title: 'Provider',
    plural: 'providers',
    unnamed: 'no provider named',
    query: (name) => anyOf(PROVIDER_KEYS, name),
  },
  agent: {
    title: 'Agent',
    plural: 'agents',
    unnamed: 'no agent named',
    query: (name) => `agent:${quoted(name)}`,
  },
  service: {
    title: 'Service',
    plural: 'services',
    unnamed: 'unnamed',
    query: (name) => `service:${quoted(name)}`,
  },
};
