import { describe, expect, it } from 'vitest';
import { zipkinSpansFromJson } from '../../core/formats/zipkin/from-json';
import { withoutNul } from '../../core/model/nul';
import { base64FromBytes, bytesFromBase64 } from '../../core/otlp/base64';
import { parseExactJson } from '../../core/otlp/exact-json';
import { linesOf } from '../../server/modules/uploads/service/lines';
import { SIGNALS, signalOfProtobuf } from '../../services/ingest/signals';
import { denseSpans, MIB, manyOf, messages } from '../fixtures/hostile-requests';

const tooLarge = expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' });

describe('what a request may become', () => {
  it.each([
    ['resources', [0x0a, 0], []],
    ['scopes', [0x12, 0], [1]],
    ['records', [0x12, 0], [2, 1]],
    ['attributes of a resource', [0x0a, 0], [1, 1]],
  ])('is bounded for empty %s of every signal', (_, unit, fields) => {
    const request = messages(unit, 16 * MIB, ...fields);
    for (const signal of SIGNALS) expect(() => signal.decode(request), signal.name).toThrow(tooLarge);
  });

  it.each([
    ['attributes', 'traces', [0x4a, 0], [2, 2, 1]],
    ['events', 'traces', [0x5a, 0], [2, 2, 1]],
    ['names', 'traces', [0x2a, 0], [2, 2, 1]],
    ['attributes', 'logs', [0x32, 0], [2, 2, 1]],
    ['bodies', 'logs', [0x2a, 0], [2, 2, 1]],
    ['values of a body', 'logs', [0x0a, 0], [5, 5, 2, 2, 1]],
    ['points', 'metrics', [0x0a, 0], [5, 2, 2, 1]],
    ['names', 'metrics', [0x0a, 0], [2, 2, 1]],
    ['buckets', 'metrics', [1], [2, 8, 1, 10, 2, 2, 1]],
  ])('is bounded for repeated %s in %s', (_, name, unit, fields) => {
    const request = messages(unit, 16 * MIB, ...fields);
    expect(() => SIGNALS.find((one) => one.name === name)?.decode(request)).toThrow(tooLarge);
  });

  it.each([
    ['values', [0x0a, 0], 12 * MIB, [5]],
    ['lists', [0x0a, 2, 0x2a, 0], 12 * MIB, [5]],
    // Each becomes six characters.
    ['control characters', [1], 46 * MIB, [1, 1, 5]],
  ])('is bounded for %s that are nested too deep to be read', (_, unit, bytes, inner) => {
    // A body of lists in lists.
    const request = messages(unit, bytes, ...inner, ...Array<number[]>(65).fill([1, 5]).flat(), 5, 2, 2, 1);
    expect(() => SIGNALS.find(({ name }) => name === 'logs')?.decode(request)).toThrow(tooLarge);
  });

  it.each([
    ['scopes', [0x12, 0]],
    ['schema URLs', [0x1a, 0]],
  ])('is bounded before anybody knows what the request is, for empty %s of one resource', (_, unit) => {
    expect(() => signalOfProtobuf(messages(unit, 60 * MIB, 1))).toThrow(tooLarge);
  });

  it('is enough for the largest batches of real senders', () => {
    expect(SIGNALS[0]?.decode(denseSpans(63 * MIB)).batch.length).toBeGreaterThan(200_000);
  });

  it('is bounded before JSON is parsed, by its width, its keys and its depth', () => {
    expect(() => parseExactJson(manyOf('{"resourceSpans":[', '{}', 6_000_000, ']}'))).toThrow(tooLarge);
    expect(() => parseExactJson(manyOf('[', '0', 20_000_000, ']'))).toThrow(tooLarge);
    const keys = Array.from({ length: 2_000_000 }, (_, i) => `"${i.toString(36)}":0`).join(',');
    expect(() => parseExactJson(new TextEncoder().encode(`{${keys}}`))).toThrow(tooLarge);
    expect(() => parseExactJson(new TextEncoder().encode('['.repeat(513)))).toThrow('nested deeper');
    const attributes = manyOf('[', '{"key":"k1","value":{"stringValue":"v1"}}', 1_500_000, ']');
    expect((parseExactJson(attributes) as unknown[]).length).toBe(1_500_000);
  });

  it('reads each key of JSON once, however many colons follow', () => {
    // Read again for each colon, these are some 10^13 steps.
    const hostile = `{"${'k'.repeat(4 * MIB)}"${':'.repeat(4 * MIB)}`;
    expect(() => parseExactJson(new TextEncoder().encode(hostile))).toThrow(SyntaxError);
  });

  it('is bounded for Zipkin', () => {
    const spans = Array<object>(700_000).fill({ traceId: '1', id: '1' });
    expect(() => zipkinSpansFromJson(spans)).toThrow(tooLarge);
  });
});

describe('texts of hostile shapes', () => {
  it('come out as short ones do', () => {
    const nuls = 'a\0'.repeat(10_000);
    expect(withoutNul(nuls)).toBe('a\u2400'.repeat(10_000));
    expect(bytesFromBase64(`${'='.repeat(1_000_000)}A`)).toBeNull();
    expect(base64FromBytes(Uint8Array.of(1, 2, 3, 4))).toBe('AQIDBA==');
  });
});

/** Counts the bytes that are searched. */
class Counted extends Uint8Array {
  static searched = 0;
  override indexOf(value: number, from = 0): number {
    const at = super.indexOf(value, from);
    Counted.searched += (at === -1 ? this.length : at + 1) - from;
    return at;
  }
}

describe('the lines of an upload', () => {
  const limits = { lineBytes: 4 * MIB, fileBytes: 8 * MIB, lines: 5 };
  const lines = async (pieces: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    async function* content(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) yield new Counted(Buffer.from(piece));
    }
    for await (const { number, bytes } of linesOf(content(), limits)) found.push(`${number} ${Buffer.from(bytes)}`);
    return found;
  };

  it('are found over pieces, and numbered', async () => {
    expect(await lines(['a\nb', 'c', '\n\nd\n', 'e'])).toEqual(['1 a', '2 bc', '4 d', '5 e']);
  });

  it('are found with one look at each byte', async () => {
    Counted.searched = 0;
    const pieces = Array<string>(2_000).fill('x'.repeat(1_000));
    expect((await lines([...pieces, '\n'])).length).toBe(1);
    expect(Counted.searched).toBe(2_000_001);
  });

  it('are bounded in length, in number and all together', async () => {
    await expect(lines(['x'.repeat(5 * MIB)])).rejects.toThrow('Line 1 is longer than 4 MiB');
    await expect(lines(['\n'.repeat(6)])).rejects.toThrow('more than 5 lines');
    await expect(lines(Array<string>(9).fill(`${'x'.repeat(MIB - 1)}\n`))).rejects.toThrow();
  });
});
