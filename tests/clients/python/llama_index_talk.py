"""An agent of LlamaIndex, a stream and a failure."""

import asyncio

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI
from telemetry import MODEL, SYSTEM, weather


def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


async def agent():
    llm = OpenAI(model="gpt-5-mini", api_base=MODEL + "/v1", max_retries=0)
    tools = [FunctionTool.from_defaults(get_weather)]
    await FunctionAgent(name="weather_agent", llm=llm, tools=tools, system_prompt=SYSTEM, streaming=False).run("What is the weather in Oslo and Rome?")


def talk():
    asyncio.run(agent())
    for _ in OpenAI(model="gpt-5", api_base=MODEL + "/v1", additional_kwargs={"stream_options": {"include_usage": True}}).stream_complete("Tell me a story"):
        pass
    try:
        OpenAI(model="gpt-5-mini", api_base=MODEL + "/v1", max_retries=0).complete("Now fail")
    except Exception as error:
        print(error)
