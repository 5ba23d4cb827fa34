/** Encodings in which tools write JSON: UTF-8 with and without a mark, and UTF-16 as PowerShell and Windows editors do. */
const UTF8_BOM = [0xef, 0xbb, 0xbf];

export type TextEncodingOfFile =
  | { readonly kind: 'utf8'; readonly bomBytes: number }
  | { readonly kind: 'utf16'; toUtf8(bytes: Uint8Array): Uint8Array };

/** @param head the first bytes of a file */
export function encodingOf(head: Uint8Array): TextEncodingOfFile {
  const [first, second] = head;
  const label = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  if (label === null)
    return { kind: 'utf8', bomBytes: UTF8_BOM.every((byte, i) => head[i] === byte) ? UTF8_BOM.length : 0 };
  return { kind: 'utf16', toUtf8: (bytes) => new TextEncoder().encode(new TextDecoder(label).decode(bytes)) };
}
