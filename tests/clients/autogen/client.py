"""AutoGen's own spans of agents and tools, with OpenLLMetry's of OpenAI below them."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from telemetry import SYSTEM, traces, weather

provider = traces()
OpenAIInstrumentor().instrument()


async def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


async def talk():
    client = OpenAIChatCompletionClient(model="gpt-5-mini", max_retries=0)
    agent = AssistantAgent("weather_agent", client, tools=[get_weather], system_message=SYSTEM, reflect_on_tool_use=True)
    await agent.run(task="What is the weather in Oslo and Rome?")


asyncio.run(talk())
provider.shutdown()
