"""Strands' own spans, with its model of OpenAI."""

from strands import Agent, tool
from strands.models.openai import OpenAIModel
from strands.telemetry import StrandsTelemetry
from telemetry import SYSTEM, weather

telemetry = StrandsTelemetry()
telemetry.setup_otlp_exporter()


@tool
def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


agent = Agent(
    model=OpenAIModel(model_id="gpt-5-mini"),
    tools=[get_weather],
    system_prompt=SYSTEM,
    name="weather_agent",
    callback_handler=None,
    trace_attributes={"session.id": "session-1", "user.id": "user-1"},
)
agent("What is the weather in Oslo and Rome?")
agent("yes")
telemetry.tracer_provider.force_flush()
