"""OpenTelemetry's own instrumentation of OpenAI: what was said comes as log records."""

from openai_talk import talk
from opentelemetry import trace
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from telemetry import logs, traces

providers = [traces(), logs()]
OpenAIInstrumentor().instrument()
talk(trace.get_tracer("app"))
for provider in providers:
    provider.shutdown()
