/** Reads and changes `settings.json` while Spoor runs. What people write into the file meanwhile is noticed, and never overwritten. */
import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type {
  SettingKey,
  SettingSource,
  SettingState,
  SettingsChange,
  SettingsReport,
  SettingValues,
} from '../../core/api/settings';
import type { ChangedSettings } from '../../core/api/workers';
import { SpoorError } from '../../core/model/errors';
import { hideSecrets, revealSecrets } from '../../core/settings/hidden-secrets';
import { listenAddressText, parseListenAddress } from '../../core/settings/listen-address';
import { DEFAULT_SETTINGS, inUseAfter, RESTART_KEYS, SETTING_KEYS } from '../../core/settings/settings-table';
import { editSettingsText, readSettingsText, type SettingsText } from '../../core/settings/settings-text';
import { syncFolder } from '../../services/store/sync-tree';
import {
  checkCompat,
  type ListenAddresses,
  problemText,
  readSettingsFile,
  type Settings,
  type SettingsOverrides,
  settingsFile,
  settingsOf,
  withOverrides,
} from './settings';

/** Of the file, as it is at one moment. */
interface Stored extends SettingsText {
  readonly text: string;
  readonly exists: boolean;
  readonly revision: string;
}

type Asked = ListenAddresses & { readonly overrides: SettingsOverrides };

export class SettingsKeeper {
  private readonly file: string;
  private readonly overrides: SettingsOverrides;
  private running: SettingValues;
  private changing: Promise<unknown> = Promise.resolve();

  private constructor(
    dataDir: string,
    values: SettingValues,
    private readonly asked: Asked,
  ) {
    this.file = settingsFile(dataDir);
    this.overrides = asked.overrides;
    this.running = this.withAsked(values);
  }

  /**
   * @param values what runs
   * @param asked where was asked to listen at the start
   */
  static async start(dataDir: string, values: SettingValues, asked: Asked): Promise<SettingsKeeper> {
    const keeper = new SettingsKeeper(dataDir, values, asked);
    await keeper.removeUnfinished();
    return keeper;
  }

  /** As threads take them when they start. */
  get inUse(): Settings {
    return settingsOf(this.running);
  }

  async report(): Promise<SettingsReport> {
    return this.reportOf(await this.read());
  }

  /**
   * Changes the file, if there is anything to change, and takes what it says into use.
   * @throws SpoorError CONFLICT where the file is not what the change is based on, VALIDATION_ERROR
   */
  change(change: SettingsChange): Promise<ChangedSettings> {
    const changed = this.changing.then(() => this.changeNow(change));
    this.changing = changed.catch(() => {});
    return changed;
  }

  private async changeNow({ revision, set = {}, reset = [] }: SettingsChange): Promise<ChangedSettings> {
    const before = await this.read();
    this.demandSame(before, revision);
    this.demandUsable(before);
    const text = editSettingsText(before.text, revealSecrets(set, before.values.forward ?? null), reset);
    const next = readSettingsText(text);
    this.demandUsable(next);
    const values = this.valuesOf(next);
    this.demandPrivate(values);
    if (text !== before.text) await this.write(text, revision);
    this.take(values);
    return { report: await this.report(), inUse: this.inUse };
  }

  private demandSame({ revision }: Stored, asked: string): void {
    if (revision === asked) return;
    throw new SpoorError(
      'CONFLICT',
      `${this.file} was changed meanwhile. Nothing was overwritten: look at what it says now, then make your change again.`,
    );
  }

  private demandUsable({ problems }: SettingsText): void {
    if (problems.length === 0) return;
    throw new SpoorError(
      'VALIDATION_ERROR',
      problemText(this.file, problems),
      problems.map(({ line, message }) => ({ field: `line ${line}`, code: 'invalid', message })),
    );
  }

