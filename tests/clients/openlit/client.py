"""OpenLIT's instrumentations of OpenAI and Anthropic."""

import anthropic_talk
import openai_talk
import openlit
from opentelemetry import trace
from telemetry import traces

provider = traces()
openlit.init(disable_metrics=True)
tracer = trace.get_tracer("app")
openai_talk.talk(tracer)
openai_talk.respond(tracer)
anthropic_talk.talk(tracer)
provider.shutdown()
