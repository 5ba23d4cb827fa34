/** OpenInference's instrumentation of LangChain.js. */
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as CallbackManagerModule from '@langchain/core/callbacks/manager';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { SYSTEM, traces, weather } from '../node/telemetry.mjs';

const sdk = traces();
new LangChainInstrumentation().manuallyInstrument(CallbackManagerModule);
const get_weather = tool((given) => JSON.stringify(weather(given)), {
  name: 'get_weather',
  description: 'The weather',
  schema: z.object({ city: z.string() }),
});
const model = new ChatOpenAI({ model: 'gpt-5-mini', maxRetries: 0 });
const agent = createAgent({ name: 'weather_agent', model, tools: [get_weather], systemPrompt: SYSTEM });
const config = { metadata: { session_id: 'session-1' } };
const { messages } = await agent.invoke(
  { messages: [{ role: 'user', content: 'What is the weather in Oslo and Rome?' }] },
  config,
);
await agent.invoke({ messages: [...messages, { role: 'user', content: 'yes' }] }, config);
for await (const _ of await new ChatOpenAI({ model: 'gpt-5', streamUsage: true }).stream('Tell me a story', config));
await model.invoke('Now fail', config).catch(({ message }) => process.stdout.write(`${message}\n`));
await sdk.shutdown();
