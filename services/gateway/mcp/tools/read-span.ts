/** Everything that a span says, in pieces. */
import { z } from 'zod';
import { SpoorError } from '../../../../core/model/errors';
import { formatBytes, formatDuration } from '../../../../core/model/format';
import { msOf, shortTime } from '../figures';
import { pieceOf } from '../pieces';
import { bounded, byteLength, quoted } from '../quoted';
import { type Field, fieldsOf } from '../span-fields';
import { tool } from '../tool';
import { SPAN, spanInName, spanNamed, TRACE, traceNamed } from '../trace-named';

const VALUE_BYTES = 220;
const OVERHEAD_BYTES = 900;

export const readSpan = tool({
  name: 'read_span',
  title: 'Read a span',
  description:
    'Reads one span: status, times, exception events first, then attributes, links, resource. Long values are cut; read one whole, piece by piece, with field (as the answer names it, such as attributes.db.query.text).',
  uses: ['listTraces', 'getSpan'],
  input: {
    traceId: TRACE,
    spanId: SPAN.optional().describe('16 hex digits; not needed where traceId is a link to the span'),
    field: z.string().min(1).max(2_000).optional().describe('Only this one, in full'),
  },
  facts: {
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string().nullable(),
    name: z.string(),
    service: z.string(),
    kind: z.string(),
    status: z.string(),
    start: z.string(),
    durationMs: z.number().nullable(),
    dropped: z.number(),
  },
  item: { field: z.string(), value: z.string(), bytes: z.number(), cut: z.boolean() },
  async run(asked, { traceId: named, spanId: given, field, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const traceId = await traceNamed(asked, named);
    const spanId = spanNamed(given ?? spanInName(named) ?? '');
    const at = cursors.index(cursor);
    const span = await asked.api.getSpan(traceId, spanId);
    const dropped = span.dropped.attributes + span.dropped.events + span.dropped.links;
    answer.say(
      `Span ${spanId} ${quoted(span.name, 80)} of ${quoted(span.service, 48)}, ${span.kind}, status ${span.status.code}, ${shortTime(span.startTime)}, ${formatDuration(span.durationNs)}, parent ${span.parentSpanId ?? 'none'}`,
      {
        traceId,
        spanId,
        parentSpanId: span.parentSpanId,
        name: bounded(span.name, 80),
        service: bounded(span.service, 48),
        kind: span.kind,
        status: span.status.code,
        start: shortTime(span.startTime),
        durationMs: msOf(span.durationNs),
        dropped,
      },
    );
    const fields = fieldsOf(span);
    const link = asked.links.trace(traceId, spanId);
    const partial =
      dropped > 0 ? `the sender dropped ${dropped} attributes, events or links before it sent the span.` : null;
    if (field !== undefined) {
      const { name, text } = fieldNamed(fields, field);
      const piece = pieceOf(text, at, maxBytes - OVERHEAD_BYTES);
      answer.add(`${quoted(name, 100)} = ${piece.quoted}`, {
        field: bounded(name, 100),
        value: piece.text,
        bytes: byteLength(text),
        cut: at > 0 || piece.next !== null,
      });
      return answer.end({ cursor: piece.next === null ? null : cursors.at(piece.next), partial, link });
    }
    let next = at;
    for (; next < fields.length; next++) {
      const { name, text } = fields[next] as Field;
      const value = bounded(text, VALUE_BYTES);
      const size = byteLength(text);
      const isCut = size > VALUE_BYTES - 2;
      const line = `${quoted(name, 100)} = ${JSON.stringify(value)}${isCut ? ` (cut, ${formatBytes(size)})` : ''}`;
      if (!answer.add(line, { field: bounded(name, 100), value, bytes: size, cut: isCut })) break;
    }
    return answer.end({ cursor: next < fields.length ? cursors.at(next) : null, partial, link });
  },
});

function fieldNamed(fields: readonly Field[], name: string): Field {
  const found = fields.find((one) => one.name === name) ?? fields.find((one) => one.name === `attributes.${name}`);
  if (found) return found;
  const message = `field: this span has no ${JSON.stringify(name.slice(0, 100))}. Leave field out to see what it has.`;
  throw new SpoorError('NOT_FOUND', message, [{ field: 'field', code: 'unknown', message }]);
}
