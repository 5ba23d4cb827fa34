/** Evaluators that need nothing but the answer. */
import type { EvaluatedAnswer, Evaluator, Verdict } from '../api/evaluation';
import { formatCost, formatDuration } from '../model/format';
import { PatternError, UserPattern } from '../patterns/user-pattern';
import { evaluatorName, short } from './evaluator-name';
import { compileSchema, SchemaError, Unchecked } from './json-schema';

export type LocalEvaluator = Exclude<Evaluator, { kind: 'judge' }>;

/** Why an evaluator cannot work; null: it can. */
export function evaluatorProblem(evaluator: Evaluator): string | null {
  try {
    if (evaluator.kind === 'regex') new UserPattern(evaluator.pattern);
    if (evaluator.kind === 'json-schema') compileSchema(evaluator.schema, true);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

export function evaluate(evaluator: LocalEvaluator, answer: EvaluatedAnswer, expected: string): Verdict {
  const name = evaluatorName(evaluator);
  if (answer.error !== null) return { name, value: 0, comment: 'There was no answer.' };
  const { value, comment } = opinionOf(evaluator, answer, expected);
  return { name, value: value === null ? null : Number(value), comment };
}

/** What cannot be told is told as that, not as false. */
function opinionOf(evaluator: LocalEvaluator, answer: EvaluatedAnswer, expected: string): Opinion {
  try {
    return judge(evaluator, answer, expected);
  } catch (error) {
    if (error instanceof PatternError || error instanceof Unchecked || error instanceof SchemaError)
      return { value: null, comment: error.message };
    throw error;
  }
}

function isIn(pattern: UserPattern, text: string): boolean {
  const found = pattern.isIn(text);
  if (found !== null) return found;
  throw new Unchecked(
    `It was not checked: the pattern “${short(pattern.source)}” takes too many steps in a text this long.`,
  );
}

interface Opinion {
  readonly value: boolean | null;
  readonly comment: string;
}

function judge(evaluator: LocalEvaluator, answer: EvaluatedAnswer, expected: string): Opinion {
  const { text } = answer;
  const nothingExpected: Opinion = { value: null, comment: 'The item does not say what is expected.' };
  switch (evaluator.kind) {
    case 'exact': {
      if (expected === '') return nothingExpected;
      const [said, right] = [text.trim(), expected.trim()];
      const isRight = evaluator.ignoreCase ? said.toLowerCase() === right.toLowerCase() : said === right;
      return { value: isRight, comment: isRight ? '' : `It is not “${short(right)}”.` };
    }
    case 'contains': {
      const wanted = evaluator.text ?? expected.trim();
      if (wanted === '') return nothingExpected;
      const isIn = text.toLowerCase().includes(wanted.toLowerCase());
      return { value: isIn, comment: isIn ? '' : `“${short(wanted)}” is not in it.` };
    }
    case 'regex': {
      const matches = isIn(new UserPattern(evaluator.pattern), text);
      return { value: matches, comment: matches ? '' : 'It does not match.' };
    }
    case 'json-schema':
      return fits(evaluator.schema, text);
    case 'length': {
      const { min, max } = evaluator;
      const isWithin = text.length >= (min ?? 0) && text.length <= (max ?? Number.POSITIVE_INFINITY);
      return { value: isWithin, comment: `It is ${text.length} characters long.` };
    }
    case 'latency': {
      if (answer.durationNs === null) return { value: null, comment: 'How long it took is not known.' };
      const comment = `It took ${formatDuration(answer.durationNs)}.`;
      return { value: answer.durationNs <= evaluator.maxMs * 1e6, comment };
    }
    case 'cost': {
      if (answer.costUsd === null) return { value: null, comment: 'The price of the model is unknown.' };
      return { value: answer.costUsd <= evaluator.maxUsd, comment: `It cost ${formatCost(answer.costUsd)}.` };
    }
    case 'tools':
      return callsTools(evaluator, answer.toolCalls);
  }
}

/** In order, others between them unless it is to be exactly those. */
function callsTools({ names, exactly }: Extract<Evaluator, { kind: 'tools' }>, called: readonly string[]): Opinion {
  const comment = called.length === 0 ? 'It calls no tool.' : `It calls ${called.join(', ')}.`;
  if (exactly) return { value: names.join('\n') === called.join('\n'), comment };
  let next = 0;
  for (const name of called) if (name === names[next]) next++;
  return { value: next === names.length, comment };
}

/** Models like to wrap JSON in a fence. */
function unfenced(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```')) return text;
  const firstLine = trimmed.indexOf('\n');
  const lastLine = trimmed.lastIndexOf('\n');
  const language = firstLine < 0 ? null : trimmed.slice(3, firstLine).trim();
  const isFence = lastLine > firstLine && (language === '' || language === 'json');
  return isFence && trimmed.slice(lastLine).trim() === '```' ? trimmed.slice(firstLine + 1, lastLine) : text;
}

function fits(schema: Extract<Evaluator, { kind: 'json-schema' }>['schema'], text: string): Opinion {
  let value: unknown;
  try {
    value = JSON.parse(unfenced(text));
  } catch (error) {
    return { value: false, comment: `It is no JSON: ${(error as Error).message}` };
  }
  const problem = compileSchema(schema, false)(value, text.length);
  return { value: problem === null, comment: problem ?? '' };
}
