"""OpenInference's instrumentation of LlamaIndex, with a session and a user."""

from llama_index_talk import talk
from openinference.instrumentation import using_attributes
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor
from telemetry import traces

provider = traces()
LlamaIndexInstrumentor().instrument()
with using_attributes(session_id="session-1", user_id="user-1"):
    talk()
provider.shutdown()
