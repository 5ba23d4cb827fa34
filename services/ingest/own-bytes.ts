/** The same bytes in memory of their own, so that they can move to another thread: copied only if they share it with others. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return new Uint8Array(isAlone ? buffer : bytes);
}
