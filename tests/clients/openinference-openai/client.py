"""OpenInference's instrumentation of OpenAI, with a session and a user."""

from openai_talk import respond, talk
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace
from telemetry import traces

provider = traces()
OpenAIInstrumentor().instrument()
tracer = trace.get_tracer("app")
with using_attributes(session_id="session-1", user_id="user-1"):
    talk(tracer)
respond(tracer)
provider.shutdown()
