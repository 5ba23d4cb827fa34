/** Payloads are looked into without decoding the record; what cannot be told so is left to a look at the record. */
import { describe, expect, it } from 'vitest';
import { WireWriter } from '../../core/otlp/wire-writer';
import { mayHaveText } from '../../core/store/logs/payload-text';

const KEYED = -7;
const REST = -1;
const RAW = 0;

const row = (row: { attributes: number[]; message?: string; flags?: number; event_name?: string }) => ({
  message: 'served',
  flags: 1,
  event_name: '',
  ...row,
});
const anyValue = (write: (out: WireWriter) => void): Uint8Array => {
  const out = new WireWriter(64);
  write(out);
  return out.finish().slice();
};
const text = (value: string): Uint8Array => anyValue((out) => out.string(1, value));

describe('a word in a payload', () => {
  it('is in a text, regardless of case, or it is not', () => {
    const record = row({ attributes: [3, KEYED, KEYED] });
    const parts = [text('Order 17'), text('Überweisung \u212Aelvin')];
    expect(mayHaveText(record, parts, 'order')).toBe(true);
    expect(mayHaveText(record, parts, 'kelvin')).toBe(true);
    expect(mayHaveText(record, parts, 'r 17')).toBe(true);
    expect(mayHaveText(record, parts, 'needle')).toBe(false);
    // Not across two values.
    expect(mayHaveText(record, [text('nee'), text('dle')], 'needle')).toBe(false);
  });

  it('may be in whatever is no text', () => {
    const number = anyValue((out) => out.varint(3, 4711));
    expect(mayHaveText(row({ attributes: [KEYED] }), [number], '4711')).toBe(true);
    const list = anyValue((out) => out.message(5, (values) => values.message(1, (one) => one.string(1, 'a'))));
    expect(mayHaveText(row({ attributes: [KEYED] }), [list], 'needle')).toBe(true);
    expect(mayHaveText(row({ attributes: [RAW] }), [text('a')], 'needle')).toBe(true);
    expect(mayHaveText(row({ attributes: [KEYED] }), [], 'needle')).toBe(true);
    // A text with something behind it.
    expect(mayHaveText(row({ attributes: [KEYED] }), [Uint8Array.of(10, 1, 97, 24, 1)], 'needle')).toBe(true);
  });

  it('may be in the rest of a body, where the message is not all of it', () => {
    const parts = [text('a')];
    expect(mayHaveText(row({ attributes: [REST] }), parts, 'needle')).toBe(false);
    expect(mayHaveText(row({ attributes: [REST], flags: 0, message: 'x'.repeat(300) }), parts, 'needle')).toBe(true);
    expect(mayHaveText(row({ attributes: [KEYED], flags: 0, message: 'x'.repeat(300) }), parts, 'needle')).toBe(true);
    expect(mayHaveText(row({ attributes: [REST], flags: 0 }), parts, 'needle')).toBe(false);
    expect(mayHaveText(row({ attributes: [REST], event_name: 'e'.repeat(5_000) }), parts, 'needle')).toBe(true);
  });
});
