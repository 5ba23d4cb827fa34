"""Agno with OpenInference's instrumentation."""

from agno.agent import Agent
from agno.models.openai import OpenAIChat
from openinference.instrumentation.agno import AgnoInstrumentor
from telemetry import SYSTEM, traces, weather

provider = traces()
AgnoInstrumentor().instrument()


def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


agent = Agent(name="weather_agent", model=OpenAIChat(id="gpt-5-mini"), tools=[get_weather], system_message=SYSTEM, telemetry=False)
agent.run("What is the weather in Oslo and Rome?", session_id="session-1", user_id="user-1")
agent.run("Tell me a story", session_id="session-1", user_id="user-1")
provider.shutdown()
