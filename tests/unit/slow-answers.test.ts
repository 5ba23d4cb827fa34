import { expect, it } from 'vitest';
import { SlowAnswers } from '../../core/store/figures/slow-answers';

const BOOK = {};

function asked(tookMs: number, isEmpty: (answer: number) => boolean = () => false) {
  const clock = { ms: 0, found: 0 };
  const answers = new SlowAnswers<number>(
    isEmpty,
    () => clock.ms,
    () => new Date(clock.ms),
  );
  const find = async (): Promise<number> => {
    clock.ms += tookMs;
    return ++clock.found;
  };
  const ask = async (question: object, basis: object = BOOK): Promise<number> =>
    (await answers.of(question, basis, find)).answer;
  return { clock, ask, answers, find };
}

it('what took long is found once for all pages, and again after a while', async () => {
  const { clock, ask } = asked(1_000);
  for (let page = 0; page < 50; page++) expect(await ask({ from: '1' })).toBe(1);
  clock.ms += 20_000;
  expect(await ask({ from: '1' })).toBe(2);
  expect(await ask({ from: '2' })).toBe(3);
});

it('what says nothing is found anew, however long it took: somebody may wait for the first figure', async () => {
  const { ask } = asked(1_000, (answer) => answer === 1);
  expect(await ask({})).toBe(1);
  expect(await ask({})).toBe(2);
  expect(await ask({})).toBe(2);
});

it('what took no time is found anew, and so is what depends on something else now', async () => {
  const quick = asked(50);
  await quick.ask({});
  expect(await quick.ask({})).toBe(2);
  const slow = asked(1_000);
  await slow.ask({});
  expect(await slow.ask({}, {})).toBe(2);
});

it('few are kept, and none for more than a minute', async () => {
  const { clock, ask } = asked(100_000);
  for (let n = 0; n < 20; n++) await ask({ n });
  expect(await ask({ n: 19 })).toBe(20);
  expect(await ask({ n: 0 })).toBe(21);
  clock.ms += 60_000;
  expect(await ask({ n: 19 })).toBe(22);
});

it('is found anew once somebody changed what it is about, also while it was being found', async () => {
  const { ask, answers } = asked(1_000);
  await ask({});
  answers.forget();
  const under = ask({});
  answers.forget();
  expect(await under).toBe(2);
  expect(await ask({})).toBe(3);
  expect(await ask({})).toBe(3);
});

it('says since when it may be out of date: from when finding it began, once it is given again', async () => {
  const { clock, answers, find } = asked(1_000);
  clock.ms = 5_000;
  expect(await answers.of({}, BOOK, find)).toEqual({ answer: 1, asOf: null });
  clock.ms += 3_000;
  expect(await answers.of({}, BOOK, find)).toEqual({ answer: 1, asOf: new Date(5_000).toISOString() });
});
