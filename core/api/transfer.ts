/** Buffers of a reply's columns move to the caller instead of being copied: those of the reply itself and of its fields. */
export function transferablesOfReply(value: unknown): Transferable[] {
  const buffers = new Set<ArrayBuffer>();
  for (const field of typeof value === 'object' && value !== null ? Object.values(value) : []) {
    if (!ArrayBuffer.isView(field) || !(field.buffer instanceof ArrayBuffer)) continue;
    // Node's small buffers lie in a pool that is not ours to give away.
    if (field.byteLength === field.buffer.byteLength) buffers.add(field.buffer);
  }
  return [...buffers];
}
