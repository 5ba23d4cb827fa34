/** A value of the JSON encoding of OTLP that has the wrong shape; its message names the place. */
export class JsonShapeError extends Error {
  override readonly name = 'JsonShapeError';
}
