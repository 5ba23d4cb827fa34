/** Answers over one connection: changes wait for them, for a while, and those that a change has passed begin anew. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { SnapshotGate } from '../../services/store/snapshot-gate';

const NEVER_MS = 60_000;
const AT_ONCE_MS = 0;
const PATIENT = { firstMs: NEVER_MS, againMs: NEVER_MS };
const IMPATIENT = { firstMs: AT_ONCE_MS, againMs: AT_ONCE_MS };

function door() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const nothing = async (): Promise<void> => {};

describe('the gate of answers', () => {
  it('keeps a change until the answers under way have ended, and no longer for those that came while it waited', async () => {
    const gate = new SnapshotGate(PATIENT);
    const said: string[] = [];
    const [first, second] = [door(), door()];
    const answer = gate.answer(async () => {
      await first.opened;
      said.push('answer');
    });
    const change = gate.change(async () => void said.push('change'), 'adds');
    await turn();
    const later = gate.answer(async () => {
      await second.opened;
      await gate.read(async () => void said.push('later'));
    });
    first.open();
    await answer;
    await turn();
    second.open();
    await Promise.all([change, later]);
    expect(said).toEqual(['answer', 'change', 'later']);
  });

  it('has an answer wait for a change under way, and the next change for that answer', async () => {
    const gate = new SnapshotGate(PATIENT);
    const said: string[] = [];
    const changing = door();
    const change = gate.change(async () => {
      await changing.opened;
      said.push('change');
    }, 'adds');
    await turn();
    const next = gate.change(async () => void said.push('next'), 'adds');
    const answer = gate.answer(async () => {
      await turn();
      said.push('answer');
    });
    changing.open();
    await Promise.all([change, next, answer]);
    expect(said).toEqual(['change', 'answer', 'next']);
  });

  it('lets answers run side by side, and what they ask for within them', async () => {
    const gate = new SnapshotGate(PATIENT);
    const [one, other] = [door(), door()];
    const answer = gate.answer(async () => {
      one.open();
      await other.opened;
      return gate.answer(() => gate.change(async () => 'within', 'adds'));
    });
    await gate.answer(async () => {
      await one.opened;
      other.open();
    });
    expect(await answer).toBe('within');
  });

  it('begins an answer anew that a change has passed, at the next thing that it asks, and lets the change after wait', async () => {
    const gate = new SnapshotGate({ firstMs: AT_ONCE_MS, againMs: NEVER_MS });
    const changed = door();
    const ended = door();
    const seen: number[] = [];
    let state = 0;
    let runs = 0;
    const answer = gate.answer(async () => {
      runs++;
      if (runs === 1) await changed.opened;
      await gate.read(async () => void seen.push(state));
      if (runs === 2) await ended.opened;
      await gate.read(async () => void seen.push(state));
      return runs;
    });
    await gate.change(async () => void state++, 'adds');
    changed.open();
    await turn();
    await turn();
    const next = gate.change(async () => void state++, 'adds');
    await turn();
    ended.open();
    expect(await answer).toBe(2);
    await next;
    expect(seen).toEqual([1, 1]);
  });

  it('lets an answer stand that took longer than others can wait, where rows were only added', async () => {
    const gate = new SnapshotGate(IMPATIENT);
    let runs = 0;
    const answer = gate.answer(async () => {
      runs++;
      await gate.read(() => turn());
      await turn();
      // Not part of the answer: as another would.
      await outside(() => gate.change(nothing, 'adds'));
    });
    await answer;
    expect(runs).toBe(2);
  });

  it('lets an answer stand that goes on from an earlier state, where rows were only added', async () => {
    const gate = new SnapshotGate(IMPATIENT);
    const run = (kind: 'adds' | 'rewrites') => {
      let runs = 0;
      return gate.answer(async () => {
        runs++;
        if (runs === 1) await outside(() => gate.change(nothing, kind));
        return runs;
      }, true);
    };
    expect([await run('adds'), await run('rewrites')]).toEqual([1, 2]);
  });

  it('begins anew where what was moved made an answer fail, and says so when that goes on', async () => {
    const gate = new SnapshotGate(IMPATIENT);
    let runs = 0;
    const failing = (times: number) =>
      gate.answer(async () => {
        runs++;
        if (runs > times) return runs;
        await outside(() => gate.change(nothing, 'rewrites'));
        throw new Error('the payload has gone');
      });
    expect(await failing(2)).toBe(3);
    runs = 0;
    await expect(failing(100)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(runs).toBe(4);
  });

  it('gives a failure that no change explains, and goes on after a change that failed', async () => {
    const gate = new SnapshotGate(PATIENT);
    await expect(gate.answer(() => Promise.reject(new Error('no such trace')))).rejects.toThrow('no such trace');
    await expect(gate.change(() => Promise.reject(new Error('no room')), 'adds')).rejects.toThrow('no room');
    expect(await gate.answer(async () => 'an answer')).toBe('an answer');
  });
});

/** Runs something as nobody's part: the promises of an answer carry that they are. */
function outside<T>(run: () => Promise<T>): Promise<T> {
  return NOBODY(run);
}
const NOBODY = AsyncLocalStorage.snapshot() as <T>(run: () => Promise<T>) => Promise<T>;
