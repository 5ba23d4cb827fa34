import { DecodeBudget } from '../../otlp/decode-budget';
import { get, type JsonObject } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import type { Format, FormatReader, FormatTools } from '../format';
import { isRecord } from '../is-record';
import { traceRequests } from '../spans';
import { counterRequests } from './counters';
import { documentOf } from './document';
import { Recording } from './recording';
import { type TimeBase, timeBase } from './time-base';
import { spanGroups } from './to-spans';
import { CHROME_TRACE_WRITER } from './writer';

/** Looked at before it is decided that a list is of other things. */
const FIRST_EVENTS = 10;
/** Of events, in one digest. */
const DIGESTED = 256;

/**
 * Chrome's Trace Event Format: a list of events, or an object with `traceEvents`. Chrome's DevTools, Node, PyTorch, Bazel, Clang, and
 * Perfetto's legacy export write it. Files that were cut off are legal: see `documentOf`.
 */
export const CHROME_TRACE: Format = {
  name: 'chrome-trace',
  title: 'Chrome trace events',
  matches(document) {
    const events = Array.isArray(document) ? document : eventsOf(document);
    if (!events) return false;
    const first = events.slice(0, FIRST_EVENTS).filter(isRecord);
    return (
      first.some((event) => typeof get(event, 'ph') === 'string') || (events.length === 0 && !Array.isArray(document))
    );
  },
  open: readerOf,
  mended: documentOf,
  writers: [CHROME_TRACE_WRITER],
  receiver: null,
};

function readerOf({ nowNs, hexOf }: FormatTools): FormatReader {
  return {
    fromJson(document, records) {
      const events = Array.isArray(document) ? document : eventsOf(document);
      if (!events) throw new JsonShapeError('traceEvents: not an array');
      const budget = new DecodeBudget();
      const recording = new Recording(records, budget);
      recording.read(events);
      const { firstNs, lastNs } = recording;
      if (firstNs === null || lastNs === null) {
        if (records.refused > 0) throw new JsonShapeError(records.reason);
        return [];
      }
      const base = timeBase(isRecord(document) ? document : NOTHING, firstNs, lastNs, nowNs());
      return [
        ...traceRequests(spanGroups(recording, traceIdOf(events, base, hexOf), base, hexOf, budget)),
        ...counterRequests(recording.counters, recording.processes, base, budget),
      ];
    },
    fromProtobuf: null,
  };
}

const NOTHING: JsonObject = {};

function eventsOf(document: unknown): readonly unknown[] | null {
  const events = isRecord(document) ? get(document, 'traceEvents') : undefined;
  return Array.isArray(events) ? events : null;
}

/**
 * The same events are the same trace, whenever they are read. Where nothing says when they happened, they are of the moment at which they
 * are read: read at another, they are another trace, because spans of one id that began at two moments would be two spans of one trace.
 */
function traceIdOf(events: readonly unknown[], { source, offsetNs }: TimeBase, hexOf: FormatTools['hexOf']): string {
  let digest = source === 'import' ? String(offsetNs) : '';
  for (let from = 0; from < events.length; from += DIGESTED) {
    digest = hexOf(`${digest}${JSON.stringify(events.slice(from, from + DIGESTED))}`, 16);
  }
  return digest;
}
