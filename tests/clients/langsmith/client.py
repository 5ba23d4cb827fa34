"""LangSmith's export over OpenTelemetry of LangChain and LangGraph."""

from langchain_talk import talk
from langchain_core.tracers.langchain import wait_for_all_tracers
from telemetry import traces

provider = traces()
talk({"metadata": {"session_id": "session-1"}})
wait_for_all_tracers()
provider.shutdown()
