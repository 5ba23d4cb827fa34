/** What is nested deeper than anything reads it is kept as text, in protobuf as in JSON, and its neighbours as they came. */
import { describe, expect, it } from 'vitest';
import type { AnyValue, KeyValue } from '../../core/model/json-types';
import { decodeLogBody, decodeSpanBody } from '../../core/otlp/proto-to-json';
import { WireError } from '../../core/otlp/wire-reader';
import { WireWriter } from '../../core/otlp/wire-writer';
import { LogRuns } from '../../services/ingest/log-runs';
import { SIGNALS, signalNamed } from '../../services/ingest/signals';
import { messageOf } from '../fixtures/traces';

const MAX = 64;

/** An AnyValue of lists in lists, with two values in the innermost. */
function lists(out: WireWriter, depth: number): void {
  let inner = new WireWriter();
  inner.message(1, (value) => value.string(1, 'deep "one"'));
  inner.message(1, (value) => value.varint(3, -7n));
  for (let level = 1; level < depth; level++) {
    const outer = new WireWriter();
    const list = inner.finish();
    outer.message(1, (value) => value.data(5, list));
    inner = outer;
  }
  out.data(5, inner.finish());
}

/** Maps in maps. */
function maps(out: WireWriter, depth: number): void {
  if (depth === 0) out.double(4, 1.5);
  else
    out.message(6, (list) =>
      list.message(1, (pair) => {
        pair.string(1, 'k');
        pair.message(2, (value) => maps(value, depth - 1));
      }),
    );
}

function keyValue(out: WireWriter, field: number, key: string, write: (value: WireWriter) => void): void {
  out.message(field, (pair) => {
    pair.string(1, key);
    pair.message(2, write);
  });
}

function request(write: (scope: WireWriter) => void, resource?: (resource: WireWriter) => void): Uint8Array {
  const out = new WireWriter();
  out.message(1, (owner) => {
    if (resource) owner.message(1, resource);
    owner.message(2, write);
  });
  return out.finish();
}

function span(out: WireWriter, id: number, write: (span: WireWriter) => void): void {
  out.message(2, (one) => {
    one.data(1, new Uint8Array(16).fill(1));
    one.data(2, new Uint8Array(8).fill(id));
    one.string(5, `span ${id}`);
    one.fixed64(7, 1_700_000_000_000_000_000n);
    write(one);
  });
}

/** The innermost value, and how deep it is. */
function innermost(value: AnyValue): { readonly value: AnyValue; readonly depth: number } {
  let depth = 0;
  let inner = value;
  for (;;) {
    const next =
      'arrayValue' in inner
        ? inner.arrayValue.values[0]
        : 'kvlistValue' in inner
          ? inner.kvlistValue.values[0]?.value
          : undefined;
    if (next === undefined) return { value: inner, depth };
    inner = next;
    depth++;
  }
}

function attribute(attributes: readonly KeyValue[], key: string): AnyValue {
  return attributes.find((one) => one.key === key)?.value ?? {};
}

function spansOf(bytes: Uint8Array) {
  const { batch, rejected } = signalNamed('traces').decode(bytes);
  if (batch.signal !== 'traces') throw new Error('not traces');
  return {
    rejected,
    bodies: Array.from({ length: batch.length }, (_, i) => decodeSpanBody(messageOf(batch.parts, i, 9))),
  };
}

