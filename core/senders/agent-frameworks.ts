import { before, type SenderGroup } from './sender';

/** OpenTelemetry's launcher finds the instrumentations that are installed beside it. */
const PYTHON = 'opentelemetry-distro opentelemetry-exporter-otlp-proto-http';

export const agentFrameworks: SenderGroup = {
  title: 'Agent frameworks',
  senders: [
    {
      id: 'ai-sdk',
      title: 'Vercel AI SDK',
      lines: (target) => `npm install @ai-sdk/otel @opentelemetry/api @opentelemetry/auto-instrumentations-node

# telemetry.mjs
import { OpenTelemetry } from '@ai-sdk/otel';
import { registerTelemetry } from 'ai';
registerTelemetry(new OpenTelemetry());

# in the shell
${before(
  `node --require @opentelemetry/auto-instrumentations-node/register \\
  --import ./telemetry.mjs app.mjs`,
  target,
)}`,
      note: 'With AI SDK 6 or older there is no telemetry.mjs: pass experimental_telemetry: { isEnabled: true } to each call.',
    },
    {
      id: 'langgraph',
      title: 'LangGraph',
      lines: (target) => `pip install ${PYTHON} \\
  openinference-instrumentation-langchain

${before('opentelemetry-instrument python agent.py', target)}`,
      note: 'The same lines are for LangChain.',
    },
    {
      id: 'openai-agents',
      title: 'OpenAI Agents',
      lines: (target) => `pip install ${PYTHON} \\
  openinference-instrumentation-openai-agents

${before('opentelemetry-instrument python agent.py', target)}`,
      note: 'Spoor also takes what the SDK exports by itself; see docs/agents.md.',
    },
    {
      id: 'pydantic-ai',
      title: 'Pydantic AI',
      lines: (target) => `pip install ${PYTHON}

# agent.py, before the first run
from pydantic_ai import Agent
Agent.instrument_all()

# in the shell
${before('opentelemetry-instrument python agent.py', target)}`,
    },
  ],
};
