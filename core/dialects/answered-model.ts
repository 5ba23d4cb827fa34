/** The model that answered and the tokens of a call, where only the provider's whole answer names them. */

import type { PlainValue } from '../model/json-types';
import type { Usage } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { type AttributeReader, parsed } from './span-source';
import { usageOfObject } from './usage';

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

/** Most answers are texts or messages: what does not hold such a name is not parsed. */
function answerWith(name: RegExp, sent: PlainValue | undefined): JsonObject | null {
  if (typeof sent === 'string' && !(sent.trimStart().startsWith('{') && name.test(sent))) return null;
  const answer = parsed(sent ?? null);
  return isObject(answer) ? answer : null;
}

function modelOfAnswer(sent: PlainValue | undefined): string | null {
  const answer = answerWith(/"model/, sent);
  if (answer === null) return null;
  if (OF_ANSWERS.some((key) => answer[key] != null)) {
    const model = textOf(answer.model) ?? textOf(answer.modelVersion) ?? textOf(answer.model_version);
    if (model !== null) return model;
  }
  return modelOfGenerations(answer) ?? modelOfMessage(answer);
}

/** What only an answer has beside its usage. */
const BESIDE_USAGE = ['choices', 'candidates', 'stopReason'];
/** Lists of what came out, of answers that have an id or a model. */
const LISTS = ['content', 'output', 'data'];

/** Whether it is no structured output of a model, which may name an id, a model and a usage of other things. */
function isAnswer(answer: JsonObject): boolean {
  if (BESIDE_USAGE.some((name) => answer[name] != null)) return true;
  return (answer.id ?? answer.model) != null && LISTS.some((name) => Array.isArray(answer[name]));
}

/** What the first whole answer that counts tokens says of them; null: none does. */
export function answeredUsage(attributes: Pick<AttributeReader, 'value'>): Usage | null {
  for (const key of ANSWER_KEYS) {
    const answer = answerWith(/"usage/, attributes.value(key));
    if (!answer || !isAnswer(answer)) continue;
    const usage = usageOfObject(answer.usage ?? answer.usageMetadata ?? answer.usage_metadata);
    if (usage) return usage;
  }
  return null;
}

/** LangChain's result: for each prompt a list of answers. */
function modelOfGenerations({ generations, llm_output, llmOutput }: JsonObject): string | null {
  const [first] = Array.isArray(generations) ? generations.flat() : [];
  const told = [llm_output, llmOutput].find(isObject);
  const model = told && (textOf(told.model_name) ?? textOf(told.model) ?? textOf(told.model_id));
  return model ?? (isObject(first) && isObject(first.message) ? modelOfMessage(first.message) : null);
}

/** LangChain's message, serialised or not. */
function modelOfMessage(message: JsonObject): string | null {
  const held = isObject(message.kwargs) ? message.kwargs : message;
  const metadata = held.response_metadata;
  return isObject(metadata) ? (textOf(metadata.model_name) ?? textOf(metadata.model)) : null;
}
