"""LiteLLM's own callback for OpenTelemetry, as its proxy uses it."""

import asyncio
import json

import litellm
from telemetry import MODEL, SYSTEM, WEATHER, traces, weather

provider = traces()
litellm.callbacks = ["otel"]
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "The weather", "parameters": WEATHER}}


async def ask(messages, model="openai/gpt-5-mini", **more):
    return await litellm.acompletion(model=model, messages=messages, num_retries=0, user="user-1", **more)


async def talk():
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "What is the weather in Oslo and Rome?"}]
    message = (await ask(messages, tools=[TOOL])).choices[0].message
    messages.append(message.model_dump(exclude_none=True))
    for call in message.tool_calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": weather(**json.loads(call.function.arguments))})
    await ask(messages, tools=[TOOL])
    asked = [{"role": "user", "content": "Tell me a story"}]
    async for _ in await ask(asked, "openai/gpt-5", stream=True, stream_options={"include_usage": True}):
        pass
    asked = [{"role": "user", "content": "Please think about it"}]
    await ask(asked, "anthropic/claude-sonnet-4-5", api_base=MODEL, thinking={"type": "enabled", "budget_tokens": 1024})
    try:
        await ask([{"role": "user", "content": "Now fail"}])
    except Exception as error:
        print(error)
    # Its callbacks run on a queue of its own.
    await asyncio.sleep(3)


asyncio.run(talk())
provider.shutdown()
