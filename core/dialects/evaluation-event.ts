/** Evaluations that come with telemetry, as events on spans or as log records (OpenTelemetry GenAI conventions, 1.41). */

import type { Evaluation } from '../model/evaluation';
import type { KeyValue } from '../model/json-types';
import { plainAttributes } from '../model/json-types';
import { AttributeReader } from './span-source';

export const EVALUATION_EVENT = 'gen_ai.evaluation.result';

/** Null: it names no evaluation, or says nothing of how it went. */
export function readEvaluation(attributes: readonly KeyValue[]): Evaluation | null {
  return evaluationIn(new AttributeReader(plainAttributes(attributes)));
}

/** As above. */
export function evaluationIn(a: AttributeReader): Evaluation | null {
  const name = a.text('gen_ai.evaluation.name');
  const score = a.number('gen_ai.evaluation.score.value') ?? null;
  const label = a.text('gen_ai.evaluation.score.label') ?? null;
  if (!name || (score === null && label === null)) return null;
  return { name, score, label, explanation: a.text('gen_ai.evaluation.explanation') ?? null };
}
