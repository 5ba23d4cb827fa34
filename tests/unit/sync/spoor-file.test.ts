import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packFile, unpackFile } from '../../../workers/sync/spoor-file';

const OBJECT = {
  kind: 'tag',
  id: '00000000-0000-4000-8000-000000000001',
  stamp: '019a4c0de123-0000-9f86d081',
  fields: {
    traceId: `${'0'.repeat(31)}1`,
    spanId: null,
    sessionId: null,
    name: 'slow',
    createdAt: '2026-01-01T00:00:00.000000Z',
  },
} as const;
const FILE = { requests: [Uint8Array.of(10, 0), Uint8Array.of(10, 0, 10, 0)], objects: [OBJECT] };
const packed = (): Uint8Array => packFile(FILE, { traces: 1, spans: 2 });

/** The file with one entry as another. */
function changed(name: string, change: (text: string) => string): Uint8Array {
  const entries = unzipSync(packed());
  return zipSync({ ...entries, [name]: strToU8(change(strFromU8(entries[name] ?? new Uint8Array()))) });
}

describe('.spoor files', () => {
  it('come out as they went in', () => {
    const { requests, objects } = unpackFile(packed());
    expect([...requests].map((request) => [...request])).toEqual([
      [10, 0],
      [10, 0, 10, 0],
    ]);
    expect(objects).toEqual([OBJECT]);
  });

  it.each([
    ['cut off', () => packed().slice(0, 200), 'cut off'],
    ['of another kind', () => strToU8('PK but no'), 'no .spoor file'],
    ['with a byte changed', () => changed('spans/00001.pb', () => 'ab'), 'not what the manifest says'],
    [
      'without an entry',
      () => changed('manifest.json', (text) => text.replace('spans/00001.pb', 'spans/00009.pb')),
      'is missing',
    ],
    ['newer', () => changed('manifest.json', (text) => text.replace('"version": 1', '"version": 2')), 'Update Spoor'],
    [
      'older than any',
      () => changed('manifest.json', (text) => text.replace('"version": 1', '"version": 0')),
      'exported again',
    ],
    ['without a manifest', () => zipSync({ 'a.txt': strToU8('a') }), 'no manifest'],
  ])('that are %s are refused whole, with a way on', (_, make, message) => {
    expect(() => unpackFile(make())).toThrow(message);
  });

  it('with objects that no table holds are refused', () => {
    const objects = [{ ...OBJECT, fields: { ...OBJECT.fields, more: 1 } }];
    expect(() => unpackFile(packFile({ ...FILE, objects }, { traces: 1, spans: 2 }))).toThrow(
      'a tag in it is not valid',
    );
  });
});
