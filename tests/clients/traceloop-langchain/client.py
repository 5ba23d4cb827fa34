"""OpenLLMetry's instrumentations of LangChain and of OpenAI below it: each call is told twice."""

from langchain_talk import talk
from opentelemetry.instrumentation.langchain import LangchainInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from telemetry import traces

provider = traces()
LangchainInstrumentor().instrument()
OpenAIInstrumentor().instrument()
talk()
provider.shutdown()
