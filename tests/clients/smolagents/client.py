"""smolagents with OpenInference's instrumentation."""

from openinference.instrumentation import using_attributes
from openinference.instrumentation.smolagents import SmolagentsInstrumentor
from smolagents import OpenAIServerModel, ToolCallingAgent, tool
from telemetry import MODEL, traces, weather

provider = traces()
SmolagentsInstrumentor().instrument()


@tool
def get_weather(city: str) -> str:
    """The weather in a city

    Args:
        city: its name
    """
    return weather(city)


model = OpenAIServerModel(model_id="gpt-5-mini", api_base=MODEL + "/v1", api_key="none", client_kwargs={"max_retries": 0})
agent = ToolCallingAgent(tools=[get_weather], model=model, name="weather_agent", max_steps=2, verbosity_level=0)
with using_attributes(session_id="session-1", user_id="user-1"):
    agent.run("What is the weather in Oslo and Rome?")
provider.shutdown()
