/** Threads that follow the settings: a change that is made is not answered as one that failed, and one that got lost is handed on. */
import { describe, expect, it } from 'vitest';
import type { FollowsSettings, SettingsInUse } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { LocalSettings } from '../../workers/gateway/local-settings';

const inUse = { agentsMayWrite: true } as SettingsInUse;
const report = { revision: 'next' } as never;
const host = {
  settings: async () => report,
  changeSettings: async () => ({ report, inUse }),
  settingsInUse: async () => inUse,
};

function follower(error: Error | null = null) {
  const followed: SettingsInUse[] = [];
  const follow: FollowsSettings['follow'] = async (settings) => {
    if (error) throw error;
    followed.push(settings);
  };
  return { follow, followed };
}

describe('threads that follow the settings', () => {
  it('may be starting again: they take what is in use from the host, and the others follow', async () => {
    const restarting = follower(new SpoorError('SERVICE_UNAVAILABLE', 'The receiver stopped.'));
    const other = follower();
    expect(await new LocalSettings(host, [restarting, other]).change({ revision: '' })).toBe(report);
    expect(other.followed).toEqual([inUse]);
  });

  it('are heard where they cannot follow', async () => {
    const failing = new LocalSettings(host, [follower(new Error('no such rule'))]);
    await expect(failing.change({ revision: '' })).rejects.toThrow('no such rule');
  });

  it('are handed what is in use where the gateway starts again', async () => {
    const one = follower();
    await new LocalSettings(host, [one]).handOn();
    expect(one.followed).toEqual([inUse]);
  });
});
