/** Traceloop's SDK for Node, with OpenAI's. */
import * as traceloop from '@traceloop/node-server-sdk';
import OpenAI from 'openai';

const url = process.env.OTLP_URL;
traceloop.initialize({
  appName: 'traceloop-js',
  baseUrl: url,
  disableBatch: true,
  silenceInitializationMessage: true,
  instrumentModules: { openAI: OpenAI },
});
const openai = new OpenAI({ baseURL: `${process.env.MODEL_URL}/v1`, apiKey: 'none', maxRetries: 0 });
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'The weather', parameters } }];
const asked = { model: 'gpt-5-mini', tools };
const weather = ({ city }) =>
  traceloop.withTool({ name: 'get_weather' }, async (given) => JSON.stringify({ city: given.city, sky: 'grey' }), {
    city,
  });

await traceloop.withAssociationProperties({ session_id: 'session-1', user_id: 'user-1' }, async () => {
  await traceloop.withAgent({ name: 'weather_agent' }, async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is the weather in Oslo and Rome?' },
    ];
    const [{ message }] = (await openai.chat.completions.create({ ...asked, messages })).choices;
    messages.push(message);
    for (const call of message.tool_calls) {
      const content = await weather(JSON.parse(call.function.arguments));
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
    await openai.chat.completions.create({ ...asked, messages });
  });
  const story = [{ role: 'user', content: 'Tell me a story' }];
  const told = { model: 'gpt-5', messages: story, stream: true, stream_options: { include_usage: true } };
  for await (const _ of await openai.chat.completions.create(told));
  await openai.chat.completions
    .create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Now fail' }] })
    .catch(({ message }) => process.stdout.write(`${message}\n`));
});
await traceloop.forceFlush();
