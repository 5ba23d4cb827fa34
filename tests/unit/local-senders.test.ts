/** Where telemetry comes in, and which hosts and origins are of this machine: what gets in, and what stays out. */
import { describe, expect, it } from 'vitest';
import { isOrigin } from '../../core/settings/origin';
import { ingestPath, isIngestPath } from '../../services/ingest/ingest-paths';
import { isLoopbackHost, isLoopbackOrigin, originMatches } from '../../services/net/loopback';

describe('paths', () => {
  it.each(['traces', 'logs', 'metrics'])('of %s, as exporters know them', (signal) => {
    for (const prefix of ['', '/api/public/otel', '/otel', '/otlp']) {
      for (const end of ['', '/', '//', '?a=/b', '/?a=b']) {
        expect(ingestPath(`${prefix}/v1/${signal}${end}`)).toBe(`/v1/${signal}`);
        expect(isIngestPath(`${prefix}/v1/${signal}${end}`)).toBe(true);
      }
    }
  });

  it('of Zipkin, of OpenAI, and of none', () => {
    expect(ingestPath('/api/v2/spans/')).toBe('/api/v2/spans');
    expect(ingestPath('/v1/traces/ingest')).toBe('/v1/traces/ingest');
    expect([ingestPath('/'), ingestPath('//'), ingestPath(''), ingestPath(undefined)]).toEqual(['/', '/', '/', '/']);
    for (const path of [
      '/',
      '/otel',
      '/otel/v1/traces/x',
      '/x/otel/v1/traces',
      '/v1/traces/af64',
      '/otel/api/v2/spans',
    ]) {
      expect(isIngestPath(path), path).toBe(false);
    }
  });
});

describe('hosts and origins of this machine', () => {
  it.each([
    'localhost',
    'LOCALHOST:4318',
    'app.localhost',
    'a.b-c.localhost:3000',
    'localhost.:80',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:4318',
  ])('%s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
    expect(isLoopbackOrigin(`http://${host}`)).toBe(true);
    expect(isLoopbackOrigin(`https://${host}`)).toBe(true);
  });

  it.each([
    'localhost.evil.example',
    'evil-localhost',
    'xlocalhost:80',
    'localhost:80.evil.example',
    'localhost@evil.example',
    'evil.example#.localhost',
    'evil.example/.localhost',
    '.localhost',
    'a..localhost',
    '127.0.0.1.nip.io',
    '192.168.0.1',
    '0.0.0.0',
    `${'a.'.repeat(200)}localhost`,
    '',
  ])('not %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
    expect(isLoopbackOrigin(`http://${host}`)).toBe(false);
  });

  it('not what has no host: those have to be allowed by name', () => {
    for (const origin of ['null', 'file://', 'tauri://localhost', 'capacitor://localhost', 'https://app.example.com']) {
      expect(isLoopbackOrigin(origin), origin).toBe(false);
      expect([isOrigin(origin), originMatches(origin, origin)], origin).toEqual([true, true]);
    }
    expect(originMatches('tauri://localhost', 'http://localhost')).toBe(false);
    expect(originMatches('tauri://localhost', 'tauri://localhost.evil.example')).toBe(false);
    expect(originMatches('https://app.example.com', 'null')).toBe(false);
    expect(originMatches('file://', 'file://evil')).toBe(false);
    for (const none of [
      '*',
      'example.com',
      'https://',
      'https://*',
      'https://a.example/path',
      'https://a b',
      'javascript:alert(1)',
    ]) {
      expect(isOrigin(none), none).toBe(false);
    }
  });
});
