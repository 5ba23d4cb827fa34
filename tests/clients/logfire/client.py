"""Logfire's instrumentations of OpenAI and Anthropic, sent to another server than its own."""

import anthropic_talk
import logfire
import openai_talk
from opentelemetry import trace

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_openai()
logfire.instrument_anthropic()
tracer = trace.get_tracer("app")
openai_talk.talk(tracer)
openai_talk.respond(tracer)
anthropic_talk.talk(tracer)
logfire.force_flush()
