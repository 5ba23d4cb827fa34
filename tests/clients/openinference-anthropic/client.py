"""OpenInference's instrumentation of Anthropic."""

from anthropic_talk import talk
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry import trace
from telemetry import traces

provider = traces()
AnthropicInstrumentor().instrument()
talk(trace.get_tracer("app"))
provider.shutdown()
