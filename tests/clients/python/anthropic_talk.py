"""What a program says to Anthropic's SDK: a tool, thoughts, a stream, a failure."""

from anthropic import Anthropic
from telemetry import SYSTEM, WEATHER, weather

TOOL = {"name": "get_weather", "description": "The weather", "input_schema": WEATHER}


def talk(tracer, client=None):
    client = client or Anthropic(max_retries=0)
    more = {"model": "claude-sonnet-4-5", "max_tokens": 2000}
    with tracer.start_as_current_span("weather"):
        messages = [{"role": "user", "content": "What is the weather in Oslo and Rome?"}]
        answer = client.messages.create(messages=messages, system=SYSTEM, tools=[TOOL], **more)
        messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]})
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": weather(**block.input)}
            for block in answer.content
            if block.type == "tool_use"
        ]
        messages.append({"role": "user", "content": results})
        client.messages.create(messages=messages, system=SYSTEM, tools=[TOOL], **more)
    with tracer.start_as_current_span("thoughts"):
        asked = [{"role": "user", "content": "Please think about it"}]
        client.messages.create(messages=asked, thinking={"type": "enabled", "budget_tokens": 1024}, **more)
    with tracer.start_as_current_span("stream"):
        asked = [{"role": "user", "content": "Tell me a story"}]
        for _ in client.messages.create(messages=asked, stream=True, **more):
            pass
    with tracer.start_as_current_span("failure"):
        try:
            client.messages.create(messages=[{"role": "user", "content": "Now fail"}], **more)
        except Exception as error:
            print(error)
