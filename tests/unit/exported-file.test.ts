/** Files on their way out: which traces are read for them, in which order, and when nothing more is. */
import { describe, expect, it, vi } from 'vitest';
import { writerNamed } from '../../core/formats/formats';
import type { TraceSummary } from '../../core/model/trace-summary';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { askedTraces, type ExportSource, exportedFile } from '../../services/gateway/export-file';
import { Exports } from '../../services/gateway/exports';
import { traceOf } from '../fixtures/written-file';

const T = 1_706_678_909_209_712_345n;
const MIB = 1024 * 1024;
const idOf = (n: number): string => n.toString(16).padStart(32, '0');

function requestOf(n: number, text = ''): Uint8Array {
  const span = {
    traceId: idOf(n),
    spanId: '00000000000000a1',
    name: `trace ${n}`,
    startTimeUnixNano: String(T + BigInt(n)),
    endTimeUnixNano: String(T + 1_000n),
    attributes: [{ key: 'text', value: { stringValue: text } }],
  };
  return protobufFromTraceJson({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}

const summaryOf = (n: number, spanCount: number): TraceSummary => ({ ...traceOf(requestOf(n)).summary, spanCount });

/** Of traces that have a span each, and say that they have more. */
class Source implements ExportSource {
  readonly asked: string[] = [];
  constructor(private readonly request: (traceId: string) => Uint8Array) {}

  exportedSpans: ExportSource['exportedSpans'] = async ({ traceIds }) => {
    this.asked.push(...traceIds);
    return {
      traces: traceIds.map((traceId) => ({ traceId, request: this.request(traceId), spans: 1 })),
      next: null,
    };
  };
  exportedRanges: ExportSource['exportedRanges'] = async () =>
    Array.from({ length: 10 }, (_, i) => [i, i + 1] as const);
  wholeTrace: ExportSource['wholeTrace'] = async (traceId) => {
    const { columns, summary } = traceOf(this.request(traceId));
    if (!columns) throw new Error('it has no columns');
    return { columns, summary, mark: '' };
  };
  traceSummary: ExportSource['traceSummary'] = async (traceId) => summaryOf(Number.parseInt(traceId, 16), 1);
  listTraces: ExportSource['listTraces'] = () => new Promise(() => {});
  getSession: ExportSource['getSession'] = () => Promise.reject(new Error('there is none'));
  sessionTraces: ExportSource['sessionTraces'] = async () => [];
}

async function written(format: string, source: Source, summaries: readonly TraceSummary[]): Promise<string> {
  async function* pages() {
    yield summaries;
  }
  const pieces: Uint8Array[] = [];
  const tools = { maxTokens: 500, viewer: null };
  for await (const piece of exportedFile(source, writerNamed(format), pages(), tools)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

describe('a file with a limit', () => {
  it('of Markdown reads no trace for which there is no room, and says how many there are', async () => {
    const source = new Source((traceId) => requestOf(Number.parseInt(traceId, 16)));
    const text = await written(
      'markdown',
      source,
      [1, 2, 3, 4].map((n) => summaryOf(n, 1_500)),
    );
    expect(source.asked).toEqual([idOf(1)]);
    expect(text).toContain('# `trace 1`');
    expect(text).toContain('Left out: 3 more traces');
  });

  it('of Markdown counts those that were read with others', async () => {
    const source = new Source((traceId) => requestOf(Number.parseInt(traceId, 16)));
    const text = await written(
      'markdown',
      source,
      [1, 2, 3].map((n) => summaryOf(n, 1)),
    );
    expect(text).toContain('Left out: 2 more traces');
  });

  it('of HTML ends within a trace, and says what is left out of it and of others', async () => {
    const large = requestOf(1, 'x'.repeat(33 * MIB));
    const source = new Source(() => large);
    const text = await written(
      'html',
      source,
      [1, 2, 3].map((n) => summaryOf(n, 5_000)),
    );
    expect(source.asked).toEqual([idOf(1), idOf(1)]);
    expect(text).toContain(`{"spansLeftOut":${4_998 + 10_000},"tracesLeftOut":2}`);
  });
});

describe('named traces', () => {
  const asked = async (inOrder: boolean): Promise<string[]> => {
    const source = new Source(() => requestOf(1));
    const traceIds = [idOf(3), idOf(1), idOf(3), idOf(2)];
    const found: string[] = [];
    for await (const page of askedTraces(source, { traceIds, search: {} }, inOrder, new AbortController().signal)) {
      found.push(...page.map(({ traceId }) => traceId));
    }
    return found;
  };

  it('come once each, in the order in which they are named or in which they began', async () => {
    expect(await asked(false)).toEqual([idOf(3), idOf(1), idOf(2)]);
    expect(await asked(true)).toEqual([idOf(1), idOf(2), idOf(3)]);
  });
});

describe('a file for a page', () => {
  /** Its spans never come. */
  class Stuck extends Source {
    readonly reading: Promise<void>;
    private begin = (): void => {};
    constructor() {
      super(() => requestOf(1));
      this.reading = new Promise((begin) => {
        this.begin = begin;
      });
    }
    override exportedSpans: ExportSource['exportedSpans'] = () => {
      this.begin();
      return new Promise(() => {});
    };
    override listTraces: ExportSource['listTraces'] = (_, signal) => {
      this.begin();
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    };
  }

  it.each([
    ['is read', { traceIds: idOf(1) }],
    ['is looked for', {}],
  ])('is given up while a part of it %s, and is not taken for whole', async (_, query) => {
    const source = new Stuck();
    const exports = new Exports(() => source, '');
    const part = exports.part({ ...query, format: 'csv', exportId: 'a' });
    const outcome = expect(part).rejects.toThrow();
    await source.reading;
    void exports.cancel('a');
    await outcome;
  });

  it('is given up in peace, too, after what was read ahead of it failed', async () => {
    let asked = 0;
    class Failing extends Source {
      override exportedSpans: ExportSource['exportedSpans'] = async ({ traceIds }) => {
        if (++asked > 1) throw new Error('the store has ended');
        return {
          traces: traceIds.map((traceId) => ({ traceId, request: requestOf(1, 'x'.repeat(MIB)), spans: 1 })),
          next: 'more',
        };
      };
    }
    const exports = new Exports(() => new Failing(() => requestOf(1)), '');
    await exports.part({ format: 'csv', traceIds: idOf(1), exportId: 'a' });
    await vi.waitFor(() => expect(asked).toBe(2));
    await expect(exports.cancel('a')).resolves.toBeUndefined();
  });

  it('leaves its place to the next, be it given up or refused', async () => {
    const exports = new Exports(() => new Source(() => requestOf(1)), '');
    for (let n = 0; n < 6; n++) {
      await expect(exports.part({ format: 'xml', exportId: `wrong ${n}` })).rejects.toThrow('format: is one of');
    }
    for (let n = 0; n < 6; n++) {
      void exports.part({ format: 'csv', exportId: `given up ${n}` }).catch(() => {});
      void exports.cancel(`given up ${n}`);
    }
    const part = await exports.part({ format: 'csv', traceIds: idOf(1), exportId: 'a' });
    expect(part.isLast).toBe(true);
    expect(Buffer.from(part.bytes).toString()).toContain('trace 1');
  });
});
