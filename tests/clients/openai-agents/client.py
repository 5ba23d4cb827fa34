"""The OpenAI Agents SDK's own exporter, with the lines of docs/agents.md."""

import os

from agents import set_trace_processors
from agents.tracing import ResponseSpanData
from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor

processor = BatchTraceProcessor(BackendSpanExporter(endpoint=os.environ["OTLP_URL"] + "/v1/traces/ingest", api_key="none"))
set_trace_processors([processor])
export = ResponseSpanData.export
ResponseSpanData.export = lambda data: {**export(data), "input": data.input, "response": data.response and data.response.model_dump(mode="json")}

from agents_talk import talk  # noqa: E402

talk()
processor.force_flush()
processor.shutdown()
