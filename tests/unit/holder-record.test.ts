import { describe, expect, it } from 'vitest';
import { doubtMessage, ranHere } from '../../services/store/holder-record';

const HERE = { boot: 'b2', host: 'atlas', machine: 'm1' };

describe('who had the folder', () => {
  it.each([
    ['in this boot', { ...HERE, machine: '' }, true],
    ['in this boot, in a container of another name', { ...HERE, host: 'c0ffee', machine: '' }, true],
    ['before this machine was restarted', { ...HERE, boot: 'b1' }, true],
    ['in a copy of this machine with another name', { ...HERE, boot: 'b1', host: 'atlas-2' }, false],
    ['on another machine of this name', { ...HERE, boot: 'b1', machine: 'm2' }, false],
    ['on a machine that keeps no number', { ...HERE, boot: 'b1', machine: '' }, false],
    ['where no boot was told, on this machine', { ...HERE, boot: '' }, true],
  ])('%s: %j ran here: %s', (_, holder, here) => {
    expect(ranHere(holder, HERE)).toBe(here);
  });

  it('is not told by empty numbers', () => {
    const nothing = { boot: '', host: 'atlas', machine: '' };
    expect(ranHere(nothing, nothing)).toBe(true);
    expect(ranHere({ ...nothing, host: 'zeus' }, nothing)).toBe(false);
    expect(ranHere({ ...nothing, boot: 'b1' }, { ...nothing, boot: 'b2' })).toBe(false);
  });
});

it('says that it may have been this computer where the name is its own', () => {
  const at = { shared: 'nfs4', dataDir: '/data', socket: '/data/instance.sock.1' };
  const holder = { ...HERE, boot: 'b1', machine: '', shared: 'nfs4', since: '2026-01-01T00:00:00Z' };
  const alike = doubtMessage(holder, HERE, at);
  expect(alike).toMatch(/called atlas, as this one is, since 2026.*If it was this one, which was restarted since/);
  expect(alike).toContain('delete /data/instance.sock.1 and start again');
  expect(doubtMessage({ ...holder, host: 'zeus' }, HERE, at)).toMatch(
    /on the computer zeus, since 2026.*End it there\./,
  );
  expect(doubtMessage(null, HERE, at)).toMatch(/on another computer, and/);
});
