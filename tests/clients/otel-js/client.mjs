/** OpenTelemetry's API for JavaScript alone: spans of the GenAI conventions by hand. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { MODEL, traces } from '../node/telemetry.mjs';

const sdk = traces();
const tracer = trace.getTracer('app');

async function chat(content) {
  const asked = { model: 'gpt-5-mini', messages: [{ role: 'user', content }] };
  await tracer.startActiveSpan('chat gpt-5-mini', async (span) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${MODEL}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(asked),
    });
    span.setAttributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': asked.model,
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content }] }]),
      'gen_ai.conversation.id': 'session-1',
      'user.id': 'user-1',
    });
    const said = await answer.json();
    if (!answer.ok) span.setStatus({ code: SpanStatusCode.ERROR, message: said.error.message });
    else {
      const [choice] = said.choices;
      const parts = [{ type: 'text', content: choice.message.content }];
      span.setAttributes({
        'gen_ai.response.model': said.model,
        'gen_ai.response.id': said.id,
        'gen_ai.response.finish_reasons': [choice.finish_reason],
        'gen_ai.usage.input_tokens': said.usage.prompt_tokens,
        'gen_ai.usage.output_tokens': said.usage.completion_tokens,
        'gen_ai.usage.cache_read.input_tokens': said.usage.prompt_tokens_details.cached_tokens,
        'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts, finish_reason: 'stop' }]),
      });
    }
    span.end();
  });
}

for (const content of ['yes', 'Tell me a story', 'Now fail']) await chat(content);
await sdk.shutdown();