describe('values nested deeper than they are read', () => {
  it('become the text of their JSON, and the spans beside them stay as they are', () => {
    const { rejected, bodies } = spansOf(
      request((scope) => {
        span(scope, 1, (one) => keyValue(one, 9, 'plain', (value) => value.string(1, 'fine')));
        span(scope, 2, (one) => {
          keyValue(one, 9, 'lists', (value) => lists(value, 70));
          keyValue(one, 9, 'maps', (value) => maps(value, 66));
          keyValue(one, 9, 'beside', (value) => value.varint(3, 5n));
        });
        span(scope, 3, (one) => keyValue(one, 9, 'as deep as may be', (value) => lists(value, MAX)));
      }),
    );
    expect(rejected).toBe(0);
    expect(bodies.length).toBe(3);
    expect(bodies[0]?.attributes).toEqual([{ key: 'plain', value: { stringValue: 'fine' } }]);
    const deep = bodies[1]?.attributes ?? [];
    expect(innermost(attribute(deep, 'lists'))).toEqual({
      depth: MAX,
      value: { stringValue: `${'['.repeat(6)}"deep \\"one\\"",-7${']'.repeat(6)}` },
    });
    expect(innermost(attribute(deep, 'maps'))).toEqual({ depth: MAX, value: { stringValue: '{"k":{"k":1.5}}' } });
    expect(attribute(deep, 'beside')).toEqual({ intValue: '5' });
    expect(innermost(attribute(bodies[2]?.attributes ?? [], 'as deep as may be'))).toEqual({
      depth: MAX,
      value: { stringValue: 'deep "one"' },
    });
  });

  it('are kept in events, links, and resources', () => {
    const deep = (out: WireWriter, field: number): void => keyValue(out, field, 'deep', (value) => lists(value, 80));
    const { bodies } = spansOf(
      request(
        (scope) =>
          span(scope, 1, (one) => {
            one.message(11, (event) => deep(event, 3));
            one.message(13, (link) => {
              link.data(1, new Uint8Array(16).fill(2));
              link.data(2, new Uint8Array(8).fill(2));
              deep(link, 4);
            });
          }),
        (resource) => {
          deep(resource, 1);
          keyValue(resource, 1, 'service.name', (value) => value.string(1, 'named'));
        },
      ),
    );
    const [body] = bodies;
    expect(innermost(attribute(body?.events[0]?.attributes ?? [], 'deep')).depth).toBe(MAX);
    expect(innermost(attribute(body?.links[0]?.attributes ?? [], 'deep')).depth).toBe(MAX);
  });

  it('are kept in logs, also of agents whose records are read twice, and in metrics', () => {
    const logs = request((scope) => {
      scope.message(1, (name) => name.string(1, 'com.anthropic.claude_code.events'));
      scope.message(2, (record) => {
        record.fixed64(1, 1_700_000_000_000_000_000n);
        record.message(5, (body) => lists(body, 100));
        keyValue(record, 6, 'deep', (value) => maps(value, 100));
      });
    });
    const decoded = signalNamed('logs').decode(logs);
    if (decoded.batch.signal !== 'logs') throw new Error('not logs');
    expect(decoded.batch.length).toBe(1);
    const { body, attributes } = decodeLogBody(messageOf(decoded.batch.parts, 0, 6));
    expect(innermost(body ?? {}).depth).toBe(MAX);
    expect(innermost(attribute(attributes, 'deep')).depth).toBe(MAX);
    expect(new LogRuns().spansOf(decoded.batch, logs)).toBeNull();
    const metrics = request((scope) =>
      scope.message(2, (metric) => {
        metric.string(1, 'queue');
        metric.message(5, (gauge) =>
          gauge.message(1, (point) => {
            point.fixed64(3, 1_700_000_000_000_000_000n);
            point.double(4, 2);
            keyValue(point, 7, 'deep', (value) => lists(value, 70));
          }),
        );
      }),
    );
    expect(signalNamed('metrics').decode(metrics).batch.length).toBe(1);
  });

  it('may be nested so deep that no stack would hold them', () => {
    const { bodies } = spansOf(
      request((scope) => span(scope, 1, (one) => keyValue(one, 9, 'hostile', (value) => lists(value, 3_000)))),
    );
    const { value } = innermost(attribute(bodies[0]?.attributes ?? [], 'hostile'));
    // A thousand levels of text, and the rest as Base64.
    expect('stringValue' in value && value.stringValue).toMatch(/^\[{1000}"[A-Za-z0-9+/]+=*"\]{1000}$/);
  });

  it('are refused where they are cut off', () => {
    const whole = request((scope) => span(scope, 1, (one) => keyValue(one, 9, 'k', (value) => lists(value, 80))));
    for (const { decode } of SIGNALS) {
      expect(() => decode(whole.subarray(0, whole.length - 3))).toThrow(WireError);
    }
  });
});
