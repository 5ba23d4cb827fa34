"""An agent of the OpenAI Agents SDK: a tool, more of the same talk, a stream."""

import asyncio

from agents import Agent, Runner, function_tool
from telemetry import SYSTEM, weather


@function_tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


async def talk_in_loop():
    agent = Agent(name="weather_agent", instructions=SYSTEM, tools=[get_weather], model="gpt-5-mini")
    first = await Runner.run(agent, "What is the weather in Oslo and Rome?")
    await Runner.run(agent, [*first.to_input_list(), {"role": "user", "content": "yes"}])
    async for _ in Runner.run_streamed(agent, "Tell me a story").stream_events():
        pass


def talk():
    asyncio.run(talk_in_loop())
