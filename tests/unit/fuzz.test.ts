import { expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz';

// Slow machines take longer than the default allows; how long says nothing here.
it('reads drawn and damaged requests as a second decoder does', () => {
  const { inputs, records, accepted, findings } = fuzz(10_000, 1);
  expect(findings).toEqual([]);
  // The drawing is worth something: records are kept, and damage is not always refused.
  expect(inputs).toBeGreaterThanOrEqual(10_000);
  expect(records).toBeGreaterThan(1_000);
  expect(accepted).toBeGreaterThan(100);
}, 60_000);
