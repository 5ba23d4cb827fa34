const NUL = 0;
const SYMBOL_FOR_NUL = 0x2400;
/** A text is put together anew from so many pieces that a longer one takes gigabytes. */
const SHORT = 4096;

/** The text with a symbol in place of each NUL character, which no column of PostgreSQL can hold. */
export function withoutNul(text: string): string {
  if (!text.includes('\0')) return text;
  if (text.length <= SHORT) return text.replaceAll('\0', '\u2400');
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += SHORT) {
    const units = Array.from({ length: Math.min(SHORT, text.length - at) }, (_, i) => {
      const unit = text.charCodeAt(at + i);
      return unit === NUL ? SYMBOL_FOR_NUL : unit;
    });
    pieces.push(String.fromCharCode(...units));
  }
  return pieces.join('');
}
