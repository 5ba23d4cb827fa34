import { describe, expect, it, vi } from 'vitest';
import { CopyWriter } from '../../core/store/sql/copy-binary';
import type { TraceSpans } from '../../core/timeline/load-trace';
import { OpenTraces } from '../../services/timeline/open-traces';

/** Traces of spans without parents; what was asked for stands in `asked`. */
function traces(sizes: Record<string, number>, changes = { count: 0 }) {
  const asked: string[] = [];
  const spanBytes = (n: number): Uint8Array => {
    const bytes = new Uint8Array(40);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(n + 1));
    return bytes;
  };
  const summaryOf = (traceId: string) =>
    ({ spanCount: sizes[traceId] ?? 0, changes: changes.count }) as TraceSpans['summary'];
  const source = {
    async traceSpans(traceId: string): Promise<TraceSpans> {
      asked.push(traceId);
      const copy = new CopyWriter(64);
      for (let n = 0; n < (sizes[traceId] ?? 0); n++) {
        copy.row(1);
        copy.data(spanBytes(n), 0, 40);
      }
      const summary = summaryOf(traceId);
      return { summary, originNs: '0', rows: copy.finish() as Uint8Array<ArrayBuffer>, mark: '1' };
    },
    operations: async () => [{ service: 'web', name: 'n', kind: 'internal' as const }],
    traceSummary: async (traceId: string) => summaryOf(traceId),
  };
  return { open: new OpenTraces(source, 1_000), asked };
}

describe('OpenTraces', () => {
  it('reads a trace once, for all who ask at the same time', async () => {
    const { open, asked } = traces({ a: 3 });
    const [first, second] = await Promise.all([open.get('a'), open.get('a'), open.fresh('a')]);
    expect(first.model).toBe(second.model);
    expect((await open.get('a')).model.columns.length).toBe(3);
    expect(asked).toEqual(['a']);
  });

  it('has all that was stored before it was asked for what is current, also while an older reading is under way', async () => {
    const sizes: Record<string, number> = { a: 3 };
    const { open } = traces(sizes);
    const early = open.get('a');
    sizes.a = 5;
    expect((await open.current('a')).version).toBe(5);
    await early;
    sizes.a = 6;
    // What is laid out may wait a little; what is asked for once may not.
    const [one, other] = await Promise.all([open.current('a'), open.current('a')]);
    expect([one.version, other.version]).toEqual([6, 6]);
    expect((await open.current('a')).model).toBe(one.model);
  });

  it('reads a trace anew whose spans were changed, though it has as many', async () => {
    const changes = { count: 0 };
    const { open, asked } = traces({ a: 3 }, changes);
    const before = await open.get('a');
    expect((await open.fresh('a')).version).toBe(before.version);
    changes.count++;
    // As soon as it may be looked at again.
    await vi.waitFor(async () => expect((await open.fresh('a')).version).toBe(before.version + 1), 60_000);
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('forgets a trace that is closed, also one that is just being read', async () => {
    const { open, asked } = traces({ a: 3 });
    await open.get('a');
    open.close('a');
    const reading = open.get('a');
    open.close('a');
    expect((await reading).version).toBe(3);
    await open.get('a');
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('makes room for the trace last asked for, whatever its size', async () => {
    const { open, asked } = traces({ a: 10, large: 1_001 });
    await open.get('a');
    expect((await open.get('large')).version).toBe(1_001);
    await open.get('large');
    await open.get('a');
    // `a` was forgotten, and then `large`.
    await open.get('large');
    expect(asked).toEqual(['a', 'large', 'a', 'large']);
  });
});
