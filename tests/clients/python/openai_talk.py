"""What a program says to OpenAI's SDK: a tool, the same words twice, a stream, a failure."""

import json

from openai import OpenAI
from telemetry import SYSTEM, WEATHER, weather

TOOL = {"type": "function", "function": {"name": "get_weather", "description": "The weather", "parameters": WEATHER}}


def talk(tracer, client=None, **more):
    client = client or OpenAI(max_retries=0)
    ask = client.chat.completions.create
    with tracer.start_as_current_span("weather"):
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "What is the weather in Oslo and Rome?"}]
        message = ask(model="gpt-5-mini", messages=messages, tools=[TOOL], temperature=0.5, **more).choices[0].message
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            result = weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        answer = ask(model="gpt-5-mini", messages=messages, tools=[TOOL], **more).choices[0].message
        messages.append({"role": "assistant", "content": answer.content})
        # Said twice, shown twice.
        for _ in range(2):
            messages.append({"role": "user", "content": "yes"})
            answer = ask(model="gpt-5-mini", messages=messages, **more).choices[0].message
            messages.append({"role": "assistant", "content": answer.content})
    with tracer.start_as_current_span("stream"):
        asked = [{"role": "user", "content": "Tell me a story"}]
        for _ in ask(model="gpt-5", messages=asked, stream=True, stream_options={"include_usage": True}, **more):
            pass
    with tracer.start_as_current_span("failure"):
        try:
            ask(model="gpt-5-mini", messages=[{"role": "user", "content": "Now fail"}], **more)
        except Exception as error:
            print(error)


def respond(tracer, client=None):
    client = client or OpenAI(max_retries=0)
    tool = {"type": "function", "name": "get_weather", "description": "The weather", "parameters": WEATHER}
    with tracer.start_as_current_span("responses"):
        items = [{"role": "user", "content": "And the weather in Lima?"}]
        first = client.responses.create(model="gpt-5-mini", instructions=SYSTEM, input=items, tools=[tool])
        items += [item.model_dump(exclude_none=True) for item in first.output]
        for item in first.output:
            if item.type == "function_call":
                result = weather(**json.loads(item.arguments))
                items.append({"type": "function_call_output", "call_id": item.call_id, "output": result})
        client.responses.create(model="gpt-5-mini", instructions=SYSTEM, input=items, tools=[tool])
        asked = [{"role": "user", "content": "Please think about it"}]
        for _ in client.responses.create(model="gpt-5", input=asked, stream=True):
            pass
