/** Where text stands in the export requests: field numbers of opentelemetry-proto 1.11, every field that has a length. */
import { OLD_SCOPES } from '../otlp/envelope';

type FieldKind =
  | 'text'
  /** A KeyValue. */
  | 'attribute'
  /** An AnyValue. */
  | 'value'
  /** Ids and packed numbers: no text. */
  | 'numbers'
  | Schema;
export type Schema = ReadonlyMap<number, FieldKind>;

const fields = (entries: readonly (readonly [number, FieldKind])[]): Schema => new Map(entries);

const ENTITY = fields([
  [1, 'text'],
  [2, 'text'],
  [3, 'text'],
  [4, 'text'],
]);
const RESOURCE = fields([
  [1, 'attribute'],
  [3, ENTITY],
]);
const SCOPE = fields([
  [1, 'text'],
  [2, 'text'],
  [3, 'attribute'],
]);

const request = (record: Schema): Schema => {
  const ofScope = fields([
    [1, SCOPE],
    [2, record],
    [3, 'text'],
  ]);
  const ofResource = fields([
    [1, RESOURCE],
    [2, ofScope],
    [3, 'text'],
    [OLD_SCOPES, ofScope],
  ]);
  return fields([[1, ofResource]]);
};

const EVENT = fields([
  [2, 'text'],
  [3, 'attribute'],
]);
const LINK = fields([
  [1, 'numbers'],
  [2, 'numbers'],
  [3, 'text'],
  [4, 'attribute'],
]);

export const TRACES_SCHEMA = request(
  fields([
    [1, 'numbers'],
    [2, 'numbers'],
    [3, 'text'],
    [4, 'numbers'],
    [5, 'text'],
    [9, 'attribute'],
    [11, EVENT],
    [13, LINK],
    [15, fields([[2, 'text']])],
  ]),
);

export const LOGS_SCHEMA = request(
  fields([
    [3, 'text'],
    [5, 'value'],
    [6, 'attribute'],
    [9, 'numbers'],
    [10, 'numbers'],
    [12, 'text'],
  ]),
);

const EXEMPLAR = fields([
  [4, 'numbers'],
  [5, 'numbers'],
  [7, 'attribute'],
]);
const BUCKETS = fields([[2, 'numbers']]);
const points = (...entries: readonly (readonly [number, FieldKind])[]): Schema => fields([[1, fields(entries)]]);

export const METRICS_SCHEMA = request(
  fields([
    [1, 'text'],
    [2, 'text'],
    [3, 'text'],
    [5, points([7, 'attribute'], [5, EXEMPLAR])],
    [7, points([7, 'attribute'], [5, EXEMPLAR])],
    [9, points([9, 'attribute'], [8, EXEMPLAR], [6, 'numbers'], [7, 'numbers'])],
    [10, points([1, 'attribute'], [11, EXEMPLAR], [8, BUCKETS], [9, BUCKETS])],
    [11, points([7, 'attribute'], [6, fields([])])],
    [12, 'attribute'],
  ]),
);
