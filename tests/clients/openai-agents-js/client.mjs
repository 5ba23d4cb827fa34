/** The OpenAI Agents SDK for JavaScript, its own exporter pointed at Spoor, with the lines of docs/agents.md. */
import { Agent, BatchTraceProcessor, run, setTraceProcessors, tool } from '@openai/agents';
import { OpenAITracingExporter, setDefaultOpenAIKey } from '@openai/agents-openai';
import { z } from 'zod';

const SYSTEM = 'Be brief.';
process.env.OPENAI_BASE_URL = `${process.env.MODEL_URL}/v1`;
setDefaultOpenAIKey('none');
const exporter = new OpenAITracingExporter({ endpoint: `${process.env.OTLP_URL}/v1/traces/ingest`, apiKey: 'none' });
const processor = new BatchTraceProcessor(exporter);
processor.onSpanEnd = (span) => {
  const { type, _input: input, _response: response } = span.spanData;
  if (type === 'response') Object.assign(span.spanData, { input, response });
  return BatchTraceProcessor.prototype.onSpanEnd.call(processor, span);
};
setTraceProcessors([processor]);
const get_weather = tool({
  name: 'get_weather',
  description: 'The weather',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => JSON.stringify({ city, sky: 'grey' }),
});
const agent = new Agent({ name: 'weather_agent', instructions: SYSTEM, tools: [get_weather], model: 'gpt-5-mini' });
const first = await run(agent, 'What is the weather in Oslo and Rome?');
await run(agent, [...first.history, { role: 'user', content: 'yes' }]);
await processor.forceFlush();
await processor.shutdown();
