/** `spoor doctor`: each mistake in the variables of a shell, with its mend; what must not be in a bundle. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { writeBundle } from '../../electron/cli/doctor/bundle';
import { broken } from '../../electron/cli/doctor/finding';
import { portFindings } from '../../electron/cli/doctor/machine';
import { variableFindings } from '../../electron/cli/doctor/variables';

const PORTS = { http: 4318, grpc: 4317 };
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';

describe('variables', () => {
  it.each<[NodeJS.ProcessEnv, 'broken' | 'warning', string, string]>([
    [{ [ENDPOINT]: 'localhost:4318' }, 'broken', 'no URL', `Set ${ENDPOINT}=http://localhost:4318`],
    [{ [ENDPOINT]: 'https://localhost:4318' }, 'broken', 'asks for https', `Set ${ENDPOINT}=http://localhost:4318`],
    [{ [ENDPOINT]: '"http://localhost:4318"' }, 'broken', 'quotes or spaces', `Set ${ENDPOINT}=http://localhost:4318`],
    [
      { [ENDPOINT]: 'http://localhost:4318/v1/traces' },
      'broken',
      'SDKs add that again',
      `Set ${ENDPOINT}=http://localhost:4318`,
    ],
    [
      { [ENDPOINT]: 'http://127.0.0.1:4318', [PROTOCOL]: 'grpc' },
      'broken',
      'gRPC to port 4318',
      `Set ${ENDPOINT}=http://localhost:4317`,
    ],
    [
      { [ENDPOINT]: 'http://localhost:4317', [PROTOCOL]: 'http/protobuf' },
      'broken',
      'port 4317, where Spoor takes gRPC',
      `Set ${ENDPOINT}=http://localhost:4318`,
    ],
    [{ [ENDPOINT]: 'http://localhost:9999' }, 'broken', 'port 9999', `Set ${ENDPOINT}=http://localhost:4318`],
    [{ [ENDPOINT]: 'http://user:secret@collector:4318/x' }, 'warning', 'leads to http://collector:4318/x', 'Unset it'],
    [
      { [TRACES]: 'http://localhost:4318' },
      'broken',
      'has no /v1/traces',
      `Set ${TRACES}=http://localhost:4318/v1/traces`,
    ],
    [
      { [TRACES]: 'http://localhost:4318/v1/logs' },
      'broken',
      'which takes logs',
      `Set ${TRACES}=http://localhost:4318/v1/traces`,
    ],
    [
      { [TRACES]: 'http://localhost:4318/v1/traces/v1/traces' },
      'broken',
      'twice',
      `Set ${TRACES}=http://localhost:4318/v1/traces`,
    ],
    [{ [PROTOCOL]: 'http' }, 'broken', 'none of grpc, http/protobuf, http/json', `Set ${PROTOCOL}=http/protobuf`],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'warning', 'traces are not exported', 'OTEL_TRACES_EXPORTER=otlp'],
    [{ OTEL_SDK_DISABLED: 'TRUE' }, 'broken', 'record nothing', 'Unset OTEL_SDK_DISABLED'],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 'broken', 'no trace is recorded', 'Unset OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }, 'warning', '0.1', 'Unset'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'team: red' }, 'broken', 'no list of key=value', 'key=value,other=value'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'authorization: Bearer x' }, 'broken', 'no list of key=value', 'key=value'],
    [
      { HTTP_PROXY: 'http://user:secret@proxy:3128' },
      'warning',
      'NO_PROXY does not name localhost',
      'NO_PROXY=localhost',
    ],
  ])('%j', (environment, state, message, mend) => {
    const findings = variableFindings(environment, PORTS);
    expect(findings).toEqual([
      { check: 'variables', state, message: expect.stringContaining(message), mend: expect.stringContaining(mend) },
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it.each<NodeJS.ProcessEnv>([
    {},
    { [ENDPOINT]: 'http://localhost:4318' },
    { [ENDPOINT]: 'http://127.0.0.1:4318/' },
    { [ENDPOINT]: 'http://localhost:4317', [PROTOCOL]: 'grpc' },
    { [TRACES]: 'http://[::1]:4318/v1/traces', OTEL_TRACES_EXPORTER: 'otlp,console' },
    { OTEL_RESOURCE_ATTRIBUTES: 'team=red,service.name=x', OTEL_EXPORTER_OTLP_HEADERS: 'a=b, c=d=' },
    { HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 'example.com, localhost' },
  ])('are fine: %j', (environment) => {
    expect(variableFindings(environment, PORTS)).toEqual([expect.objectContaining({ state: 'fine', mend: null })]);
  });

  it('are measured by the ports that are in use', () => {
    const environment = { [ENDPOINT]: 'http://localhost:4318' };
    expect(variableFindings(environment, { http: 14318, grpc: null })).toMatchObject([
      { state: 'broken', mend: `Set ${ENDPOINT}=http://localhost:14318` },
    ]);
  });
});

describe('ports', () => {
  it('are taken where nobody can listen, and free again afterwards', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    const look = () => portFindings([['pages', { host: '127.0.0.1', port }, '--ui']]);
    expect(await look()).toEqual([
      {
        check: 'ports',
        state: 'warning',
        message: expect.stringContaining(`Port ${port} (pages) is taken by `),
        mend: 'Stop it, or start Spoor with --ui 127.0.0.1:0, which picks a free port',
      },
    ]);
    await new Promise((resolve) => server.close(resolve));
    expect(await look()).toMatchObject([{ state: 'fine', message: `Port ${port} (pages) is free.` }]);
  });

  it('of an address that is not of this machine cannot be used, and any free one is free', async () => {
    expect(
      await portFindings([
        ['pages', { host: '192.0.2.1', port: 4380 }, '--ui'],
        ['OTLP over HTTP', { host: '127.0.0.1', port: 0 }, '--otlp-http'],
      ]),
    ).toMatchObject([{ state: 'warning', message: expect.stringContaining('cannot be used: ') }]);
  });
});

describe('a bundle', () => {
  it('has no token, nothing that senders chose, and no path of the user', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spoor-bundle-'));
    mkdirSync(join(folder, 'home of the disk'));
    symlinkSync(join(folder, 'home of the disk'), join(folder, 'home'));
    vi.stubEnv('HOME', join(folder, 'home'));
    vi.stubEnv('USERPROFILE', join(folder, 'home'));
    try {
      const token = 'the-token-of-this-folder';
      const given = 'a-token-that-was-given';
      writeFileSync(join(folder, 'token'), `${token}\n`);
      writeFileSync(
        join(folder, 'settings.json'),
        `// mine\n${JSON.stringify({ forward: 'https://key@collector/?key=hidden' })}`,
      );
      const logged = {
        level: 'warn',
        message: `could not read "customer name" below ${homedir()} with ${token} and ${given}`,
        from: 'https://key@host/path?key=hidden',
      };
      writeFileSync(join(folder, 'spoor-background.log'), `${JSON.stringify(logged)}\nspoor: 'customer name' is odd\n`);
      const file = join(folder, 'out.zip');
      const realHome = realpathSync(homedir());
      expect(realHome).not.toBe(homedir());
      const findings = [
        broken(
          'refused',
          `"customer name" was refused in ${homedir()}/x`,
          `Give it to yourself in ${realHome}/x and ${homedir()}/x`,
        ),
      ];
      const environment = {
        SPOOR_TOKEN: 'another-token',
        OTEL_EXPORTER_OTLP_HEADERS: 'key=hidden',
        OTEL_TRACES_EXPORTER: 'none',
      };
      const parts = { version: '1.2.3', findings, status: null, dataDir: folder, token: given, environment };
      await writeBundle(file, parts);
      const files = unzipSync(readFileSync(file));
      const text = Object.values(files)
        .map((bytes) => strFromU8(bytes))
        .join('\n');
      expect(Object.keys(files)).toEqual(expect.arrayContaining(['doctor.json', 'status.json', 'variables.txt']));
      for (const hidden of [token, given, 'another-token', 'hidden', 'customer name', homedir(), realHome])
        expect(text).not.toContain(hidden);
      expect(text).toContain('OTEL_EXPORTER_OTLP_HEADERS is set');
      expect(text).toContain('OTEL_TRACES_EXPORTER=none');
      expect(text).toContain('was refused');
      expect(text).toContain('Give it to yourself in ~/x and ~/x');
      expect(text).toContain('could not read');
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});
