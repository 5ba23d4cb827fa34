import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../core/otlp/decode-traces';
import { protobufFromTraceJson } from '../../core/otlp/json-to-proto';
import { decodeResource } from '../../core/otlp/proto-to-json';
import { withResourceAttribute } from '../../core/otlp/resource-attribute';
import { WireError } from '../../core/otlp/wire-reader';
import { parseTraceql } from '../../core/query/traceql/parse';
import { printTraceql } from '../../core/query/traceql/print';
import { within } from '../../core/query/traceql/within';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = {
  traceId: 'ab'.repeat(16),
  spanId: 'cd'.repeat(8),
  name: 'GET /',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
};
const scopeSpans = [{ scope: { name: 'lib' }, spans: [span] }];

describe('an attribute for every resource', () => {
  it('is added, in place of one that says the same, and nothing else changes', () => {
    const request = protobufFromTraceJson({
      resourceSpans: [
        {
          resource: { attributes: [text('service.name', 'a'), text('project', 'forged')] },
          scopeSpans,
          schemaUrl: 'x',
        },
        { resource: { attributes: [text('project.name', 'kept')], droppedAttributesCount: 3 }, scopeSpans },
        { scopeSpans },
      ],
    });
    const project = { key: 'project', value: 'p1' };
    const { batch } = decodeTraces(withResourceAttribute(request, project));
    expect(decodeTraces(request, project).batch).toEqual(batch);
    expect(batch.length).toBe(3);
    expect(batch.resources.map(({ message }) => decodeResource(message).attributes)).toEqual([
      [text('service.name', 'a'), text('project', 'p1')],
      [text('project.name', 'kept'), text('project', 'p1')],
      [text('project', 'p1')],
    ]);
    expect(batch.resources.map(({ schemaUrl }) => schemaUrl)).toEqual(['x', '', '']);
    expect(decodeResource((batch.resources[1] as { message: Uint8Array }).message).droppedAttributesCount).toBe(3);
    expect(batch.scopes.every(({ message }) => message.length > 0)).toBe(true);
    const once = withResourceAttribute(request, project);
    expect(withResourceAttribute(once, project)).toEqual(once);
  });

  it('is said of the resource that counts, where a sender sends two', () => {
    const resource = (...attributes: object[]) =>
      protobufFromTraceJson({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }).subarray(2);
    const [first, second] = [resource(text('service.name', 'a')), resource(text('project', 'forged'))];
    const envelope = [...first, ...second];
    const request = Uint8Array.from([10, (envelope.length & 127) | 128, envelope.length >> 7, ...envelope]);
    const project = { key: 'project', value: 'p1' };
    for (const { batch } of [decodeTraces(withResourceAttribute(request, project)), decodeTraces(request, project)]) {
      expect(batch.resources.map(({ message }) => decodeResource(message).attributes)).toEqual([
        [text('project', 'p1')],
      ]);
    }
  });

  it('of what is no request throws', () => {
    const attribute = { key: 'a', value: 'b' };
    for (const bytes of [[10, 200, 1], [10, 3, 10, 5, 1], [7], [10, 2, 10, 255]]) {
      expect(() => withResourceAttribute(Uint8Array.from(bytes), attribute)).toThrow(WireError);
    }
    expect(withResourceAttribute(new Uint8Array(0), attribute)).toHaveLength(0);
  });
});

it('a query among fewer spans has the condition in every filter', () => {
  const { pipeline } = parseTraceql('{ resource.p = "1" }');
  const [filter] = pipeline.stages;
  const condition = filter?.kind === 'filter' ? filter.condition : null;
  if (!condition) throw new Error('no condition');
  const among = (query: string): string => printTraceql(within(parseTraceql(query), condition));
  expect(among('{ }')).toBe('{ resource.p = "1" }');
  expect(among('{ .a = 1 || .b = 2 }')).toBe('{ resource.p = "1" && (.a = 1 || .b = 2) }');
  expect(among('({ .a = 1 } >> { }) | count() > 2 | by(.c)')).toBe(
    '{ resource.p = "1" && .a = 1 } >> { resource.p = "1" } | count() > 2 | by(.c)',
  );
  expect(among('{ status = error } | rate() by(.a)')).toBe('{ resource.p = "1" && status = error } | rate() by(.a)');
});
