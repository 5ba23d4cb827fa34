import { describe, expect, it } from 'vitest';
import { simulate } from '../../fixtures/sync/simulation';

/** `SPOOR_SYNC_SEED=386 npx vitest run --project unit simulation` runs one again. */
const ONLY = process.env.SPOOR_SYNC_SEED;
const SEEDS = ONLY === undefined ? Array.from({ length: 500 }, (_, i) => i + 1) : [Number(ONLY)];

describe('simulated replicas and their server', () => {
  it('agree in the end, and nothing that was written is lost, whatever dropped, crashed or was restored', async () => {
    let [faults, conflicts] = [0, 0];
    for (const seed of SEEDS) {
      const outcome = await simulate(seed);
      expect(outcome.problems, `seed ${seed}`).toEqual([]);
      faults += outcome.faults;
      conflicts += outcome.conflicts;
    }
    if (ONLY !== undefined) return;
    // Without these the runs prove little.
    expect(faults).toBeGreaterThan(SEEDS.length * 20);
    expect(conflicts).toBeGreaterThan(SEEDS.length * 20);
  });

  it('run the same for the same seed', async () => {
    expect(await simulate(386)).toEqual(await simulate(386));
  });
});
