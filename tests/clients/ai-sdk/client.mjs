/** Vercel's AI SDK with its own telemetry: a tool, a stream, a failure. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { generateText, isStepCount, registerTelemetry, streamText, tool } from 'ai';
import { z } from 'zod';
import { MODEL, SYSTEM, traces, weather } from '../node/telemetry.mjs';

const sdk = traces();
registerTelemetry(new OpenTelemetry());
const openai = createOpenAI({ baseURL: `${MODEL}/v1`, apiKey: 'none' });
const anthropic = createAnthropic({ baseURL: `${MODEL}/v1`, apiKey: 'none' });
const telemetry = { functionId: 'weather_agent' };
const tools = {
  get_weather: tool({ description: 'The weather', inputSchema: z.object({ city: z.string() }), execute: weather }),
};
const asked = { model: openai.chat('gpt-5-mini'), system: SYSTEM, tools, telemetry, maxRetries: 0 };
const messages = [{ role: 'user', content: 'What is the weather in Oslo and Rome?' }];
const first = await generateText({ ...asked, messages, stopWhen: isStepCount(4) });
await generateText({
  ...asked,
  messages: [...messages, ...(first.responseMessages ?? first.response.messages), { role: 'user', content: 'yes' }],
});
const { text } = streamText({ model: openai('gpt-5'), prompt: 'Tell me a story', telemetry });
await text;
await generateText({ model: anthropic('claude-sonnet-4-5'), prompt: 'What do you say?', telemetry, maxRetries: 0 });
await generateText({ model: openai('gpt-5-mini'), prompt: 'Now fail', telemetry, maxRetries: 0 }).catch(({ message }) =>
  process.stdout.write(`${message}\n`),
);
await sdk.shutdown();
