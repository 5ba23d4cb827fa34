import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PriceFile } from '../../services/store/price-file';
import { temporaryFolder } from '../fixtures/spoor';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let now = 0;
beforeEach(async () => {
  folder = await temporaryFolder();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await folder.remove();
});

const call = {
  provider: 'openai',
  startNs: 0n,
  serviceTier: null,
  input: 1_000_000,
  output: null,
  cacheRead: null,
  cacheWrite: null,
  inputAudio: null,
  outputAudio: null,
};

it('takes prices of the user before those of the list, as soon as they change', async () => {
  const troubles: string[] = [];
  const file = new PriceFile(folder.path, (reason) => troubles.push(reason));
  const path = join(folder.path, 'prices.json');
  const costs = (): unknown[] => {
    now += 3_000;
    const book = file.read();
    return ['gpt-4o', 'house-model'].map((model) => book.cost({ ...call, model }));
  };
  expect(costs()).toEqual([2.5, null]);
  await writeFile(
    path,
    JSON.stringify({
      prices: [
        { model: 'house-*', input: 1 },
        { provider: 'openai', model: 'gpt-4o', input: 2 },
      ],
    }),
  );
  expect(costs()).toEqual([2, 1]);
  await writeFile(path, '{"prices":[{"model":"house-*","input":-1}]}');
  await utimes(path, 1, 1);
  expect(costs()).toEqual([2.5, null]);
  expect(costs()).toEqual([2.5, null]);
  expect(troubles).toEqual([expect.stringMatching(/prices\.json: prices\.0\.input: /)]);
});
