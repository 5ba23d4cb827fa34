"""Pydantic AI's own instrumentation."""

import asyncio

from pydantic_ai import Agent
from telemetry import SYSTEM, traces, weather

provider = traces()
Agent.instrument_all()
agent = Agent("openai-chat:gpt-5-mini", name="weather_agent", system_prompt=SYSTEM)


@agent.tool_plain
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


first = agent.run_sync("What is the weather in Oslo and Rome?")
agent.run_sync("yes", message_history=first.all_messages())


async def stream():
    async with agent.run_stream("Tell me a story") as told:
        async for _ in told.stream_text():
            pass


asyncio.run(stream())
provider.shutdown()
