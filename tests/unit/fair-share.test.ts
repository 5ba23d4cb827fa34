import { expect, it } from 'vitest';
import { FairShare } from '../../services/net/fair-share';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs so many of one asker at once, in order, whatever becomes of them, and others beside them', async () => {
  const turns = new FairShare(2);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const ask = (who: string, what: string): Promise<string> =>
    turns.run(who, () => {
      begun.push(what);
      return new Promise((resolve, reject) => ends.set(what, (error) => (error ? reject(error) : resolve(what))));
    });
  const answers = ['a1', 'a2', 'a3', 'a4'].map((what) => ask('a', what));
  const other = ask('b', 'b1');
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  const failed = expect(answers[1]).rejects.toThrow('no');
  ends.get('a2')?.(new Error('no'));
  await failed;
  await settled();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  ends.get('b1')?.();
  ends.get('a1')?.();
  expect([await other, await answers[0]]).toEqual(['b1', 'a1']);
  await settled();
  expect(begun.at(-1)).toBe('a4');
  for (const what of ['a3', 'a4']) ends.get(what)?.();
  await Promise.all([answers[2], answers[3]]);
  const later = ['a5', 'a6', 'a7'].map((what) => ask('a', what));
  expect(begun.slice(-2)).toEqual(['a5', 'a6']);
  for (const what of ['a5', 'a6']) ends.get(what)?.();
  await settled();
  ends.get('a7')?.();
  expect(await Promise.all(later)).toEqual(['a5', 'a6', 'a7']);
});
