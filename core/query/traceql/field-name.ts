/** A field alone, as people name one: `span.http.route`, `duration`. */
import type { Field } from './ast';
import { readTraceql } from './read-query';

/** Null of what is no field. */
export function fieldNamed(text: string): Field | null {
  try {
    const [stage] = readTraceql(`{ ${text} != nil }`).pipeline.stages;
    const condition = stage?.kind === 'filter' ? stage.condition : null;
    const field = condition?.kind === 'binary' && condition.right.kind === 'nil' ? condition.left : null;
    return field?.kind === 'attribute' || field?.kind === 'intrinsic' || field?.kind === 'parent' ? field : null;
  } catch {
    return null;
  }
}
