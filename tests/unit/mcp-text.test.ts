/** Recorded text in answers to agents, and where lists go on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answer } from '../../services/gateway/mcp/answer';
import { Cursors } from '../../services/gateway/mcp/cursor';
import { pieceOf } from '../../services/gateway/mcp/pieces';
import { bounded, quoted, visible } from '../../services/gateway/mcp/quoted';
import { rangeOf } from '../../services/gateway/mcp/range';
import { TOOLS } from '../../services/gateway/mcp/tools';

const text = fc.string({ unit: 'binary', maxLength: 300 });

describe('quoted text', () => {
  it('is one JSON string on one line, within its bytes, with nothing unseen', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 8, max: 400 }), (given, most) => {
        const shown = quoted(given, most);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/[\n\r\u2028\u2029\u202a-\u202e\u{e0000}-\u{e007f}]/u);
        expect(JSON.parse(shown)).toBe(bounded(given, most));
      }),
    );
  });

  it('spells out what hides', () => {
    expect(visible('a\u{e0068}\u{e0069}\u202e\u200bb')).toBe('a\\u{e0068}\\u{e0069}\\u{202e}\\u{200b}b');
    expect(visible('tab\tand\nline, M\u00fcnchen \u5317\u4eac')).toBe('tab\tand\nline, M\u00fcnchen \u5317\u4eac');
  });

  it('makes up the whole in pieces, wherever they are cut', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 90 }), (given, most) => {
        let from: number | null = 0;
        let whole = '';
        while (from !== null) {
          const piece = pieceOf(given, from, most);
          expect(Buffer.byteLength(piece.quoted)).toBeLessThanOrEqual(most);
          whole += piece.text;
          from = piece.next;
        }
        expect(whole).toBe(Array.from(given, visible).join(''));
      }),
    );
  });
});

describe('answers', () => {
  it('take no more items than there is room for, as text and as data', () => {
    const answer = new Answer(1_000);
    let added = 0;
    while (answer.add('x'.repeat(60), { name: 'x'.repeat(50) })) added++;
    const { text: shown, data } = answer.end({
      cursor: 'c'.repeat(100),
      partial: 'p'.repeat(100),
      link: 'l'.repeat(100),
    });
    expect(added).toBeGreaterThan(4);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(1_000);
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(1_000);
    expect(data).toMatchObject({ complete: false });
  });
});

describe('cursors', () => {
  it('go on with their own question alone', () => {
    const cursor = new Cursors('a', { query: 'x' }).at('NTo2.place~3');
    expect(new Cursors('a', { query: 'x', cursor }).place(cursor)).toBe('NTo2.place~3');
    expect(() => new Cursors('a', { query: 'y' }).place(cursor)).toThrow('another question');
    expect(() => new Cursors('b', { query: 'x' }).place(cursor)).toThrow('another question');
    expect(new Cursors('a', {}).index(new Cursors('a', {}).at(12))).toBe(12);
    expect(() => new Cursors('a', {}).index(new Cursors('a', {}).at('x'))).toThrow('Leave it out');
  });
});

describe('times', () => {
  it('are ages, RFC 3339 or epoch nanoseconds', () => {
    expect(rangeOf({ from: '15m', to: '1700000000000000000' }, 1_800_000_000_000)).toEqual({
      from: '2027-01-15T07:45:00.000Z',
      to: '1700000000000000000',
    });
    for (const wrong of ['soon', '-5m', '2026-13-40T00:00:00Z'])
      expect(() => rangeOf({ from: wrong })).toThrow('is no time');
  });
});

describe('tools', () => {
  it('are described, and only those that write change anything', () => {
    for (const { name, description, uses, writes } of TOOLS) {
      expect(name).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
      expect(description.length, name).toBeLessThan(500);
      const changes = uses.filter((one) => /^(?:create|record|update|delete|write|set)/.test(one));
      expect(changes.length > 0, name).toBe(writes);
    }
    expect(new Set(TOOLS.map(({ name }) => name)).size).toBe(TOOLS.length);
  });
});
