/** The model that answered stands in the whole answer alone: stored and read as what answered, if it is an answer. */
import { describe, expect, it } from 'vitest';
import { readSource } from '../../core/dialects/read-agent-span';
import { factsOfSpan } from '../../core/dialects/span-facts';
import { AttributeReader } from '../../core/dialects/span-source';

const USAGE = { prompt_tokens: 1, completion_tokens: 1 };
const message = { response_metadata: { model_name: 'gpt-5-2025-08-07', finish_reason: 'stop' }, content: 'Hi' };
const OPENAI = { id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-5-2025-08-07', choices: [], usage: USAGE };
const ANSWERS: readonly (readonly [string, unknown])[] = [
  ['a chat completion', OPENAI],
  ['a response', { id: 'resp_1', model: 'gpt-5-2025-08-07', output: [], usage: { input_tokens: 1 } }],
  ['an embedding', { object: 'list', data: [], model: 'gpt-5-2025-08-07', usage: { prompt_tokens: 8 } }],
  ['a message of Anthropic', { type: 'message', content: [], model: 'gpt-5-2025-08-07', usage: { input_tokens: 1 } }],
  ['Gemini', { candidates: [], modelVersion: 'gpt-5-2025-08-07' }],
  ['Gemini in Python', { candidates: [], model_version: 'gpt-5-2025-08-07' }],
  ['Ollama', { message: { role: 'assistant', content: 'Hi' }, model: 'gpt-5-2025-08-07', done: true }],
  ['LangChain, of all', { generations: [[{ text: 'Hi' }]], llm_output: { model_name: 'gpt-5-2025-08-07' } }],
  ['LangChain, of one', { generations: [[{ text: 'Hi', message }]], llm_output: null }],
  ['LangChain.js', { generations: [[{ message: { lc: 1, kwargs: message } }]], llmOutput: { tokenUsage: {} } }],
  ['a message of LangChain', message],
];

function models(attributes: { readonly [key: string]: string }) {
  const sent = Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const source = { name: 'call', scope: 'x', attributes: new AttributeReader(attributes), events: [] };
  return [readSource(source)?.responseModel, factsOfSpan('call', 'x', sent)?.call?.model];
}

describe.each([
  ['OpenInference', { 'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-5' }, 'output.value'],
  ['LangSmith', { 'langsmith.span.kind': 'llm', 'gen_ai.request.model': 'gpt-5' }, 'gen_ai.completion'],
  ['Langfuse', { 'langfuse.observation.type': 'generation' }, 'langfuse.observation.output'],
] as const)('of %s', (_, attributes, key) => {
  it.each(ANSWERS)('%s', (_name, answer) => {
    expect(models({ ...attributes, [key]: JSON.stringify(answer) })).toEqual(['gpt-5-2025-08-07', 'gpt-5-2025-08-07']);
  });

  it('a model that the answer is about is none', () => {
    const asked = 'llm.model_name' in attributes || 'gen_ai.request.model' in attributes ? 'gpt-5' : null;
    for (const answer of ['{"model":"Corolla","make":"Toyota"}', '"model"', '{"model":', 'The "model" is'])
      expect(models({ ...attributes, [key]: answer })).toEqual([null, asked]);
  });
});

it('what an attribute says is believed', () => {
  const output = JSON.stringify(OPENAI);
  const call = { 'openinference.span.kind': 'LLM', 'output.value': output };
  expect(models({ ...call, 'gen_ai.response.model': 'gpt-5-mini' })).toEqual(['gpt-5-mini', 'gpt-5-mini']);
  expect(models({ 'openinference.span.kind': 'TOOL', 'output.value': output })).toEqual([null, undefined]);
});
