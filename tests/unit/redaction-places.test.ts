/** Walks the schema of the export requests: a secret in any field that has a length must not reach what is stored. */
import { describe, expect, it } from 'vitest';
import { decodeLogs } from '../../core/otlp/decode-logs';
import { decodeMetrics } from '../../core/otlp/decode-metrics';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { WireWriter } from '../../core/otlp/wire-writer';
import { Redactor } from '../../core/redaction/redactor';
import { DEFAULT_REDACTION } from '../../core/redaction/rules';
import { nameOf, PLANTED_SIGNALS, type PlantedSignal, pathsOf, requestWith } from '../fixtures/otlp-paths';

const SECRET = `sk-proj-${'a1B2'.repeat(9)}`;
const DIGEST = new Uint8Array(16);
const DECODERS = {
  traces: (bytes: Uint8Array) => decodeTraces(bytes).batch,
  logs: (bytes: Uint8Array) => decodeLogs(bytes, DIGEST, 0n).batch,
  metrics: (bytes: Uint8Array) => decodeMetrics(bytes, DIGEST).batch,
};

function storedText(batch: object): string {
  const parts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') parts.push(value);
    else if (value instanceof Uint8Array) parts.push(Buffer.from(value).toString('latin1'));
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      Object.values(value).forEach(walk);
  };
  walk(batch);
  return parts.join('\n');
}

function afterRedaction(signal: PlantedSignal, request: Uint8Array): { text: string; counts: object } {
  const redactor = new Redactor(DEFAULT_REDACTION);
  const batch = DECODERS[signal](request);
  const kept = redactor.suspects(batch) ? DECODERS[signal](redactor.redact(signal, request)) : batch;
  return { text: storedText(kept), counts: Object.fromEntries(redactor.counts) };
}

describe.each(PLANTED_SIGNALS)('redaction of %s', (signal) => {
  it.each(pathsOf(signal).map((path) => [nameOf(path), path] as const))('reaches %s', (_, path) => {
    for (const planted of [SECRET, Buffer.from(`key ${SECRET}`).toString('base64')]) {
      const request = requestWith(path, signal, planted);
      expect(Buffer.from(request).toString('latin1')).toContain(planted);
      expect(afterRedaction(signal, request).text).not.toContain(planted);
    }
  });
});

describe('redaction of what no schema knows', () => {
  const span = (more: (out: WireWriter) => void): Uint8Array => {
    const out = new WireWriter();
    out.message(1, (resource) =>
      resource.message(2, (scope) =>
        scope.message(2, (one) => {
          one.data(1, new Uint8Array(16).fill(1));
          one.data(2, new Uint8Array(8).fill(1));
          more(one);
        }),
      ),
    );
    return out.finish();
  };
  it('takes out fields of newer senders that hold a secret, as text and in messages', () => {
    expect(
      afterRedaction(
        'traces',
        span((one) => one.string(99, SECRET)),
      ).text,
    ).not.toContain(SECRET);
    const nested = span((one) => one.message(99, (inner) => inner.string(4, SECRET)));
    expect(afterRedaction('traces', nested).text).not.toContain(SECRET);
    expect(
      afterRedaction(
        'traces',
        span((one) => one.string(99, 'plain')),
      ).text,
    ).toContain('plain');
  });
  it('takes out the value of a secret key that stands behind it', () => {
    for (const key of ['password', `${'k'.repeat(200)}.password`]) {
      const turned = span((one) =>
        one.message(9, (pair) => {
          pair.message(2, (value) => value.string(1, 'hunter22'));
          pair.string(1, key);
        }),
      );
      expect(afterRedaction('traces', turned).text).not.toContain('hunter22');
    }
  });
});
