/** Where text stands in the export requests: field numbers of opentelemetry-proto 1.11. */
type FieldKind =
  | 'text'
  /** A KeyValue. */
  | 'attribute'
  /** An AnyValue. */
  | 'value'
  | Schema;
export type Schema = ReadonlyMap<number, FieldKind>;

const fields = (entries: readonly (readonly [number, FieldKind])[]): Schema => new Map(entries);

const RESOURCE = fields([[1, 'attribute']]);
const SCOPE = fields([[3, 'attribute']]);

const request = (record: Schema): Schema =>
  fields([
    [
      1,
      fields([
        [1, RESOURCE],
        [
          2,
          fields([
            [1, SCOPE],
            [2, record],
          ]),
        ],
      ]),
    ],
  ]);

export const TRACES_SCHEMA = request(
  fields([
    [5, 'text'],
    [9, 'attribute'],
    [11, fields([[3, 'attribute']])],
    [13, fields([[4, 'attribute']])],
    [15, fields([[2, 'text']])],
  ]),
);

export const LOGS_SCHEMA = request(
  fields([
    [5, 'value'],
    [6, 'attribute'],
  ]),
);

const points = (attributes: number, exemplars: number | null): Schema =>
  fields([
    [
      1,
      fields([
        [attributes, 'attribute'],
        ...(exemplars === null ? [] : [[exemplars, fields([[7, 'attribute']])] as const]),
      ]),
    ],
  ]);

export const METRICS_SCHEMA = request(
  fields([
    [5, points(7, 5)],
    [7, points(7, 5)],
    [9, points(9, 8)],
    [10, points(1, 11)],
    [11, points(7, null)],
    [12, 'attribute'],
  ]),
);
