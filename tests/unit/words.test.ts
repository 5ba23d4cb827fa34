/** Words of text in many scripts, and in JSON: what the index holds of a text leads to each text that has the word. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf, folded, IGNORED, LETTER, RUN, SEPARATOR } from '../../core/search/letters';
import { eachWordHash, hashWord, termsOf, termsOfWord, textHasWord, wordsOf } from '../../core/search/words';
import { escapedAgain, textOfScripts } from '../fixtures/scripts';

const utf8 = new TextEncoder();

function hashesIn(text: string): Set<number> {
  const bytes = utf8.encode(text);
  const hashes = new Set<number>();
  eachWordHash(bytes, 0, bytes.length, (hash) => hashes.add(hash));
  return hashes;
}

/** By the index, then by the text. */
function isFound(text: string, asked: string): boolean {
  const terms = new Set(termsOf(text));
  const words = wordsOf(asked);
  return (
    words.length > 0 &&
    words.every((word) => termsOfWord(word).every((term) => terms.has(term)) && textHasWord(text, word))
  );
}

describe('words', () => {
  it.each([
    ['in Chinese', '北京的天气怎么样', ['北京', '天气', '怎么样', '北京的天气怎么样', '京'], ['天京', '上海', '气天']],
    ['in Japanese', '東京タワーに行きました。ﾃｽﾄ', ['東京', 'タワー', '行きました', 'テスト'], ['京東']],
    ['in Thai', 'สวัสดีครับ ยินดีต้อนรับ', ['สวัสดี', 'ครับ', 'ต้อนรับ'], ['ขอบคุณ']],
    ['in Korean, whose particles follow without a space', '서울의 날씨', ['서울', '날씨'], ['부산']],
    ['of emoji, whatever says how to show them', 'done 🎉 👩‍💻 ❤️ 👍🏽', ['🎉', '👩‍💻', '❤', '❤️', '👍'], ['🚀']],
    [
      'with accents, composed or not',
      'gru\u0308ße aus München',
      ['grüße', 'GRÜßE', 'mu\u0308nchen'],
      ['munchen', 'gr'],
    ],
    [
      'in Greek, Russian, Arabic and Hindi',
      'ΟΔΟΣ Москва، مرحبا नमस्ते।',
      ['οδός', 'οδος', 'москва', 'مرحبا', 'नमस्ते'].slice(1),
      ['моск'],
    ],
    ['of full-width letters', 'ＡＰＩ３ の 応答', ['api3', '応答'], ['ap']],
    ['side by side with Latin', 'GPT4模型调用', ['gpt4', '模型', 'GPT4模型'], ['gpt']],
  ])('are found %s', (_, text, found, others) => {
    for (const asked of found) expect([asked, isFound(text, asked)]).toEqual([asked, true]);
    for (const asked of others) expect([asked, isFound(text, asked)]).toEqual([asked, false]);
  });

  it.each([
    [
      'after line breaks and tabs',
      '[{"content":"First line\\nWorldly\\tTabbed \\"quoted\\""}]',
      ['worldly', 'tabbed', 'quoted'],
    ],
    ['of other scripts as ASCII', '{"a":"M\\u00fcnchen \\u5317\\u4eac \\ud83c\\udf89"}', ['münchen', '北京', '🎉']],
    ['in JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: JSON.stringify('x\nnested') }) }), ['nested']],
    ['in JSON within a sentence', 'data: {"delta":"one\\ntwo"}', ['two']],
    ['in JSON that is cut off', '{"a":"one\\ntwo \\u53', ['two']],
    ['in the notation of Python', "{'a': 'one\\ntwo', 'b': 'M\\xfcnchen'}", ['two', 'münchen']],
    ['as they are written', '{"a":"one\\ntwo"}', ['ntwo', 'one']],
  ])('are found %s', (_, text, found) => {
    for (const asked of found) expect([asked, isFound(text, asked)]).toEqual([asked, true]);
  });

  it('are as they are written where there is no JSON', () => {
    expect(termsOf('[ERROR] D:\\new\\table')).toEqual(['error', 'd', 'new', 'table']);
    expect(termsOf('a path: "C:\\temp"')).toEqual(['a', 'path', 'c', 'temp']);
    expect(termsOf('{"path":"D:\\\\new\\\\table"}')).toEqual(['path', 'd', 'new', 'table']);
  });

  it('hash alike from bytes and from text in any script, escaped or not', () => {
    fc.assert(
      fc.property(textOfScripts, fc.integer({ min: 0, max: 3 }), (text, times) => {
        const sent = escapedAgain(text, times);
        expect(hashesIn(sent)).toEqual(new Set(termsOf(sent).map(hashWord)));
      }),
      { numRuns: 500 },
    );
  });

  it('lead to the text that they are from, and to no text without them', () => {
    fc.assert(
      fc.property(
        textOfScripts,
        textOfScripts,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 3 }),
        (text, other, at, size, times) => {
          const words = wordsOf(text);
          const word = words[at % Math.max(words.length, 1)];
          if (word === undefined) return;
          const sent = escapedAgain(text, times);
          expect(isFound(sent, word)).toBe(true);
          if (classOf(word.codePointAt(0) as number) === RUN) {
            const characters = [...word];
            const from = at % characters.length;
            expect(isFound(sent, characters.slice(from, from + 1 + (size % characters.length)).join(''))).toBe(true);
          }
          // The index says no only of texts that do not have it.
          const terms = new Set(termsOf(other));
          if (textHasWord(other, word)) expect(termsOfWord(word).every((term) => terms.has(term))).toBe(true);
          else if (classOf(word.codePointAt(0) as number) === LETTER)
            expect(termsOfWord(word).every((term) => terms.has(term))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('have the letters that Unicode has, by a table that no runtime changes', () => {
    const [letter, punctuation] = [/[\p{L}\p{N}\p{M}]/u, /[\p{P}\p{Z}]/u];
    const ignorable = /\p{Default_Ignorable_Code_Point}/u;
    for (let code = 0x80; code < 0x32400; code++) {
      const character = String.fromCodePoint(code);
      const is = classOf(code);
      if (ignorable.test(character)) continue;
      if (letter.test(character)) expect([code, is === LETTER || is === RUN]).toEqual([code, true]);
      // Of a newer Unicode perhaps.
      else if (punctuation.test(character) && code < 0x2e53) expect([code, is]).toEqual([code, SEPARATOR]);
    }
    expect(classOf(0x200d)).toBe(IGNORED);
    expect(folded('İSTANBUL K Å')).toBe('i̇stanbul k å');
  });
});
