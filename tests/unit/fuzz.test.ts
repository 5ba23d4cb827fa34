import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz';

// Slow machines take longer than the default allows; how long says nothing here.
it('reads drawn and damaged requests as a second decoder does, and survives hostile ones', async () => {
  const { inputs, records, accepted, kinds, findings } = await fuzz(10_000, 1);
  expect(findings).toEqual([]);
  // The drawing is worth something: records are kept, and damage is not always refused.
  expect(inputs).toBeGreaterThanOrEqual(10_000);
  expect(records).toBeGreaterThan(300);
  expect(accepted).toBeGreaterThan(100);
  expect(Math.min(...kinds.values())).toBeGreaterThan(150);
}, 300_000);
