"""OpenInference's instrumentation of LangChain and LangGraph."""

from langchain_talk import talk
from openinference.instrumentation.langchain import LangChainInstrumentor
from telemetry import traces

provider = traces()
LangChainInstrumentor().instrument()
talk({"metadata": {"session_id": "session-1"}})
provider.shutdown()
