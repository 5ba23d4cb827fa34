/** Checks annotations and scores as they come in. */
import { z } from 'zod';
import { type AnnotationListQuery, MAX_NOTE_CHARS, type NewAnnotation } from '../../../core/api/annotation';
import { SCORE_SOURCES, type ScoreEdit, type ScoreListQuery, type ScoreValue } from '../../../core/api/score';
import { parse } from './queries';

const MAX_LIMIT = 100;
const text = z.string().max(2_000).optional();
const limit = z.coerce.number().int().min(1).max(MAX_LIMIT).optional();

export const TARGET = z.object({
  traceId: z.string().max(64).nullable().default(null),
  spanId: z.string().max(32).nullable().default(null),
  sessionId: z.string().min(1).max(10_000).nullable().default(null),
});

interface Target {
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly sessionId: string | null;
}

export const isOneTarget = ({ traceId, spanId, sessionId }: Target): boolean =>
  (traceId === null) !== (sessionId === null) && (spanId === null || traceId !== null);
export const ONE_TARGET = {
  message: 'say what it is about: traceId, traceId and spanId, or sessionId',
  path: ['traceId'],
};

export const ANNOTATION_LIST = z.object({ traceId: text, sessionId: text, limit, cursor: text });
export const NEW_ANNOTATION = TARGET.extend({
  bookmarked: z.boolean().default(false),
  note: z.string().max(MAX_NOTE_CHARS).default(''),
});

export const SCORE_VALUE = z.object({
  name: z.string().trim().min(1).max(200),
  value: z.number().nullable().default(null),
  label: z.string().min(1).max(200).nullable().default(null),
  comment: z.string().max(MAX_NOTE_CHARS).default(''),
  source: z.enum(SCORE_SOURCES).default('human'),
});
export const SCORE = TARGET.extend(SCORE_VALUE.shape);
export const SCORE_LIST = ANNOTATION_LIST.extend({
  spanId: text,
  name: text,
  source: z.enum(SCORE_SOURCES, { message: `is one of ${SCORE_SOURCES.join(', ')}` }).optional(),
});

const saysSomething = ({ value, label }: { readonly value: number | null; readonly label: string | null }): boolean =>
  value !== null || label !== null;
const VALUE_OR_LABEL = { message: 'say a value, a label or both', path: ['value'] };

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function annotationListQuery(input: unknown): AnnotationListQuery {
  return parse(ANNOTATION_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function newAnnotation(input: unknown): NewAnnotation {
  return parse(NEW_ANNOTATION.refine(isOneTarget, ONE_TARGET), input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function scoreListQuery(input: unknown): ScoreListQuery {
  return parse(SCORE_LIST, input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function scoreEdit(input: unknown): ScoreEdit {
  return parse(SCORE.refine(isOneTarget, ONE_TARGET).refine(saysSomething, VALUE_OR_LABEL), input);
}

/** @throws SpoorError VALIDATION_ERROR with one detail a field. */
export function scoreValue(input: unknown): ScoreValue {
  return parse(SCORE_VALUE.refine(saysSomething, VALUE_OR_LABEL), input);
}
