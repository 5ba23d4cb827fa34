/** The official OpenTelemetry SDK exports to the team server with an API key, on either database; what it was told stays. */
import { Metadata } from '@grpc/grpc-js';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../fixtures/databases';
import { temporaryFolder } from '../fixtures/spoor';
import {
  makeKeys,
  type Owner,
  PASSWORD,
  type ProjectKeys,
  setUpOwner,
  startTeamServer,
  TeamClient,
  type TeamServer,
} from '../fixtures/team-server';

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const SECRET = { SPOOR_SECRET_KEY: 'a secret of the test' };

describe.each(['PostgreSQL', 'PGlite'])('a team server on %s', (engine) => {
  let postgres: TestPostgres | null = null;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let where: string;
  let server: TeamServer;
  let owner: Owner;
  let keys: ProjectKeys;

  beforeAll(async () => {
    folder = await temporaryFolder();
    if (engine === 'PostgreSQL') postgres = await startPostgres();
    where = (await postgres?.createServed()) ?? folder.path;
    server = await startTeamServer(where, SECRET);
    owner = await setUpOwner(server);
    keys = await makeKeys(owner.client);
  });
  afterAll(async () => {
    await server.stop();
    await postgres?.stop();
    await folder.remove();
  });

  const exporters: [string, (key: string) => SpanExporter][] = [
    ['http/protobuf', (key) => new ProtobufExporter(http(key))],
    ['http/protobuf, gzip', (key) => new ProtobufExporter({ ...http(key), compression: CompressionAlgorithm.GZIP })],
    ['http/json', (key) => new JsonExporter(http(key))],
    ['grpc', (key) => new GrpcExporter({ url: `http://${server.otlpGrpc}`, metadata: metadataOf(key) })],
  ];
  const http = (key: string) => ({ url: `${server.url}/v1/traces`, headers: { authorization: `Bearer ${key}` } });
  const metadataOf = (key: string): Metadata => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${key}`);
    return metadata;
  };

  it.each(exporters)('takes spans over %s, with a key that may', async (name, exporterOf) => {
    const [span] = recorded(name);
    expect(await exported(exporterOf(keys.ingest.token as string), [span as ReadableSpan])).toBe(0);
    const { body } = await keys.read.ask('get', `/v1/traces/${span?.spanContext().traceId}`);
    expect(body.spans).toMatchObject([{ name, service: 'sdk' }]);
    for (const key of [keys.read.token as string, 'spoor_invented', '']) {
      const [other] = recorded('refused');
      expect(await exported(exporterOf(key), [other as ReadableSpan])).toBe(1);
    }
    expect((await keys.read.ask('get', '/v1/traces?query=name:refused')).body.data).toEqual([]);
  });

  it('says why it cannot start', async () => {
    const wrong = 'postgres://postgres:postgres@127.0.0.1:1/none';
    await expect(startTeamServer(wrong)).rejects.toThrow(/exit 1: .*the database cannot be reached/s);
    // A folder is opened once: PGlite would corrupt it.
    if (engine === 'PGlite') await expect(startTeamServer(where)).rejects.toThrow(/exit 1: .*Another Spoor runs on/);
  });

  it('has everything when it is started again, with the secret that sealed its keys', async () => {
    expect(await server.stop()).toBe(0);
    if (postgres) {
      // PGlite would be opened for nothing: the check is the same.
      await expect(startTeamServer(where, { SPOOR_SECRET_KEY: 'another' })).rejects.toThrow(/SPOOR_SECRET_KEY is not/);
    }
    server = await startTeamServer(where, SECRET);
    expect(server.setupSecret).toBeNull();
    const nobody = new TeamClient(server.url);
    const signedIn = await nobody.ask('post', '/v1/auth/sign-in', {
      email: owner.email,
      password: PASSWORD,
      delivery: 'body',
    });
    const { body } = await nobody.as(signedIn.body.accessToken).ask('get', '/v1/traces');
    expect(body.data).toHaveLength(exporters.length);
    // A token from before is still good: the keys are the same.
    expect((await nobody.as(owner.client.token as string).ask('get', '/v1/auth/me')).body.email).toBe(owner.email);
  });
});

/** A span of its own trace. */
function recorded(name: string): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sdk' }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  provider.getTracer('test').startSpan(name).end();
  return memory.getFinishedSpans();
}

/** @returns 0: it was taken, 1: it was not */
async function exported(exporter: SpanExporter, spans: ReadableSpan[]): Promise<ExportResult['code']> {
  const { code } = await new Promise<ExportResult>((resolve) => exporter.export(spans, resolve));
  await exporter.shutdown();
  return code;
}
