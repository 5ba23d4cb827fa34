/**
 * Keys of endpoints. Encrypted by the keychain of the system where there is one; else in memory until Spoor closes. They are given to
 * the thread that calls the endpoint, and to nobody else.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPlace } from '../../core/api/playground';
import type { PowerService } from '../../core/api/workers';

/** Encrypts so that only this user of this machine can decrypt. */
export interface Keychain {
  encrypt(text: string): Buffer;
  /** @throws Error for what it has not encrypted */
  decrypt(encrypted: Buffer): string;
}

const VARIABLE = 'SPOOR_ENDPOINT_KEY_';

export class KeyStore implements PowerService {
  private readonly memory = new Map<string, string>();
  private readonly file: string;
  private changing: Promise<void> = Promise.resolve();

  /** @param keychain null: there is none */
  constructor(
    dataDir: string,
    private readonly keychain: () => Keychain | null,
    private readonly environment: NodeJS.ProcessEnv = process.env,
    private readonly isOnBattery: () => boolean = () => false,
  ) {
    this.file = join(dataDir, 'endpoint-keys.json');
  }

  async placeOf(id: string, name: string): Promise<KeyPlace> {
    if (this.memory.has(id)) return 'memory';
    if (this.keychain() && (await this.kept())[id] !== undefined) return 'keychain';
    return this.environment[variableOf(id, name)] ? 'environment' : null;
  }

  async keyOf(id: string, name: string): Promise<string | null> {
    const inMemory = this.memory.get(id);
    if (inMemory !== undefined) return inMemory;
    const keychain = this.keychain();
    const kept = keychain ? (await this.kept())[id] : undefined;
    if (keychain && kept !== undefined) {
      try {
        return keychain.decrypt(Buffer.from(kept, 'base64'));
      } catch {
        // Another user's, or of a keychain that was made anew: it has to be given again.
      }
    }
    return this.environment[variableOf(id, name)] ?? null;
  }

  async onBattery(): Promise<boolean> {
    return this.isOnBattery();
  }

  /** @param key null: forget it */
  async setKey(id: string, key: string | null): Promise<void> {
    const keychain = this.keychain();
    this.memory.delete(id);
    if (key !== null && !keychain) this.memory.set(id, key);
    const changed = this.changing.then(async () => {
      const { [id]: before, ...others } = await this.kept();
      const kept = key !== null && keychain ? { ...others, [id]: keychain.encrypt(key).toString('base64') } : others;
      if (before === undefined && kept === others) return;
      const fresh = `${this.file}.new`;
      await writeFile(fresh, JSON.stringify(kept), { mode: 0o600 });
      await rename(fresh, this.file);
    });
    this.changing = changed.catch(() => {});
    await changed;
  }

  private async kept(): Promise<Readonly<Record<string, string>>> {
    try {
      return JSON.parse(await readFile(this.file, 'utf8')) as Record<string, string>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new Error(`${this.file} cannot be read: ${(error as Error).message}. Delete it to give the keys again.`);
    }
  }
}

/** `My Ollama` → SPOOR_ENDPOINT_KEY_MY_OLLAMA; of the team server: SPOOR_SYNC_KEY */
function variableOf(id: string, name: string): string {
  if (id === 'sync') return 'SPOOR_SYNC_KEY';
  return VARIABLE + name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