  private demandPrivate(values: SettingValues): void {
    const ui = parseListenAddress(values['listen.ui']);
    for (const address of [this.asked.ui, ...(ui ? [ui] : [])]) {
      try {
        checkCompat(settingsOf(values), address);
      } catch {
        const message = `Other machines reach ${address.host}, so nothing may be read there without the token. Let Spoor listen on 127.0.0.1 first, or keep the token.`;
        throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'compat.withoutToken', code: 'public', message }]);
      }
    }
  }

  /** What takes effect at the next start stays as it runs. */
  private take(values: SettingValues): void {
    this.running = inUseAfter(values, this.running);
  }

  private async read(): Promise<Stored> {
    const read = await readSettingsFile(this.file).catch((error: Error) => {
      throw new SpoorError('SERVICE_UNAVAILABLE', `${this.file} cannot be read: ${error.message}.`);
    });
    const exists = read !== null;
    const bytes = read ?? Buffer.alloc(0);
    const revision = exists ? createHash('sha256').update(bytes).digest('hex').slice(0, 16) : 'none';
    const text = bytes.toString('utf8');
    const found = readSettingsText(text);
    if (isUtf8(bytes)) return { text, exists, revision, ...found };
    // Written back, what is not would be lost.
    const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
    const problem = { line, column: 1, message: 'is not UTF-8: save the file as UTF-8' };
    return { text, exists, revision, ...found, problems: [problem, ...found.problems] };
  }

  /** Takes away what a crash in the middle of writing left: it may hold secrets. */
  private async removeUnfinished(): Promise<void> {
    const target = await this.target();
    const start = `${basename(target)}.`;
    const isUnfinished = (name: string): boolean =>
      name.startsWith(start) && /^[0-9a-f]{8}\.new$/.test(name.slice(start.length));
    const names = await readdir(dirname(target)).catch(() => []);
    // Where that cannot be, Spoor can still start.
    for (const name of names.filter(isUnfinished)) await rm(join(dirname(target), name)).catch(() => {});
  }

  /** Where a link leads to it. */
  private target(): Promise<string> {
    return realpath(this.file).catch(() => this.file);
  }

  /** Whole or not at all. */
  private async write(text: string, revision: string): Promise<void> {
    const target = await this.target();
    const mode = (await stat(target).catch(() => null))?.mode ?? 0o600;
    const fresh = `${target}.${randomBytes(4).toString('hex')}.new`;
    try {
      const handle = await open(fresh, 'wx', mode & 0o777);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      this.demandSame(await this.read(), revision);
      await rename(fresh, target);
    } catch (error) {
      await rm(fresh, { force: true });
      if (error instanceof SpoorError) throw error;
      throw new SpoorError(
        'SERVICE_UNAVAILABLE',
        `${this.file} cannot be written: ${(error as Error).message}. Nothing was changed.`,
      );
    }
    // It is changed: not every file system can do more.
    await syncFolder(dirname(target)).catch(() => {});
  }

  private valuesOf({ values }: SettingsText): SettingValues {
    return this.withAsked(withOverrides(values, this.overrides));
  }

  private withAsked(values: SettingValues): SettingValues {
    return {
      ...values,
      ...Object.fromEntries(
        (['otlpHttp', 'otlpGrpc', 'ui'] as const)
          .filter((name) => this.overrides.keys[`listen.${name}`])
          .map((name) => [`listen.${name}`, listenAddressText(this.asked[name])]),
      ),
    };
  }

  private reportOf(stored: Stored): SettingsReport {
    const { exists, revision, problems, warnings } = stored;
    const values = problems.length > 0 ? this.running : this.valuesOf(stored);
    return {
      file: this.file,
      exists,
      revision,
      problems,
      warnings,
      values: hideSecrets(values),
      defaults: DEFAULT_SETTINGS,
      settings: SETTING_KEYS.map((key) => this.stateOf(key, values, stored)),
    };
  }

  private stateOf(key: SettingKey, values: SettingValues, stored: Stored): SettingState {
    const isInFile = stored.values[key] !== undefined;
    const override = this.overrides.keys[key];
    const source: SettingSource = override ?? (isInFile ? 'file' : 'default');
    const needsRestart = RESTART_KEYS.includes(key);
    const isSame = JSON.stringify(values[key]) === JSON.stringify(this.running[key]);
    return {
      key,
      source,
      isOverridden: override !== undefined && isInFile,
      needsRestart,
      pending: isSame ? 'none' : needsRestart ? 'restart' : 'apply',
    };
  }
}
