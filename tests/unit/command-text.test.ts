/** Text of commands: nothing of a file or program that a terminal would obey, and nothing cut where no terminal is. */
import { describe, expect, it } from 'vitest';
import type { FileImportReport } from '../../core/api/file-import';
import type { SpanResource, TraceResource } from '../../core/api/http-resources';
import { textOf } from '../../electron/cli/commands/import';
import { reasonsOf, treeLines } from '../../electron/cli/trace-outline';
import type { RunningApi } from '../../electron/host/running-api';

const ESCAPE = '\u001b';

describe('what was imported', () => {
  it('is told with names of entries as text', () => {
    const report = {
      spans: 1,
      logRecords: 0,
      metricPoints: 0,
      rejected: 0,
      rejectedDocuments: 1,
      duplicates: 0,
      formats: ['otlp'],
      reasons: [`${ESCAPE}]0;owned\u0007.json: Unexpected token\n${ESCAPE}[2J`],
    } as Partial<FileImportReport> as FileImportReport;
    const text = textOf(`a${ESCAPE}[31m.zip`, report);
    expect(text).not.toContain(ESCAPE);
    expect(text.split('\n')).toEqual([
      'a\ufffd[31m.zip: 1 span (otlp)',
      '  left out: 0 records, 1 document',
      '  \ufffd]0;owned\ufffd.json: Unexpected token\ufffd\ufffd[2J',
    ]);
  });
});

describe('a trace', () => {
  const span: TraceResource['spans'][number] = {
    spanId: 'a',
    parentSpanId: null,
    name: 'work',
    service: 'shop',
    kind: 'internal',
    startTime: '2026-11-30T00:00:00Z',
    durationNs: 1,
    status: 'error',
  };
  const trace = {
    traceId: 't',
    spans: [span, { ...span, spanId: 'b' }, { ...span, spanId: 'c' }],
  } as Partial<TraceResource> as TraceResource;
  const lines = (hint: string) => treeLines(trace, { atMost: 1, columns: null, paint: (_color, text) => text, hint });

  it('says how to see more of it only where that can be done', () => {
    expect(lines('--limit N shows more').at(-1)).toBe('  \u2026 2 more spans; --limit N shows more');
    expect(lines('').at(-1)).toBe('  \u2026 2 more spans');
  });

  it('has reasons as long as they are', async () => {
    const message = 'because '.repeat(200);
    const whole = { status: { code: 'error', message }, events: [] } as Partial<SpanResource>;
    const api = { json: async () => whole } as Partial<RunningApi> as RunningApi;
    expect(await reasonsOf(api, trace, 1)).toEqual([{ span: trace.spans[0], reasons: [message] }]);
  });
});
