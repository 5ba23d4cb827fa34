import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROLES } from '../../core/api/team';
import { mayGive, permissionsOf, permissionsOfScopes } from '../../server/http/permissions';
import { SecretBox } from '../../server/modules/auth/service/secret-box';
import { parseServerOptions, UsageError } from '../../server/options';

it('the command line of the server beats its variables, and says what is wrong', () => {
  const env = { DATABASE_URL: 'postgres://a/b', SPOOR_SERVER_LISTEN: '0.0.0.0:80', SPOOR_BEHIND_PROXY: '1' };
  expect(parseServerOptions([], env)).toMatchObject({
    listen: { host: '0.0.0.0', port: 80 },
    otlpGrpc: null,
    databaseUrl: 'postgres://a/b',
    behindProxy: true,
    secure: false,
  });
  const flags = ['--listen', '[::1]:0', '--otlp-grpc', '127.0.0.1:4317', '--database-url', 'postgresql://c/d'];
  expect(parseServerOptions(flags, env)).toMatchObject({
    listen: { host: '::1', port: 0 },
    otlpGrpc: { host: '127.0.0.1', port: 4317 },
    databaseUrl: 'postgresql://c/d',
  });
  expect(parseServerOptions([], {})?.databaseUrl).toBeNull();
  expect(parseServerOptions(['--help'], {})).toBeNull();
  for (const wrong of [
    ['--listen', 'nowhere'],
    ['--listen', '127.0.0.1:70000'],
    ['--database-url', 'mysql://a/b'],
    ['--redis-url', 'localhost:6379'],
    ['--connections', '1'],
    ['--no-such'],
  ]) {
    expect(() => parseServerOptions(wrong, {})).toThrow(UsageError);
  }
});

it('secrets come from files, and one on the command line is warned of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-options-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const database = file('database', 'postgres://a:secret@b/c\n');
  const redis = file('redis', 'redis://:secret@d');
  const key = file('key', 'sealing\n');
  try {
    const flags = ['--database-url-file', database, '--redis-url-file', redis];
    const expected = { databaseUrl: 'postgres://a:secret@b/c', redisUrl: 'redis://:secret@d', warnings: [] };
    expect(parseServerOptions(flags, { DATABASE_URL: 'postgres://other/e' })).toMatchObject(expected);
    const variables = { DATABASE_URL_FILE: database, REDIS_URL_FILE: redis, SPOOR_SECRET_KEY_FILE: key };
    expect(parseServerOptions([], variables)).toMatchObject({ ...expected, secretKey: 'sealing' });
    const oidc = {
      SPOOR_OIDC_ISSUER: 'https://id.example',
      SPOOR_OIDC_CLIENT_ID: 'a',
      SPOOR_PUBLIC_URL: 'https://s.example',
    };
    expect(parseServerOptions([], { ...oidc, SPOOR_OIDC_CLIENT_SECRET_FILE: key })?.oidc?.clientSecret).toBe('sealing');
    for (const url of ['postgres://a:secret@b/c', 'postgres://a@b/c?password=secret']) {
      const [warning = '', ...more] = parseServerOptions(['--database-url', url], {})?.warnings ?? [];
      expect(warning).toMatch(/--database-url shows a secret.*--database-url-file FILE, or the variable DATABASE_URL/);
      expect(warning).not.toContain(url);
      expect(more).toEqual([]);
    }
    expect(parseServerOptions(['--redis-url', 'redis://:secret@d'], {})?.warnings).toHaveLength(1);
    expect(parseServerOptions(['--database-url', 'postgres://a@b/c'], {})?.warnings).toEqual([]);
    for (const [wrong, env] of [
      [['--database-url-file', join(folder, 'none')], {}],
      [['--database-url', 'postgres://a/b', ...flags], {}],
      [[], { ...variables, DATABASE_URL: 'postgres://a/b' }],
      [[], { SPOOR_SECRET_KEY_FILE: file('lines', 'a\nb') }],
    ] as const) {
      expect(() => parseServerOptions(wrong, env)).toThrow(UsageError);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a provider wants all that belongs to it, and an address that is TLS makes cookies so', () => {
  const oidc = { SPOOR_OIDC_ISSUER: 'https://id.example/o/', SPOOR_OIDC_CLIENT_ID: 'a', SPOOR_OIDC_CLIENT_SECRET: 'b' };
  const env = { ...oidc, SPOOR_PUBLIC_URL: 'https://spoor.example/' };
  expect(parseServerOptions([], env)).toMatchObject({
    publicUrl: 'https://spoor.example',
    secure: true,
    oidc: {
      // Some providers end theirs with a slash, and mean it.
      issuer: 'https://id.example/o/',
      name: 'id.example',
      redirectUri: 'https://spoor.example/v1/auth/oidc/callback',
    },
  });
  for (const wrong of [
    oidc,
    { ...env, SPOOR_OIDC_CLIENT_SECRET: '' },
    { ...env, SPOOR_OIDC_ISSUER: 'id.example' },
    { SPOOR_PUBLIC_URL: 'javascript:alert(1)' },
  ]) {
    expect(() => parseServerOptions([], wrong)).toThrow(UsageError);
  }
});

it('each role may what the one below may, and gives no more than it has', () => {
  for (const [i, role] of ROLES.entries()) {
    for (const lower of ROLES.slice(0, i)) {
      expect(permissionsOf(role)).toEqual(expect.arrayContaining([...permissionsOf(lower)]));
      expect([mayGive(role, lower), mayGive(lower, role)]).toEqual([true, false]);
    }
  }
  expect(permissionsOfScopes(['ingest'])).toEqual(['telemetry:ingest', 'traces:share']);
  // No person exports: what they hold ends in minutes.
  expect(permissionsOf('owner')).not.toContain('telemetry:ingest');
});

it('what is sealed opens with the same secret alone', () => {
  const box = new SecretBox('secret');
  const sealed = box.seal('{"d":"private"}');
  expect(sealed).not.toContain('private');
  expect(sealed).not.toBe(box.seal('{"d":"private"}'));
  expect(new SecretBox('secret').open(sealed)).toBe('{"d":"private"}');
  expect(() => new SecretBox('other').open(sealed)).toThrow(/is not the one/);
  expect(() => new SecretBox(null).open(sealed)).toThrow(/SPOOR_SECRET_KEY/);
  // From before there was a secret.
  expect(box.open('{"d":"plain"}')).toBe('{"d":"plain"}');
});
