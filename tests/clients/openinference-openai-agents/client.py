"""OpenInference's instrumentation of the OpenAI Agents SDK, with its default API."""

from agents_talk import talk
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from telemetry import traces

provider = traces()
OpenAIAgentsInstrumentor().instrument()
talk()
provider.shutdown()
