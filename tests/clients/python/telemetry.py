"""OpenTelemetry as its documentation sets it up, and where the model server is."""

import os

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

MODEL = os.environ["MODEL_URL"]
OTLP = os.environ["OTLP_URL"]
os.environ.setdefault("OPENAI_API_KEY", "none")
os.environ.setdefault("OPENAI_BASE_URL", MODEL + "/v1")
os.environ.setdefault("ANTHROPIC_API_KEY", "none")
os.environ.setdefault("ANTHROPIC_BASE_URL", MODEL)

SYSTEM = "Be brief."
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def traces():
    provider = TracerProvider(resource=Resource.create())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def logs():
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider(resource=Resource.create())
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(provider)
    return provider


def weather(city):
    """As the tool of every client answers."""
    return '{"city": "%s", "sky": "grey"}' % city
