import { describe, expect, it } from 'vitest';
import type { Fields, LocalObject, RemoteObject } from '../../../core/sync/objects';
import { isPending, judge, reconcile } from '../../../core/sync/reconcile';
import { nextStamp, type Stamp } from '../../../core/sync/stamp';

const ID = { kind: 'comment', id: '1' } as const;
const at = (ms: number): Stamp => nextStamp(null, ms, '00000001');
const after = (...stamps: readonly Stamp[]): Stamp => nextStamp([...stamps].sort().at(-1) ?? null, 0, '000000ff');
const remote = (stamp: Stamp, fields: Fields | null, ...older: Stamp[]): RemoteObject => {
  return { ...ID, stamp, fields, recent: [stamp, ...older] };
};
const local = (stamp: Stamp, fields: Fields | null, base: RemoteObject | null): LocalObject => ({
  ...ID,
  stamp,
  fields,
  base: base?.fields ?? null,
  baseStamp: base?.stamp ?? null,
  baseRecent: base?.recent ?? [],
});

describe('reconcile', () => {
  const base = remote(at(1), { text: 'one', resolved: false });

  it('takes fields that one side changed from that side', () => {
    const mine = local(at(3), { text: 'one', resolved: true }, base);
    const { next, conflicts } = reconcile(mine, remote(at(2), { text: 'two', resolved: false }, at(1)), after);
    expect(next.fields).toEqual({ text: 'two', resolved: true });
    expect(conflicts).toEqual([]);
    expect(isPending(next)).toBe(true);
    expect(next.stamp > at(3)).toBe(true);
  });

  it('keeps both texts of a comment that two changed', () => {
    const mine = local(at(3), { text: 'mine', resolved: false }, base);
    const { next, conflicts } = reconcile(mine, remote(at(2), { text: 'theirs', resolved: false }, at(1)), after);
    expect(next.fields?.text).toMatch(/^theirs\n\n.*\n\nmine$/);
    expect(conflicts).toEqual([{ ...ID, field: 'text', mine: 'mine', theirs: 'theirs', kept: 'both' }]);
  });

  it('takes the later of two other values, by stamps that follow what was seen, not by clocks', () => {
    const mine = local(at(3), { text: 'one', resolved: 'no' }, base);
    const { next, conflicts } = reconcile(mine, remote(at(2), { text: 'one', resolved: 'yes' }, at(1)), after);
    expect(next.fields?.resolved).toBe('no');
    expect(conflicts).toMatchObject([{ field: 'resolved', mine: 'no', theirs: 'yes', kept: 'mine' }]);
  });

  it('takes a newer version that was made from ours without a word', () => {
    const mine = local(at(2), { text: 'mine' }, base);
    const { next, conflicts } = reconcile(mine, remote(at(4), { text: 'made of mine' }, at(2), at(1)), after);
    expect(next.fields).toEqual({ text: 'made of mine' });
    expect(conflicts).toEqual([]);
    expect(isPending(next)).toBe(false);
  });

  it('gives a server back what it has forgotten', () => {
    const newest = remote(at(5), { text: 'newest' }, at(1));
    const { next } = reconcile(local(at(5), newest.fields, newest), base, after);
    expect(next.fields).toEqual({ text: 'newest' });
    expect(isPending(next)).toBe(true);
    expect(next.baseStamp).toBe(base.stamp);
  });

  it('merges two histories that parted, though nobody changed anything here since', () => {
    const ours = remote(at(5), { text: 'before the backup was restored' }, at(1));
    const { next } = reconcile(local(at(5), ours.fields, ours), remote(at(6), { text: 'after' }, at(1)), after);
    expect(next.fields?.text).toContain('before the backup was restored');
    expect(next.fields?.text).toContain('after');
  });

  it.each([
    ['the deletion', 4, null, 'theirs'],
    ['the change', 2, { text: 'changed', resolved: false }, 'mine'],
  ] as const)('takes %s where it is later than the other, and shows both', (_, deletedAt, fields, kept) => {
    const mine = local(at(3), { text: 'changed', resolved: false }, base);
    const { next, conflicts } = reconcile(mine, remote(at(deletedAt), null, at(1)), after);
    expect(next.fields).toEqual(fields);
    expect(conflicts).toMatchObject([{ field: 'deleted', kept }]);
    expect(conflicts[0]?.mine).toContain('changed');
  });

  it('leaves alone what was deleted before anybody had it', () => {
    expect(isPending(local(at(1), null, null))).toBe(false);
  });
});

describe('judge', () => {
  const current = remote(at(2), { text: 'two' }, at(1));
  const push = (base: Stamp | null, stamp = at(3)) => ({ ...ID, stamp, fields: { text: 'three' }, base });

  it('applies what was made from the current version', () => {
    expect(judge(current, push(at(2)))).toBe('apply');
    expect(judge(null, push(null))).toBe('apply');
  });

  it('knows what it has had already, however late it comes again', () => {
    expect(judge(current, push(null, at(1)))).toBe('applied');
    expect(judge(current, push(at(1), at(2)))).toBe('applied');
  });

  it('refuses what was made from another', () => {
    expect(judge(current, push(at(1)))).toBe('conflict');
    expect(judge(current, push(null))).toBe('conflict');
    expect(judge(null, push(at(2)))).toBe('conflict');
  });
});

describe('stamps', () => {
  it('follow what was seen, though the clock is a day behind', () => {
    const seen = nextStamp(null, 1_700_086_400_000, 'aaaaaaaa');
    let last = seen;
    for (let i = 0; i < 70_000; i++) {
      const next = nextStamp(last, 1_700_000_000_000, '00000000');
      if (next <= last) throw new Error(`${next} does not follow ${last}`);
      last = next;
    }
    expect(last > seen).toBe(true);
  });
});
