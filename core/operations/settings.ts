/** Settings of the local workspace. A team server is set up by whoever runs it. */
import { z } from 'zod';
import type { SettingsChange, SettingValues } from '../api/settings';
import { SETTING_KEYS, SETTING_SCHEMAS } from '../settings/settings-table';
import { whole } from './input';
import { operation, through } from './operation';

const VALUES = z.strictObject(SETTING_SCHEMAS).partial() as unknown as z.ZodType<Partial<SettingValues>>;

const CHANGE = z.strictObject({
  revision: z.string().max(64),
  set: VALUES.optional(),
  reset: z.array(z.enum(SETTING_KEYS)).max(SETTING_KEYS.length).optional(),
});

export const settings = {
  settings: operation({
    summary: 'What is set in settings.json, where each value comes from, and what needs a restart',
    permission: null,
    input: [],
    rest: { method: 'get', path: '/v1/settings', id: 'getSettings' },
    run: through(({ settings }) => settings.report()),
  }),
  /** Without `set` and `reset` it takes into use what was written into the file. @throws CONFLICT where the file was changed meanwhile */
  changeSettings: operation({
    summary: 'Changes settings.json in place, and takes the change into use where no restart is needed',
    permission: null,
    input: [whole(CHANGE)],
    rest: { method: 'put', path: '/v1/settings', refusals: [409] },
    run: through(({ settings }, change: SettingsChange) => settings.change(change)),
  }),
};
