/** Mastra's own exporter. */
import { createOpenAI } from '@ai-sdk/openai';
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { Observability } from '@mastra/observability';
import { OtelExporter } from '@mastra/otel-exporter';
import { z } from 'zod';

const openai = createOpenAI({ baseURL: `${process.env.MODEL_URL}/v1`, apiKey: 'none' });
const get_weather = createTool({
  id: 'get_weather',
  description: 'The weather',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, sky: 'grey' }),
});
const weather_agent = new Agent({
  id: 'weather_agent',
  name: 'weather_agent',
  instructions: 'Be brief.',
  model: openai.chat('gpt-5-mini'),
  tools: { get_weather },
});
const exporter = new OtelExporter({
  provider: { custom: { endpoint: `${process.env.OTLP_URL}/v1/traces`, protocol: 'http/protobuf' } },
});
const observability = new Observability({ configs: { otel: { serviceName: 'mastra', exporters: [exporter] } } });
const mastra = new Mastra({ agents: { weather_agent }, observability, logger: false });
const agent = mastra.getAgent('weather_agent');
const tracingOptions = { metadata: { sessionId: 'session-1', userId: 'user-1' } };
await agent.generate('What is the weather in Oslo and Rome?', { tracingOptions });
await agent.generate('Tell me a story', { tracingOptions });
await observability.shutdown();
