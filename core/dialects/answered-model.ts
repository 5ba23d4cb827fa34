/** The model that answered, where only the provider's whole answer names it. */

import type { PlainValue } from '../model/json-types';
import { isObject, textOf } from './json-objects';
import { type AttributeReader, parsed } from './span-source';

/** Where instrumentations put what came out: OpenInference, LangSmith, Langfuse. */
export const ANSWER_KEYS = ['output.value', 'gen_ai.completion', 'langfuse.observation.output'] as const;

/** What an answer has beside its model. Without any of these, a `model` may be what somebody asked about. */
const OF_ANSWERS = ['choices', 'candidates', 'usage', 'usageMetadata', 'usage_metadata', 'message', 'done'];

/** The first that names one. */
export function answeredModel(attributes: Pick<AttributeReader, 'value'>): string | null {
  for (const key of ANSWER_KEYS) {
    const model = modelOfAnswer(attributes.value(key));
    if (model !== null) return model;
  }
  return null;
}

function modelOfAnswer(sent: PlainValue | undefined): string | null {
  // Most answers are texts or messages: these are not parsed.
  if (typeof sent === 'string' && !(sent.trimStart().startsWith('{') && /"model/.test(sent))) return null;
  const answer = parsed(sent ?? null);
  if (!isObject(answer)) return null;
  if (OF_ANSWERS.some((key) => answer[key] != null)) {
    const model = textOf(answer.model) ?? textOf(answer.modelVersion) ?? textOf(answer.model_version);
    if (model !== null) return model;
  }
  return modelOfGenerations(answer) ?? modelOfMessage(answer);
}

/** LangChain's result: for each prompt a list of answers. */
function modelOfGenerations({
  generations,
  llm_output,
  llmOutput,
}: {
  readonly [key: string]: PlainValue;
}): string | null {
  const [first] = Array.isArray(generations) ? generations.flat() : [];
  const told = [llm_output, llmOutput].find(isObject);
  const model = told && (textOf(told.model_name) ?? textOf(told.model) ?? textOf(told.model_id));
  return model ?? (isObject(first) && isObject(first.message) ? modelOfMessage(first.message) : null);
}

/** LangChain's message, serialised or not. */
function modelOfMessage(message: { readonly [key: string]: PlainValue }): string | null {
  const held = isObject(message.kwargs) ? message.kwargs : message;
  const metadata = held.response_metadata;
  return isObject(metadata) ? (textOf(metadata.model_name) ?? textOf(metadata.model)) : null;
}
