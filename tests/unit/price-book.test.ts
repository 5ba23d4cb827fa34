import { describe, expect, it } from 'vitest';
import { PriceBook, type PricedCall } from '../../core/pricing/price-book';
import list from '../../resources/prices.json';

const NOON = BigInt(Date.UTC(2025, 10, 21, 12)) * 1_000_000n;
const call = (given: Partial<PricedCall>): PricedCall => ({
  provider: null,
  model: 'm',
  startNs: NOON,
  serviceTier: null,
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  inputAudio: null,
  outputAudio: null,
  ...given,
});
const book = new PriceBook(list.prices);

describe('cost by the list that comes with Spoor, against sums made by hand', () => {
  it.each<[string, Partial<PricedCall>, number]>([
    // 10,000 of 60,000 fresh at $3, 40,000 read at $0.30, 10,000 written at $3.75, 1,000 out at $15
    [
      'Anthropic, cached',
      {
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        input: 60_000,
        cacheRead: 40_000,
        cacheWrite: 10_000,
        output: 1_000,
      },
      0.03 + 0.012 + 0.0375 + 0.015,
    ],
    // 2,000 fresh at $1.25, 8,000 cached at $0.125, 500 out (300 of them reasoning) at $10
    [
      'OpenAI, cached, with reasoning',
      { provider: 'openai', model: 'gpt-5', input: 10_000, cacheRead: 8_000, output: 500 },
      0.0025 + 0.001 + 0.005,
    ],
    // The same in a batch: half
    [
      'OpenAI, in a batch',
      { provider: 'openai', model: 'gpt-5', serviceTier: 'batch', input: 10_000, cacheRead: 8_000, output: 500 },
      (0.0025 + 0.001 + 0.005) / 2,
    ],
    // 100,000 fresh at $1.25, 50,000 cached at $0.125, 1,000 out at $10
    [
      'Gemini, cached, 150,000 tokens',
      { provider: 'gcp.gemini', model: 'gemini-2.5-pro', input: 150_000, cacheRead: 50_000, output: 1_000 },
      0.125 + 0.00625 + 0.01,
    ],
    // Beyond 200,000: 200,000 fresh at $2.50, 50,000 cached at $0.25, 1,000 out at $15
    [
      'Gemini, cached, 250,000 tokens',
      { provider: 'gcp.gemini', model: 'gemini-2.5-pro', input: 250_000, cacheRead: 50_000, output: 1_000 },
      0.5 + 0.0125 + 0.015,
    ],
    ['an embedding', { provider: 'openai', model: 'text-embedding-3-small', input: 1_000_000 }, 0.02],
  ])('%s', (_, given, dollars) => {
    expect(book.cost(call(given))).toBeCloseTo(dollars, 10);
  });

  it.each([
    ['openai', 'gpt-4o-2024-08-06'],
    ['openai', 'gpt-5-2025-08-07'],
    [null, 'claude-sonnet-4-5-20250929'],
    ['aws.bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['gcp.vertex_ai', 'claude-opus-4-1@20250805'],
    ['gcp.gemini', 'models/gemini-2.5-pro'],
    ['azure.ai.openai', 'gpt-4o'],
    ['some-proxy', 'openai/gpt-4o-mini'],
    ['gcp.vertex.agent', 'gemini-2.0-flash'],
    ['microsoft.agent_framework', 'gpt-5-mini'],
    ['aws.bedrock', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'],
    ['aws.bedrock', 'arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['gcp.vertex_ai', 'publishers/anthropic/models/claude-sonnet-4-5@20250929'],
    ['litellm', 'azure/gpt-4o'],
    ['litellm', 'mistral/mistral-large-latest'],
    ['google', 'models/gemini-2.5-flash'],
    ['strands-agents', 'us.anthropic.claude-sonnet-4-20250514-v1:0'],
    ['anthropic', 'claude-sonnet-4-5[1m]'],
    ['openrouter', 'anthropic/claude-3.7-sonnet:thinking'],
    ['mistralai', 'mistral-large-latest'],
    ['mistral', 'mistral-large-latest'],
    ['openai', 'openai:gpt-4o'],
    [null, 'anthropic:claude-sonnet-4-5'],
    [null, 'mistral:mistral-large-latest'],
    ['openai', 'ft:gpt-4o-2024-08-06:acme::9XyZ'],
    ['bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ])('knows %s %s', (provider, model) => {
    expect(book.cost(call({ provider, model, input: 1_000_000, output: 0 }))).toBeGreaterThan(0);
  });

  it('does not know what it does not know, and does not call that free', () => {
    expect(book.cost(call({ provider: 'openai', model: 'gpt-99', input: 5, output: 5 }))).toBeNull();
    expect(book.cost(call({ provider: 'ollama', model: 'llama3.2', input: 5, output: 5 }))).toBeNull();
    // Run by somebody else than their maker, open weights cost something else.
    for (const model of ['deepseek-chat', 'mistral-large-latest', 'gpt-oss-20b']) {
      expect(book.cost(call({ provider: 'ollama', model, input: 5, output: 5 }))).toBeNull();
    }
    // What was tuned costs more than what it was made of, and what is given away nothing.
    for (const model of ['ft:gpt-5:acme::1', 'ft:', 'llama3:latest', 'deepseek/deepseek-chat:free']) {
      expect(book.cost(call({ provider: 'openrouter', model, input: 5, output: 5 }))).toBeNull();
    }
    expect(book.cost(call({ provider: 'openai', model: 'gpt-5' }))).toBeNull();
    expect(book.cost(call({ provider: 'openai', model: 'gpt-5', input: 0, output: 0 }))).toBe(0);
  });
});

describe('a price book', () => {
  const entries = [
    { provider: 'openai', model: 'm', input: 1, output: 2 },
    { provider: 'openai', model: 'm', from: '2025-06-01', input: 10, output: 20 },
    { provider: 'openai', model: 'm', from: '2026-01-01', input: 100, output: 200 },
    { provider: null, model: 'local-*', input: 0, output: 0 },
    { provider: 'x', model: 'audio', input: 1, output: 1, inputAudio: 50, outputAudio: 100 },
  ];
  const small = new PriceBook(entries);

  it('takes the price of the day', () => {
    const on = (year: number): number | null =>
      small.cost(
        call({ provider: 'openai', model: 'M', startNs: BigInt(Date.UTC(year, 6, 1)) * 1_000_000n, input: 1_000_000 }),
      );
    expect([on(2024), on(2025), on(2026)]).toEqual([1, 10, 100]);
  });

  it('knows models by how they begin, whoever serves them', () => {
    expect(small.cost(call({ provider: 'ollama', model: 'local-llama', input: 9 }))).toBe(0);
    expect(small.cost(call({ provider: 'other', model: 'm', input: 9 }))).toBeNull();
  });

  it('counts audio apart, and no token twice', () => {
    const spoken = {
      provider: 'x',
      model: 'audio',
      input: 1_000_000,
      inputAudio: 400_000,
      output: 1_000_000,
      outputAudio: 1_000_000,
    };
    expect(small.cost(call(spoken))).toBeCloseTo(0.6 + 20 + 100);
    expect(small.cost(call({ provider: 'x', model: 'audio', input: 10, cacheRead: 50, inputAudio: 50 }))).toBeCloseTo(
      10e-6,
    );
  });
});
