"""OpenLLMetry's instrumentations of LlamaIndex and of OpenAI below it: each call is told twice."""

from llama_index_talk import talk
from opentelemetry.instrumentation.llamaindex import LlamaIndexInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from telemetry import traces

provider = traces()
LlamaIndexInstrumentor().instrument()
OpenAIInstrumentor().instrument()
talk()
provider.shutdown()
