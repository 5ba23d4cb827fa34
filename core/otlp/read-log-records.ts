/** Log records of an export request (protobuf) one by one, for who looks at few of them; storing goes by decode-logs. */

import { hexFromId, TRACE_ID_BYTES } from '../model/ids';
import { plainAttributes, plainValue } from '../model/json-types';
import type { PlainLogRecord } from '../model/plain-log-record';
import { DecodeBudget } from './decode-budget';
import { Envelopes } from './envelope';
import { decodeLogBody } from './proto-to-json';
import { WIRE_BYTES, WIRE_FIXED64 } from './wire-reader';

/** A record as an object of texts, and the span that may be made of it, which is written as JSON first. */
const RECORD_COST = 2048;

/** @param wants whether the records of a scope are looked at @throws WireError, SpoorError PAYLOAD_TOO_LARGE */
export function readLogRecords(request: Uint8Array, wants: (scopeName: string) => boolean): PlainLogRecord[] {
  const records: PlainLogRecord[] = [];
  // What records hold was charged where the request was decoded; here they become more.
  const budget = new DecodeBudget();
  new Envelopes(request).each((reader, { scopeName, serviceName }) => {
    if (!wants(scopeName)) return;
    budget.charge(RECORD_COST);
    const { pos, end } = reader;
    let timeNs = 0n;
    let observedNs = 0n;
    let hasTrace = false;
    while (reader.next()) {
      if (reader.field === 1 && reader.wireType === WIRE_FIXED64) timeNs = reader.fixed64();
      else if (reader.field === 11 && reader.wireType === WIRE_FIXED64) observedNs = reader.fixed64();
      else if (reader.field === 9 && reader.wireType === WIRE_BYTES)
        hasTrace = hexFromId(reader.view8(), TRACE_ID_BYTES) !== '';
      else reader.skip();
    }
    const { eventName, body, attributes } = decodeLogBody(request.subarray(pos, end));
    records.push({
      timeNs: timeNs || observedNs,
      hasTrace,
      eventName: eventName ?? '',
      body: plainValue(body),
      attributes: plainAttributes(attributes),
      scopeName,
      serviceName,
    });
  });
  return records;
}
