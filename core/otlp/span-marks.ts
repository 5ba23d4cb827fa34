/** Events and links of a span message, and nothing else of it: a prompt of megabytes beside them is stepped over. */
import { WireReader } from './wire-reader';

export interface SpanMark {
  /** Epoch nanoseconds; null: a link, which has no time. */
  readonly timeNs: bigint | null;
  readonly name: string;
}

const EVENTS = 11;
const LINKS = 13;
const EVENT_TIME = 1;
const EVENT_NAME = 2;
/** What is shown of a span with thousands of events. */
const MAX_MARKS = 200;
const MAX_NAME_BYTES = 200;

export function spanMarks(message: Uint8Array): SpanMark[] {
  const marks: SpanMark[] = [];
  const reader = new WireReader(message);
  while (reader.next() && marks.length < MAX_MARKS) {
    const { field } = reader;
    if (field !== EVENTS && field !== LINKS) {
      reader.skip();
      continue;
    }
    const length = reader.skipLengthDelimited();
    marks.push(field === EVENTS ? eventMark(message, reader.pos - length, reader.pos) : { timeNs: null, name: 'link' });
  }
  return marks;
}

function eventMark(message: Uint8Array, start: number, end: number): SpanMark {
  let timeNs = 0n;
  let name = '';
  const reader = new WireReader(message, start, end);
  while (reader.next()) {
    if (reader.field === EVENT_TIME) timeNs = reader.fixed64();
    else if (reader.field === EVENT_NAME) {
      const length = reader.skipLengthDelimited();
      const from = reader.pos - length;
      name = new TextDecoder().decode(message.subarray(from, from + Math.min(length, MAX_NAME_BYTES)));
    } else reader.skip();
  }
  return { timeNs, name };
}
