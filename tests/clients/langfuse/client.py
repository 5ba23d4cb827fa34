"""Langfuse's wrapper of OpenAI's SDK, over OTLP, with a session and a user."""

import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "pk-lf-none"
os.environ["LANGFUSE_SECRET_KEY"] = "sk-lf-none"
os.environ["LANGFUSE_HOST"] = os.environ["LANGFUSE_BASE_URL"] = os.environ["OTLP_URL"]

import langfuse.openai  # noqa: E402
from langfuse import get_client, propagate_attributes  # noqa: E402
from openai_talk import talk  # noqa: E402
from opentelemetry import trace  # noqa: E402

client = get_client()
with propagate_attributes(session_id="session-1", user_id="user-1"):
    with client.start_as_current_observation(name="assistant", as_type="agent"):
        talk(trace.get_tracer("langfuse-sdk"), langfuse.openai.OpenAI(max_retries=0))
client.flush()
client.shutdown()
