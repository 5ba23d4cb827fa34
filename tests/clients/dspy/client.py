"""DSPy with OpenInference's instrumentations of it and of LiteLLM below it: each call is told twice."""

import dspy
from openinference.instrumentation import using_attributes
from openinference.instrumentation.dspy import DSPyInstrumentor
from openinference.instrumentation.litellm import LiteLLMInstrumentor
from telemetry import traces

provider = traces()
DSPyInstrumentor().instrument()
LiteLLMInstrumentor().instrument()
lm = dspy.LM("openai/gpt-5-mini", cache=False, num_retries=0, temperature=1.0, max_tokens=16000)
with using_attributes(session_id="session-1", user_id="user-1"):
    lm(messages=[{"role": "user", "content": "Tell me a story"}])
    try:
        lm(messages=[{"role": "user", "content": "Now fail"}])
    except Exception as error:
        print(error)
provider.shutdown()
