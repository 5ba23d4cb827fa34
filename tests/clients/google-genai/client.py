"""OpenTelemetry's instrumentation of Google's SDK."""

from google import genai
from google.genai import types
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor
from telemetry import MODEL, SYSTEM, logs, traces, weather

providers = [traces(), logs()]
GoogleGenAiSdkInstrumentor().instrument()
client = genai.Client(api_key="none", http_options=types.HttpOptions(base_url=MODEL))


def get_weather(city: str) -> str:
    """The weather in a city"""
    return weather(city)


config = types.GenerateContentConfig(system_instruction=SYSTEM, tools=[get_weather])
client.models.generate_content(model="gemini-2.5-flash", contents="What is the weather in Oslo?", config=config)
client.models.generate_content(model="gemini-2.5-pro", contents="Please think about it")
for _ in client.models.generate_content_stream(model="gemini-2.5-flash", contents="Tell me a story"):
    pass
try:
    client.models.generate_content(model="gemini-2.5-flash", contents="Now fail")
except Exception as error:
    print(error)
for provider in providers:
    provider.shutdown()
