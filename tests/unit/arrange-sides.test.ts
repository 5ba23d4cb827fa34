/** What becomes of spans that were sent with one id. */
import { describe, expect, it } from 'vitest';
import { arrange, compareVersions, type SpanVersion, sideAbove, sideId } from '../../core/store/ingest/arrange-sides';

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];

const version = (kind: number, more: Partial<SpanVersion> = {}): SpanVersion => ({
  traceId: '1'.padStart(32, '0'),
  sentId: 7n,
  sentParentId: 3n,
  service: kind === SERVER || kind === CONSUMER ? 'back' : 'front',
  kind,
  name: 'call',
  startNs: more.sentStartNs ?? 100n,
  endNs: more.sentEndNs ?? 200n,
  sentStartNs: 100n,
  sentEndNs: 200n,
  status: 0,
  message: new Uint8Array(),
  instance: '',
  isShared: false,
  resource: { message: new Uint8Array(), schemaUrl: '' },
  scope: { message: new Uint8Array(), schemaUrl: '' },
  ...more,
});
const told = (versions: readonly SpanVersion[]) =>
  arrange(versions).map(({ version: { kind, service }, spanId, isCalled }) => {
    return `${service} ${kind} ${spanId === 7n ? 'keeps' : 'other'}${isCalled ? ' called' : ''}`;
  });

describe('spans with one id', () => {
  it('are the client, which keeps it, and the server below', () => {
    const wanted = ['front 3 keeps', 'back 2 other called'];
    expect(told([version(CLIENT), version(SERVER, { sentStartNs: 50n })])).toEqual(wanted);
    expect(told([version(SERVER, { sentStartNs: 50n }), version(CLIENT)])).toEqual(wanted);
    expect(told([version(CONSUMER), version(PRODUCER)])).toEqual(['front 4 keeps', 'back 5 other called']);
  });

  it('keep their parents where none of them calls', () => {
    expect(told([version(SERVER), version(SERVER, { service: 'other', sentStartNs: 90n })])).toEqual([
      'other 2 keeps',
      'back 2 other',
    ]);
    expect(told([version(INTERNAL), version(SERVER)])).toEqual(['front 1 keeps', 'back 2 other']);
    expect(told([version(INTERNAL), version(SERVER, { isShared: true })])).toEqual([
      'front 1 keeps',
      'back 2 other called',
    ]);
    expect(told([version(SERVER, { isShared: true })])).toEqual(['back 2 keeps']);
  });

  it('are versions of one span where service, kind and start are the same: the last to end stays', () => {
    const begun = version(CLIENT, { sentEndNs: 0n, message: new Uint8Array(90) });
    const ended = version(CLIENT, { name: 'GET /carts/{id}' });
    expect(arrange([begun, ended]).map((side) => side.version)).toEqual([ended]);
    expect(arrange([ended, begun]).map((side) => side.version)).toEqual([ended]);
    const failed = version(CLIENT, { status: 2 });
    expect(compareVersions(failed, ended)).toBeGreaterThan(0);
    expect(compareVersions(version(CLIENT, { message: Uint8Array.of(1, 2) }), version(CLIENT))).toBeGreaterThan(0);
    expect(compareVersions(ended, { ...ended })).toBe(0);
  });

  it('get ids that say what they are, and not when they came', () => {
    const server = version(SERVER);
    expect(sideId(server)).toBe(sideId({ ...server }));
    for (const other of [
      { sentStartNs: 101n },
      { service: 'x' },
      { kind: CLIENT },
      { instance: 'b' },
      { sentId: 8n },
    ]) {
      expect(sideId({ ...server, ...other })).not.toBe(sideId(server));
    }
  });
});

describe('a span below', () => {
  const sides = arrange([version(CLIENT), version(SERVER), version(SERVER, { sentStartNs: 300n, sentEndNs: 400n })]);
  const above = (service: string, startNs: bigint) =>
    sideAbove({ service, instance: '', startNs }, sides)?.version ?? null;

  it('belongs to its own service, and to a server rather than to a client', () => {
    expect(above('front', 150n)).toMatchObject({ kind: CLIENT });
    expect(above('back', 150n)).toMatchObject({ kind: SERVER, startNs: 100n });
    expect(above('unknown', 150n)).toMatchObject({ kind: SERVER });
  });

  it('belongs to the attempt that ran when it began', () => {
    expect(above('back', 310n)).toMatchObject({ startNs: 300n });
    expect(above('back', 250n)).toMatchObject({ startNs: 100n });
  });
});
