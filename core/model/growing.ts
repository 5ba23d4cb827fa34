/** Columns that grow as records come. */
type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array | BigInt64Array;

/** `column` where it has `length` entries, else a copy twice as long, or longer where needed. */
export function grown<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  const size = Math.max(column.length * 2, length);
  const larger = new (column.constructor as new (size: number) => T)(size);
  larger.set(column as never);
  return larger;
}

/** Bytes of many records, one after the other. */
export class GrowingBytes {
  length = 0;

  constructor(private bytes = new Uint8Array(1024)) {}

  add(source: Uint8Array, start = 0, end = source.length): void {
    this.bytes = grown(this.bytes, this.length + end - start);
    this.bytes.set(source.subarray(start, end), this.length);
    this.length += end - start;
  }

  truncate(length: number): void {
    this.length = length;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** What was added since `start`, as a view. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.length);
  }
}
