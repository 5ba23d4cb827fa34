/** Genkit's own spans, with its model of OpenAI. */
import { openAI } from '@genkit-ai/compat-oai/openai';
import { genkit, z } from 'genkit';
import { MODEL, SYSTEM, traces, weather } from '../node/telemetry.mjs';

const sdk = traces();
const ai = genkit({ plugins: [openAI({ apiKey: 'none', baseURL: `${MODEL}/v1`, maxRetries: 0 })] });
const get_weather = ai.defineTool(
  { name: 'get_weather', description: 'The weather', inputSchema: z.object({ city: z.string() }) },
  async (given) => weather(given),
);
const model = openAI.model('gpt-5-mini');
const { messages } = await ai.generate({
  model,
  system: SYSTEM,
  prompt: 'What is the weather in Oslo and Rome?',
  tools: [get_weather],
});
await ai.generate({ model, messages, prompt: 'yes' });
const { stream, response } = ai.generateStream({ model, prompt: 'Tell me a story' });
for await (const _ of stream);
await response;
await ai.generate({ model, prompt: 'Now fail' }).catch(({ message }) => process.stdout.write(`${message}\n`));
await sdk.shutdown();
