"""Semantic Kernel's own spans, whose messages are log records."""

import asyncio
import logging

from telemetry import MODEL, SYSTEM, logs, traces, weather

providers = [traces(), logs()]

from openai import AsyncOpenAI  # noqa: E402
from opentelemetry.sdk._logs import LoggingHandler  # noqa: E402
from semantic_kernel.agents import ChatCompletionAgent  # noqa: E402
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion  # noqa: E402
from semantic_kernel.functions import kernel_function  # noqa: E402

logging.getLogger().addHandler(LoggingHandler(logger_provider=providers[1]))
logging.getLogger().setLevel(logging.INFO)


class Sky:
    @kernel_function(name="get_weather", description="The weather in a city")
    def get_weather(self, city: str) -> str:
        return weather(city)


async def talk():
    service = OpenAIChatCompletion(ai_model_id="gpt-5-mini", async_client=AsyncOpenAI(max_retries=0, api_key="none", base_url=MODEL + "/v1"))
    agent = ChatCompletionAgent(service=service, name="weather_agent", instructions=SYSTEM, plugins=[Sky()])
    answer = await agent.get_response(messages="What is the weather in Oslo and Rome?")
    await agent.get_response(messages="yes", thread=answer.thread)
    async for _ in agent.invoke_stream(messages="Tell me a story"):
        pass
    try:
        await agent.get_response(messages="Now fail")
    except Exception as error:
        print(error)


asyncio.run(talk())
for provider in providers:
    provider.shutdown()
