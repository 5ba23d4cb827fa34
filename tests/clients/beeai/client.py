"""BeeAI with OpenInference's instrumentation."""

import asyncio

from beeai_framework.adapters.openai import OpenAIChatModel
from beeai_framework.backend import UserMessage
from openinference.instrumentation import using_attributes
from openinference.instrumentation.beeai import BeeAIInstrumentor
from telemetry import MODEL, traces

provider = traces()
BeeAIInstrumentor().instrument()


async def talk():
    llm = OpenAIChatModel("gpt-5-mini", api_key="none", base_url=MODEL + "/v1")
    await llm.run([UserMessage("What do you say?")])
    try:
        await llm.run([UserMessage("Now fail")])
    except Exception as error:
        print(error)


with using_attributes(session_id="session-1", user_id="user-1"):
    asyncio.run(talk())
provider.shutdown()
