import { isDeepStrictEqual } from 'node:util';
import { replaceEqualDeep } from '@tanstack/react-query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepEqual } from '../../renderer/connection/keep-equal';

const values = fc.anything({
  maxKeys: 5,
  withTypedArray: true,
  key: fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString'),
  values: [fc.integer({ max: 3, min: 0 }), fc.constantFrom('x', null, undefined)],
});

describe('an answer that is asked for again', () => {
  it('is what came, whatever was there before, with the old objects where they are equal', () => {
    fc.assert(
      fc.property(values, values, (old, fresh) => {
        const kept = keepEqual(old, fresh);
        expect(isDeepStrictEqual(kept, fresh)).toBe(true);
        expect(isDeepStrictEqual(keepEqual(fresh, structuredClone(fresh)), fresh)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    const old = { rows: [{ id: 1 }, { id: 2 }], total: 2 };
    const kept = keepEqual(old, { rows: [{ id: 1 }, { id: 3 }], total: 2 }) as typeof old;
    expect(kept).toEqual({ rows: [{ id: 1 }, { id: 3 }], total: 2 });
    expect(kept.rows[0]).toBe(old.rows[0]);
    expect(keepEqual(old, structuredClone(old))).toBe(old);
  });

  it('keeps a key that the library would lose', () => {
    const argument = (n: number): unknown => JSON.parse(`{"tool":{"__proto__":{"n":${n}},"n":${n}}}`);
    expect(JSON.stringify(replaceEqualDeep(argument(1), argument(2)))).toBe('{"tool":{"n":2}}');
    expect(JSON.stringify(keepEqual(argument(1), argument(2)))).toBe('{"tool":{"__proto__":{"n":2},"n":2}}');
  });

  it('takes what is nested without end as it came', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(keepEqual([deep], [deep, 1])).toEqual([deep, 1]);
  });
});
