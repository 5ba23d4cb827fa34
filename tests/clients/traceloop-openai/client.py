"""OpenLLMetry's instrumentation of OpenAI."""

from openai_talk import respond, talk
from opentelemetry import trace
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from telemetry import traces

provider = traces()
OpenAIInstrumentor().instrument()
tracer = trace.get_tracer("app")
talk(tracer)
respond(tracer)
provider.shutdown()
