/** Settings of the local workspace: the host keeps them, and the threads take changes into use before whoever made one has an answer. */
import type { SettingsChange, SettingsReport } from '../../core/api/settings';
import type { FollowsSettings, SettingsInUse, SettingsService } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';

export class LocalSettings {
  constructor(
    private readonly host: Pick<SettingsService, 'settings' | 'changeSettings' | 'settingsInUse'>,
    private readonly followers: readonly FollowsSettings[],
  ) {}

  report(): Promise<SettingsReport> {
    return this.host.settings();
  }

  /** @throws SpoorError CONFLICT, VALIDATION_ERROR */
  async change(change: SettingsChange): Promise<SettingsReport> {
    const { report, inUse } = await this.host.changeSettings(change);
    await this.hand(inUse);
    return report;
  }

  /** At the start: the gateway before this one may have ended between a change and the threads that follow it. */
  async handOn(): Promise<void> {
    await this.hand(await this.host.settingsInUse());
  }

  private async hand(inUse: SettingsInUse): Promise<void> {
    const results = await Promise.allSettled(this.followers.map((follower) => follower.follow(inUse)));
    for (const result of results) if (result.status === 'rejected' && !isRestarting(result.reason)) throw result.reason;
  }
}

/** A thread that starts again takes what is in use from the host. */
function isRestarting(error: unknown): boolean {
  return error instanceof SpoorError && error.code === 'SERVICE_UNAVAILABLE';
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
