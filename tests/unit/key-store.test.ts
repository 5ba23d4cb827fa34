import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Keychain, KeyStore } from '../../electron/host/key-store';
import { temporaryFolder } from '../fixtures/spoor';

/** Not a cipher; that is the system's affair. */
const keychain: Keychain = {
  encrypt: (text) => Buffer.from([...text].reverse().join('')),
  decrypt: (encrypted) => [...encrypted.toString()].reverse().join(''),
};

describe('keys of endpoints', () => {
  it('are kept encrypted where there is a keychain, and found after a start', async () => {
    const { path, remove } = await temporaryFolder();
    const store = new KeyStore(path, () => keychain, {});
    await store.setKey('1', 'secret');
    await store.setKey('2', 'other');
    const file = join(path, 'endpoint-keys.json');
    expect(await readFile(file, 'utf8')).not.toContain('secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = new KeyStore(path, () => keychain, {});
    expect([await again.keyOf('1', 'n'), await again.placeOf('1', 'n')]).toEqual(['secret', 'keychain']);
    await again.setKey('1', null);
    expect([await again.keyOf('1', 'n'), await again.keyOf('2', 'n')]).toEqual([null, 'other']);
    await remove();
  });

  it('are in memory without one, or in the environment', async () => {
    const { path, remove } = await temporaryFolder();
    const store = new KeyStore(path, () => null, { SPOOR_ENDPOINT_KEY_MY_OLLAMA: 'given' });
    expect([await store.keyOf('1', 'My Ollama'), await store.placeOf('1', 'My Ollama')]).toEqual([
      'given',
      'environment',
    ]);
    await store.setKey('1', 'secret');
    expect([await store.keyOf('1', 'My Ollama'), await store.placeOf('1', 'My Ollama')]).toEqual(['secret', 'memory']);
    expect(await readFile(join(path, 'endpoint-keys.json'), 'utf8').catch(() => null)).toBeNull();
    await remove();
  });

  it('are not lost to a file that cannot be read', async () => {
    const { path, remove } = await temporaryFolder();
    await writeFile(join(path, 'endpoint-keys.json'), '{"1": "dGVy');
    const store = new KeyStore(path, () => keychain, {});
    await expect(store.setKey('2', 'x')).rejects.toThrow('cannot be read');
    expect(await readFile(join(path, 'endpoint-keys.json'), 'utf8')).toBe('{"1": "dGVy');
    await remove();
  });
});
