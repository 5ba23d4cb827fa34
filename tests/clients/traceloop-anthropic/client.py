"""OpenLLMetry's instrumentation of Anthropic."""

from anthropic_talk import talk
from opentelemetry import trace
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from telemetry import traces

provider = traces()
AnthropicInstrumentor().instrument()
talk(trace.get_tracer("app"))
provider.shutdown()
