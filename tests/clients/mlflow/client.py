"""MLflow's tracing, over OTLP."""

import os

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = os.environ["OTLP_URL"] + "/v1/traces"
os.environ["MLFLOW_ENABLE_OTLP_EXPORTER"] = "true"

import mlflow  # noqa: E402
from openai_talk import talk  # noqa: E402


class Tracer:
    def start_as_current_span(self, name):
        return mlflow.start_span(name=name, span_type="AGENT" if name == "weather" else "CHAIN")


mlflow.openai.autolog()
talk(Tracer())
mlflow.flush_trace_async_logging()
