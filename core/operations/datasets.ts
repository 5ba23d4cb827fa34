/** Prompts gathered to be asked again. */
import { z } from 'zod';
import type { DatasetEdit, DatasetItemEdit, DatasetItemQuery } from '../api/evaluation';
import { onePage } from '../api/page';
import { read, write } from '../store/workspace/store-call';
import { collection } from './collection';
import { ID, named, SPAN_ID, TRACE_ID, VERSION, whole } from './input';
import { operation, own, resource, through } from './operation';
import { PROMPT_TEXT } from './prompts';
import { cursor, limit } from './schemas';

const MAX_TEXT = 100_000;
const id = z.string().min(1).max(100);
const expected = z.string().max(MAX_TEXT).default('');

const DATASET = z.object({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(MAX_TEXT).default(''),
});
const ITEM = z.object({ prompt: PROMPT_TEXT, expected });
export const DATASET_ITEM = ITEM as z.ZodType<DatasetItemEdit>;
const NEW_ITEM = ITEM.extend({ datasetId: id });
export const NEW_DATASET_ITEM = NEW_ITEM as z.ZodType<DatasetItemEdit & { datasetId: string }>;
/** In place of a prompt written by hand. */
export const RECORDED_ITEM = z.object({
  datasetId: id,
  traceId: z.string().max(64),
  spanId: z.string().max(32),
  expected,
});
const DATASET_ID = named('datasetId', z.coerce.string());

const { list, create, update, remove } = collection(
  '/v1/datasets',
  'prompts gathered to be asked again',
  'notes:write',
);
const items = collection('/v1/dataset-items', 'the items of a dataset', 'notes:write');

export const datasets = {
  listDatasets: operation({
    ...list,
    input: [],
    rest: { ...list.rest, shown: onePage },
    run: read(({ datasets }) => datasets.list()),
  }),
  createDataset: operation({
    ...create,
    input: [whole(DATASET)],
    run: write(({ datasets }, edit: DatasetEdit) => datasets.create(edit)),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateDataset: operation({
    ...update,
    input: [ID, VERSION, whole(DATASET)],
    run: write(({ datasets }, datasetId: string, version: number, edit: DatasetEdit) =>
      datasets.update(datasetId, version, edit),
    ),
  }),
  /** Its items and experiments go with it. @throws NOT_FOUND */
  deleteDataset: operation({
    ...remove,
    input: [ID],
    run: write(({ datasets }, datasetId: string) => datasets.remove(datasetId)),
  }),
  /** @throws NOT_FOUND */
  listDatasetItems: operation({
    ...items.list,
    input: [whole(z.object({ datasetId: id, limit, cursor }))],
    run: read(({ datasets }, query: DatasetItemQuery) => datasets.itemPage(query)),
  }),
  /** Written by hand. @throws NOT_FOUND */
  writeDatasetItem: operation({
    ...items.create,
    input: [DATASET_ID, whole(DATASET_ITEM)],
    rest: null,
    run: through(({ evaluation }, datasetId: string, edit: DatasetItemEdit) => evaluation.createItem(datasetId, edit)),
  }),
  /** Of a recorded call of a model. @throws NOT_FOUND, VALIDATION_ERROR where its prompt is not recorded */
  recordDatasetItem: operation({
    summary: 'Adds a recorded model call to the items of a dataset',
    permission: 'notes:write',
    input: [DATASET_ID, TRACE_ID, SPAN_ID, named('expected', z.coerce.string())],
    rest: null,
    run: through(({ evaluation }, datasetId: string, traceId: string, spanId: string, expectedAnswer: string) =>
      evaluation.itemOfSpan(datasetId, traceId, spanId, expectedAnswer),
    ),
  }),
  /** @throws NOT_FOUND, CONFLICT */
  updateDatasetItem: operation({
    ...items.update,
    input: [ID, VERSION, whole(DATASET_ITEM)],
    run: write(({ datasets, texts }, itemId: string, version: number, edit: DatasetItemEdit) =>
      datasets.updateItem(itemId, version, texts.clean(edit)),
    ),
  }),
  /** @throws NOT_FOUND */
  deleteDatasetItem: operation({
    ...items.remove,
    input: [ID],
    run: write(({ datasets }, itemId: string) => datasets.removeItem(itemId)),
  }),
};

export const datasetResources = {
  /** Of a recorded call, or written by hand. */
  createDatasetItem: resource({
    summary: items.create.summary,
    permission: items.create.permission,
    rest: own({
      ...items.create.rest,
      body: z.object({ ...NEW_ITEM.partial({ prompt: true }).shape, ...RECORDED_ITEM.partial().shape }),
    }),
  }),
};
