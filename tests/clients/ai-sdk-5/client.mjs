/** The AI SDK of the major version before, with its own telemetry: a tool, a stream, Anthropic, a failure. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { MODEL, SYSTEM, traces, weather } from '../node/telemetry.mjs';

const sdk = traces();
const openai = createOpenAI({ baseURL: `${MODEL}/v1`, apiKey: 'none' });
const anthropic = createAnthropic({ baseURL: `${MODEL}/v1`, apiKey: 'none' });
const metadata = { sessionId: 'session-1', userId: 'user-1' };
const experimental_telemetry = { isEnabled: true, functionId: 'weather_agent', metadata };
const more = { experimental_telemetry, maxRetries: 0 };
const tools = {
  get_weather: tool({ description: 'The weather', inputSchema: z.object({ city: z.string() }), execute: weather }),
};
const messages = [{ role: 'user', content: 'What is the weather in Oslo and Rome?' }];
await generateText({
  model: openai.chat('gpt-5-mini'),
  system: SYSTEM,
  tools,
  messages,
  stopWhen: stepCountIs(4),
  ...more,
});
await streamText({ model: openai('gpt-5'), prompt: 'Tell me a story', ...more }).text;
const thinking = { type: 'enabled', budgetTokens: 1024 };
const prompt = 'Please think about it';
await generateText({
  model: anthropic('claude-sonnet-4-5'),
  prompt,
  providerOptions: { anthropic: { thinking } },
  ...more,
});
await generateText({ model: openai.chat('gpt-5-mini'), prompt: 'Now fail', ...more }).catch(({ message }) =>
  process.stdout.write(`${message}\n`),
);
await sdk.shutdown();
