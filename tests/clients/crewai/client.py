"""CrewAI with OpenInference's instrumentations of it and of OpenAI."""

import os

os.environ["CREWAI_DISABLE_TELEMETRY"] = os.environ["CREWAI_DISABLE_TRACKING"] = "true"

from crewai import LLM, Agent, Crew, Task  # noqa: E402
from crewai.tools import tool  # noqa: E402
from openinference.instrumentation.crewai import CrewAIInstrumentor  # noqa: E402
from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: E402
from telemetry import traces, weather  # noqa: E402

provider = traces()
CrewAIInstrumentor().instrument()
OpenAIInstrumentor().instrument()


@tool("get_weather")
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


agent = Agent(role="weather_agent", goal="Know the sky", backstory="You look up.", tools=[get_weather], llm=LLM(model="openai/gpt-5-mini"))
task = Task(description="What is the weather in Oslo?", expected_output="A word", agent=agent)
Crew(agents=[agent], tasks=[task]).kickoff()
provider.shutdown()
