"""OpenTelemetry's API for Python alone: spans of the GenAI conventions by hand."""

import json
import urllib.error
import urllib.request

from opentelemetry import trace
from telemetry import MODEL, traces

provider = traces()
tracer = trace.get_tracer("app")


def chat(content):
    asked = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": content}]}
    headers = {"content-type": "application/json"}
    with tracer.start_as_current_span("chat gpt-5-mini", kind=trace.SpanKind.CLIENT) as span:
        span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"})
        span.set_attributes({"gen_ai.request.model": asked["model"], "gen_ai.conversation.id": "session-1"})
        parts = [{"role": "user", "parts": [{"type": "text", "content": content}]}]
        span.set_attribute("gen_ai.input.messages", json.dumps(parts))
        request = urllib.request.Request(MODEL + "/v1/chat/completions", json.dumps(asked).encode(), headers)
        said = json.load(urllib.request.urlopen(request))
        choice = said["choices"][0]
        parts = [{"type": "text", "content": choice["message"]["content"]}]
        output = [{"role": "assistant", "parts": parts, "finish_reason": "stop"}]
        span.set_attributes(
            {
                "gen_ai.response.model": said["model"],
                "gen_ai.response.id": said["id"],
                "gen_ai.response.finish_reasons": [choice["finish_reason"]],
                "gen_ai.usage.input_tokens": said["usage"]["prompt_tokens"],
                "gen_ai.usage.output_tokens": said["usage"]["completion_tokens"],
                "gen_ai.usage.cache_read.input_tokens": said["usage"]["prompt_tokens_details"]["cached_tokens"],
                "gen_ai.output.messages": json.dumps(output),
            }
        )


for content in ["yes", "Tell me a story", "Now fail"]:
    try:
        chat(content)
    except urllib.error.HTTPError as error:
        print(error)
provider.shutdown()
