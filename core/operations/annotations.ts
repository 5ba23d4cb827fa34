/** Bookmarks and notes on spans, traces and sessions. */
import { z } from 'zod';
import { type AnnotationEdit, type AnnotationListQuery, MAX_NOTE_CHARS, type NewAnnotation } from '../api/annotation';
import { onePage } from '../api/page';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, SPAN_ID, TRACE_ID, VERSION, whole } from './input';
import { isOneTarget, MARK_LIST, ONE_TARGET, TARGET } from './mark-schemas';
import { operation } from './operation';

const ANNOTATION = z.object({ bookmarked: z.boolean(), note: z.string().max(MAX_NOTE_CHARS) });
const NEW_ANNOTATION = TARGET.extend({
  bookmarked: z.boolean().default(false),
  note: z.string().max(MAX_NOTE_CHARS).default(''),
}).refine(isOneTarget, ONE_TARGET);

const { list, create, update, remove } = collection(
  '/v1/annotations',
  'bookmarks and notes on spans, traces and sessions',
  'notes:write',
);

export const annotations = {
  /** Of a trace and its spans. */
  traceAnnotations: operation({
    summary: 'Bookmarks and notes on the spans of a trace',
    permission: 'telemetry:read',
    input: [TRACE_ID],
    rest: {
      method: 'get',
      path: '/v1/traces/{traceId}/annotations',
      id: 'listTraceAnnotations',
      refusals: [404],
      shown: onePage,
    },
    run: read(({ annotations }, traceId: string) => annotations.ofTrace(traceId)),
  }),
  listAnnotations: operation({
    ...list,
    input: [whole(MARK_LIST)],
    run: read(({ annotations }, query: AnnotationListQuery) => annotations.list(query)),
  }),
  /** @throws NOT_FOUND when what it is about is not stored */
  createAnnotation: operation({
    ...create,
    input: [whole(NEW_ANNOTATION)],
    run: write(({ annotations, texts }, annotation: NewAnnotation) => annotations.create(texts.clean(annotation))),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateAnnotation: operation({
    ...update,
    input: [ID, VERSION, whole(ANNOTATION)],
    run: write(({ annotations, texts }, id: string, version: number, edit: AnnotationEdit) =>
      annotations.update(id, version, texts.clean(edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteAnnotation: operation({
    ...remove,
    input: [ID],
    run: write(({ annotations }, id: string) => annotations.remove(id)),
  }),
  /** @throws NOT_FOUND when the span is not stored */
  annotateSpan: operation({
    summary: 'Sets bookmark and note of a span; neither takes the annotation away',
    permission: 'notes:write',
    input: [TRACE_ID, SPAN_ID, whole(ANNOTATION)],
    rest: { method: 'put', path: '/v1/traces/{traceId}/spans/{spanId}/annotation', status: 204, refusals: [404] },
    run: write(({ annotations, texts }, traceId: string, spanId: string, edit: AnnotationEdit) =>
      annotations.set(traceId, spanId, texts.clean(edit)),
    ),
  }),
};
