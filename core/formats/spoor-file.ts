/** How a `.spoor` file is told from other ZIP files: its manifest is the first thing in it. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const NAME_BYTES_AT = 26;
const NAME_AT = 30;
const MANIFEST = 'manifest.json';

/** So many bytes of a file tell. */
export const SPOOR_HEAD_BYTES = NAME_AT + MANIFEST.length;

/** @param head the first bytes of a file */
export function isSpoorFile(head: Uint8Array): boolean {
  return (
    ZIP.every((byte, i) => head[i] === byte) &&
    head[NAME_BYTES_AT] === MANIFEST.length &&
    head[NAME_BYTES_AT + 1] === 0 &&
    Array.from(MANIFEST).every((char, i) => head[NAME_AT + i] === char.charCodeAt(0))
  );
}
