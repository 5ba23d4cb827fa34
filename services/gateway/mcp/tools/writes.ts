/** What agents may change where the user allows it: marks beside what was recorded, and rows of datasets. What was recorded stays as it is. */
import { z } from 'zod';
import { MAX_NOTE_CHARS } from '../../../../core/api/annotation';
import { quoted } from '../quoted';
import { tool } from '../tool';
import { SPAN, spanNamed, TRACE, traceNamed } from '../trace-named';

const TARGET = { traceId: TRACE, spanId: SPAN.optional() };

export const writeNote = tool({
  name: 'write_note',
  title: 'Write a note',
  description: 'Writes a note on a trace or a span, which people see beside it.',
  uses: ['listTraces', 'createAnnotation'],
  writes: true,
  input: { ...TARGET, note: z.string().min(1).max(MAX_NOTE_CHARS), bookmarked: z.boolean().optional() },
  facts: { id: z.string() },
  async run(asked, { traceId: named, spanId, note, bookmarked = false }, { answer }) {
    const traceId = await traceNamed(asked, named);
    const span = spanId === undefined ? null : spanNamed(spanId);
    const { id } = await asked.api.createAnnotation({ traceId, spanId: span, sessionId: null, note, bookmarked });
    answer.say(`Wrote note ${id} on ${span === null ? `trace ${traceId}` : `span ${span}`}.`, { id });
    return answer.end({ cursor: null, link: asked.links.trace(traceId, span) });
  },
});

export const writeScore = tool({
  name: 'write_score',
  title: 'Write a score',
  description: 'Scores a trace or a span: a number, a label or both, with a reason. It is marked as given by a model.',
  uses: ['listTraces', 'createScore'],
  writes: true,
  input: {
    ...TARGET,
    name: z.string().min(1).max(200).describe('What is judged, such as correctness'),
    value: z.number().optional(),
    label: z.string().min(1).max(200).optional(),
    comment: z.string().max(MAX_NOTE_CHARS).optional().describe('The reason'),
  },
  facts: { id: z.string() },
  async run(asked, { traceId: named, spanId, name, value = null, label = null, comment = '' }, { answer }) {
    const traceId = await traceNamed(asked, named);
    const span = spanId === undefined ? null : spanNamed(spanId);
    const score = { traceId, spanId: span, sessionId: null, name, value, label, comment, source: 'model' as const };
    const { id } = await asked.api.createScore(score);
    answer.say(`Wrote score ${id} on ${span === null ? `trace ${traceId}` : `span ${span}`}.`, { id });
    return answer.end({ cursor: null, link: asked.links.trace(traceId, span) });
  },
});

export const addDatasetRow = tool({
  name: 'add_dataset_row',
  title: 'Add a row to a dataset',
  description:
    'Adds a recorded model call (a span with its prompt) to a dataset, which is created where there is none of that name.',
  uses: ['listTraces', 'listDatasets', 'createDataset', 'recordDatasetItem'],
  writes: true,
  input: {
    dataset: z.string().min(1).max(200).describe('Its name'),
    traceId: TRACE,
    spanId: SPAN,
    expected: z.string().max(100_000).optional().describe('What a right answer is'),
  },
  facts: { id: z.string(), datasetId: z.string(), created: z.boolean() },
  async run(asked, { dataset, traceId: named, spanId, expected = '' }, { answer }) {
    const traceId = await traceNamed(asked, named);
    const span = spanNamed(spanId);
    const name = dataset.trim();
    const known = (await asked.api.listDatasets()).find((one) => one.name === name);
    const { id: datasetId } = known ?? (await asked.api.createDataset({ name, description: '' }));
    const { id } = await asked.api.recordDatasetItem(datasetId, traceId, span, expected);
    answer.say(`Added span ${span} as row ${id} of dataset ${quoted(name, 80)}${known ? '' : ', which is new'}.`, {
      id,
      datasetId,
      created: known === undefined,
    });
    return answer.end({ cursor: null, link: asked.links.screen(`dataset/${datasetId}`) });
  },
});
