"""Google ADK's own spans, whose messages are log records: a tool, a stream, a failure."""

import asyncio
import os

from telemetry import MODEL, SYSTEM, logs, traces

os.environ["GOOGLE_API_KEY"] = "none"
os.environ["GOOGLE_GEMINI_BASE_URL"] = MODEL
providers = [traces(), logs()]

from google.adk.agents import Agent  # noqa: E402
from google.adk.agents.run_config import RunConfig, StreamingMode  # noqa: E402
from google.adk.runners import InMemoryRunner  # noqa: E402
from google.genai import types  # noqa: E402


def get_weather(city: str) -> dict:
    """The weather in a city"""
    return {"city": city, "sky": "grey"}


agent = Agent(name="weather_agent", model="gemini-2.5-flash", instruction=SYSTEM, tools=[get_weather])


async def talk():
    runner = InMemoryRunner(agent=agent, app_name="app")
    await runner.session_service.create_session(app_name="app", user_id="user-1", session_id="session-1")
    for text, mode in [("What is the weather in Oslo and Rome?", StreamingMode.NONE), ("Tell me a story", StreamingMode.SSE), ("Now fail", StreamingMode.NONE)]:
        message = types.Content(role="user", parts=[types.Part(text=text)])
        try:
            async for _ in runner.run_async(user_id="user-1", session_id="session-1", new_message=message, run_config=RunConfig(streaming_mode=mode)):
                pass
        except Exception as error:
            print(error)


asyncio.run(talk())
for provider in providers:
    provider.shutdown()
