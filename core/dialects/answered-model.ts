/** The model that answered and the tokens of a call, where only the provider's whole answer names them. */

import type { Usage } from './agent-span';
import { isObject, type JsonObject, textOf } from './json-objects';
import { type AttributeReader, parsed } from './span-source';
import { usageOfObject } from './usage';

/** Where instrumentations put what came out: OpenInference, LangSmith, Langfuse. */
export const ANSWER_KEYS = ['output.value', 'gen_ai.completion', 'langfuse.observation.output'] as const;

/** What an answer has beside its model. Without any of these, a `model` may be what somebody asked about. */
const OF_ANSWERS = ['choices', 'candidates', 'usage', 'usageMetadata', 'usage_metadata', 'message', 'done'];

/** An answer with its messages is shorter; what is longer holds files. */
const MAX_TEXT = 1_048_576;

/** The whole answers of one call: each is parsed at most once, and only if it is asked for. */
export class WholeAnswers {
  private readonly read = new Map<string, JsonObject | null>();

  constructor(private readonly attributes: Pick<AttributeReader, 'value'>) {}

  /** The first that an answer names; null: none does. */
  get model(): string | null {
    for (const key of ANSWER_KEYS) {
      const model = modelOfAnswer(this.answerWith(/"model/, key));
      if (model !== null) return model;
    }
    return null;
  }

  /** What the first answer that counts tokens says of them; null: none does. */
  get usage(): Usage | null {
    for (const key of ANSWER_KEYS) {
      const answer = this.answerWith(/"usage/, key);
      if (!answer || !isAnswer(answer)) continue;
      const usage = usageOfObject(answer.usage ?? answer.usageMetadata ?? answer.usage_metadata);
      if (usage) return usage;
    }
    return null;
  }

  /** Most answers are texts or messages: what does not hold such a name is not parsed. */
  private answerWith(name: RegExp, key: string): JsonObject | null {
    const known = this.read.get(key);
    if (known !== undefined) return known;
    const sent = this.attributes.value(key) ?? null;
    if (typeof sent === 'string' && !(isShortObject(sent) && name.test(sent))) return null;
    const answer = parsed(sent);
    const object = isObject(answer) ? answer : null;
    this.read.set(key, object);
    return object;
  }
}

function isShortObject(text: string): boolean {
  return text.length <= MAX_TEXT && text.trimStart().startsWith('{');
}

function modelOfAnswer(answer: JsonObject | null): string | null {
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
