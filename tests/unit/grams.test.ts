/** What a search leaves out because of its letters has no match: whatever holds a text has the runs of letters of that text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Grams, gramsIn } from '../../core/search/grams';
import { joinedSpans } from '../../core/store/logs/block-spans';

const letters = fc.array(fc.constantFrom(...'aAzZ09_ -.ıİ\u212AKkß"\\ö𝄞'.split('')), { maxLength: 12 });
const anyText = fc.oneof(
  letters.map((some) => some.join('')),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const encoder = new TextEncoder();

function holds(grams: Grams, text: string): boolean {
  return gramsIn(text).every((gram) => ((grams.bits[gram >> 3] as number) >> (gram & 7)) & 1);
}

describe('runs of three letters', () => {
  it('are in whatever holds the text, as text and as UTF-8', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (before, text, after) => {
        const whole = before + text + after;
        const [ofText, ofBytes] = [new Grams(), new Grams()];
        ofText.addText(whole);
        const bytes = encoder.encode(`xx${whole}yy`);
        ofBytes.addBytes(bytes, 2, bytes.length - 2);
        expect(Buffer.compare(ofBytes.bits, ofText.bits)).toBe(0);
        // As searches ask: in lower case, of the whole in lower case.
        expect(holds(ofText, text.toLowerCase())).toBe(true);
        expect(holds(ofText, text)).toBe(true);
      }),
      { numRuns: 3_000, seed: 28 },
    );
  });

  it('are those of a dotted I in any lower case', () => {
    const grams = new Grams();
    grams.addText('\u0130zmir, at DİREKT');
    for (const text of ['izmir', 'i\u0307zmir', '\u0130zmir', 'direkt', 'di\u0307rekt'])
      expect(holds(grams, text)).toBe(true);
    expect(holds(grams, 'ankara')).toBe(false);
  });

  it('are missing where the text is not', () => {
    const grams = new Grams();
    grams.addText('connection timed out');
    expect(holds(grams, 'nection ti')).toBe(true);
    expect(holds(grams, 'needle')).toBe(false);
    expect(holds(grams, 'timer')).toBe(false);
    // Too short to tell.
    expect(gramsIn('zz')).toEqual([]);
    expect(gramsIn('z-z z')).toEqual([]);
    expect(gramsIn('a'.repeat(50)).length).toBe(1);
    expect(gramsIn('the quick brown fox jumps over the lazy dog').length).toBeLessThanOrEqual(12);
  });
});

describe('times to look at', () => {
  it('hold every block that may have matches, apart from each other', () => {
    const block = fc.record({ from: fc.bigInt(0n, 60n), length: fc.bigInt(0n, 15n), may: fc.boolean() });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (drawn) => {
        const blocks = drawn
          .map(({ from, length, may }) => ({ from, to: from + length, may }))
          .sort((a, b) => Number(a.from - b.from));
        const spans = joinedSpans(blocks);
        for (const { from, to, may } of blocks) {
          if (may) expect(spans.some((span) => span.from <= from && span.to >= to)).toBe(true);
        }
        for (const [i, { from, to }] of spans.entries()) {
          expect(from <= to).toBe(true);
          if (i > 0) expect((spans[i - 1] as { to: bigint }).to < from).toBe(true);
        }
        if (!blocks.some(({ may }) => may)) expect(spans).toEqual([]);
      }),
      { numRuns: 2_000, seed: 28 },
    );
  });

  it('leave out what lies between', () => {
    const blocks = [0n, 10n, 20n, 30n].map((from, i) => ({ from, to: from + 9n, may: i !== 2 }));
    expect(joinedSpans(blocks)).toEqual([
      { from: 0n, to: 19n },
      { from: 30n, to: 39n },
    ]);
  });
});
