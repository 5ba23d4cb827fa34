"""OpenTelemetry's instrumentation of Amazon's SDK: Bedrock's Converse."""

import boto3
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from telemetry import MODEL, SYSTEM, WEATHER, logs, traces, weather

providers = [traces(), logs()]
BotocoreInstrumentor().instrument()
keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
client = boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=MODEL, **keys)
tools = {"tools": [{"toolSpec": {"name": "get_weather", "description": "The weather", "inputSchema": {"json": WEATHER}}}]}
asked = {"modelId": "us.amazon.nova-pro-v1:0", "system": [{"text": SYSTEM}], "toolConfig": tools}

messages = [{"role": "user", "content": [{"text": "What is the weather in Oslo and Rome?"}]}]
said = client.converse(messages=messages, **asked)["output"]["message"]
messages.append(said)
uses = [block["toolUse"] for block in said["content"] if "toolUse" in block]
results = [
    {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": weather(**use["input"])}]}} for use in uses
]
messages.append({"role": "user", "content": results})
client.converse(messages=messages, **asked)
try:
    client.converse(modelId="us.amazon.nova-pro-v1:0", messages=[{"role": "user", "content": [{"text": "Now fail"}]}])
except Exception as error:
    print(error)
for provider in providers:
    provider.shutdown()
