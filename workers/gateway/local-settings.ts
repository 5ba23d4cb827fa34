/** Settings of the local workspace: the host keeps them, and the threads take changes into use before whoever made one has an answer. */
import type { SettingsChange, SettingsReport } from '../../core/api/settings';
import type { FollowsSettings, SettingsInUse, SettingsService } from '../../core/api/workers';

export class LocalSettings {
  constructor(
    private readonly host: Pick<SettingsService, 'settings' | 'changeSettings'>,
    private readonly followers: readonly FollowsSettings[],
  ) {}

  report(): Promise<SettingsReport> {
    return this.host.settings();
  }

  /** @throws SpoorError CONFLICT, VALIDATION_ERROR */
  async change(change: SettingsChange): Promise<SettingsReport> {
    const { report, inUse } = await this.host.changeSettings(change);
    await Promise.all(this.followers.map((follower) => follower.follow(inUse)));
    return report;
  }
}

/** Takes those that the gateway goes by into its options. */
export function following(options: SettingsTaken): FollowsSettings {
  return {
    async follow({ retention, agentsMayWrite, compatWithoutToken }) {
      Object.assign(options, { retention, agentsMayWrite, compatWithoutToken });
    },
  };
}

type SettingsTaken = Pick<SettingsInUse, 'retention' | 'agentsMayWrite' | 'compatWithoutToken'>;
