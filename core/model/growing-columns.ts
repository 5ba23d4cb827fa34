/** Several typed columns that grow together, a record a push. */
import { grown } from './growing';

type NumberColumn = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;
type Constructors = Readonly<Record<string, new (length: number) => NumberColumn>>;
type Columns<S extends Constructors> = { readonly [K in keyof S]: InstanceType<S[K]> };

export interface GrowingColumns<S extends Constructors> {
  readonly length: number;
  /** One value a column, in the order in which the columns were named. */
  push(...values: number[]): void;
  /** The columns, cut to their length, each with a buffer of its own. */
  finish(): Columns<S>;
}

export function growing<S extends Constructors>(spec: S, capacity = 64): GrowingColumns<S> {
  const names = Object.keys(spec);
  const columns = Object.values(spec).map((Column) => new Column(capacity));
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(...values) {
      for (let k = 0; k < columns.length; k++) {
        let column = columns[k] as NumberColumn;
        if (length === column.length) {
          column = grown(column, length + 1);
          columns[k] = column;
        }
        column[length] = values[k] as number;
      }
      length++;
    },
    finish: () =>
      Object.fromEntries(names.map((name, k) => [name, (columns[k] as NumberColumn).slice(0, length)])) as Columns<S>,
  };
}
