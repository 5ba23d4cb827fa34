/** Whether a word is in what stands in the payload of a record, without decoding the record: most that are looked at do not have it. */
import { MAX_NAME_CHARS } from '../../model/short-name';
import { RAW_IN_PAYLOAD, REST_IN_PAYLOAD } from '../dictionary/part-ids';
import type { LogRow } from './log-rows';

/** Bytes up to which the message is surely the whole body: longer ones may have been cut (core/otlp/decode-logs.ts). */
export const WHOLE_BYTES = 300;
const MESSAGE_IS_BODY = 1;
/** Of an AnyValue that is a text: field 1, with a length. */
const STRING_VALUE = 0x0a;

const utf8 = new TextDecoder();

type Looked = Pick<LogRow, 'attributes' | 'message' | 'flags' | 'event_name'>;

/** Of a record whose columns and dictionary do not have it. @param parts of its payload, in order @param text in lower case */
export function mayHaveText(row: Looked, parts: readonly Uint8Array[], text: string): boolean {
  if (row.message.toLowerCase().includes(text) || row.event_name.toLowerCase().includes(text)) return true;
  // Of a long name the column has the beginning.
  if ([...row.event_name].length >= MAX_NAME_CHARS - 1) return true;
  const isWhole = (row.flags & MESSAGE_IS_BODY) !== 0 || row.message.length < WHOLE_BYTES / MOST_BYTES_A_UNIT;
  let at = 0;
  for (const element of row.attributes) {
    if (element > 0) continue;
    const part = parts[at++];
    if (part === undefined || element === RAW_IN_PAYLOAD) return true;
    if (element === REST_IN_PAYLOAD) {
      if (!isWhole) return true;
      continue;
    }
    const value = textOf(part);
    if (value === null || value.toLowerCase().includes(text)) return true;
  }
  return !isWhole;
}

/** Of UTF-8, for each unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3;

/** Null: it is something else than a text. */
function textOf(value: Uint8Array): string | null {
  if (value[0] !== STRING_VALUE) return null;
  let at = 1;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = value[at++];
    if (byte === undefined) return null;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return at + length === value.length ? utf8.decode(value.subarray(at)) : null;
}
