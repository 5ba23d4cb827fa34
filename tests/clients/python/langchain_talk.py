"""An agent of LangChain, which is a graph of LangGraph, and a stream."""

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from telemetry import SYSTEM, weather


@tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


def talk(config=None):
    model = ChatOpenAI(model="gpt-5-mini", max_retries=0)
    agent = create_agent(model, [get_weather], system_prompt=SYSTEM, name="weather_agent")
    asked = [{"role": "user", "content": "What is the weather in Oslo and Rome?"}]
    said = agent.invoke({"messages": asked}, config=config)["messages"]
    agent.invoke({"messages": [*said, {"role": "user", "content": "yes"}]}, config=config)
    for _ in ChatOpenAI(model="gpt-5", stream_usage=True, max_retries=0).stream("Tell me a story", config=config):
        pass
    try:
        model.invoke("Now fail", config=config)
    except Exception as error:
        print(error)
