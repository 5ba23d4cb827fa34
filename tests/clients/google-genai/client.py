"""
OpenTelemetry's instrumentation of Google's SDK. It makes one span of all requests of automatic function calling, and knows the last of
them alone: the program calls its tool itself.
"""

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


config = types.GenerateContentConfig(
    system_instruction=SYSTEM,
    tools=[get_weather],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)
contents = [types.Content(role="user", parts=[types.Part(text="What is the weather in Oslo?")])]
answer = client.models.generate_content(model="gemini-2.5-flash", contents=contents, config=config)
(call,) = answer.function_calls
result = types.Part.from_function_response(name=call.name, response={"result": get_weather(**call.args)})
contents += [answer.candidates[0].content, types.Content(role="user", parts=[result])]
client.models.generate_content(model="gemini-2.5-flash", contents=contents, config=config)
client.models.generate_content(model="gemini-2.5-pro", contents="Please think about it")
for _ in client.models.generate_content_stream(model="gemini-2.5-flash", contents="Tell me a story"):
    pass
try:
    client.models.generate_content(model="gemini-2.5-flash", contents="Now fail")
except Exception as error:
    print(error)
for provider in providers:
    provider.shutdown()
