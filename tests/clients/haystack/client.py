"""Haystack with OpenInference's instrumentation: an agent in a pipeline, a generator that fails."""

from haystack import Pipeline
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from openinference.instrumentation import using_attributes
from openinference.instrumentation.haystack import HaystackInstrumentor
from telemetry import MODEL, SYSTEM, traces, weather

provider = traces()
HaystackInstrumentor().instrument()


@tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


def generator():
    return OpenAIChatGenerator(model="gpt-5-mini", api_base_url=MODEL + "/v1", max_retries=0)


with using_attributes(session_id="session-1", user_id="user-1"):
    pipeline = Pipeline()
    pipeline.add_component("weather_agent", Agent(chat_generator=generator(), tools=[get_weather], system_prompt=SYSTEM))
    pipeline.run({"weather_agent": {"messages": [ChatMessage.from_user("What is the weather in Oslo and Rome?")]}})
    other = Pipeline()
    other.add_component("llm", generator())
    other.run({"llm": {"messages": [ChatMessage.from_user("Tell me a story")]}})
    try:
        other.run({"llm": {"messages": [ChatMessage.from_user("Now fail")]}})
    except Exception as error:
        print(error)
provider.shutdown()
