"""Microsoft Agent Framework's own spans: a tool, more of the same talk, a stream, a failure."""

import asyncio

from agent_framework import Agent
from agent_framework.observability import enable_instrumentation
from agent_framework.openai import OpenAIChatClient, OpenAIChatCompletionClient
from telemetry import SYSTEM, traces, weather

provider = traces()
enable_instrumentation(enable_sensitive_data=True)


def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


async def talk():
    client = OpenAIChatCompletionClient(model="gpt-5-mini")
    agent = Agent(client=client, name="weather_agent", instructions=SYSTEM, tools=[get_weather])
    session = agent.create_session()
    await agent.run("What is the weather in Oslo and Rome?", session=session)
    await agent.run("yes", session=session)
    other = Agent(client=OpenAIChatClient(model="gpt-5"), name="weather_agent")
    async for _ in other.run("Tell me a story", stream=True):
        pass
    try:
        await Agent(client=client, name="weather_agent").run("Now fail")
    except Exception as error:
        print(error)


asyncio.run(talk())
provider.shutdown()
