/**
 * Says something of every resource of an export request, whatever its signal: ExportXServiceRequest {ResourceX 1}, ResourceX
 * {Resource 1}, Resource {KeyValue attributes 1} are alike for spans, log records and metrics.
 */
import { WIRE_BYTES, WireReader } from './wire-reader';
import { WireWriter } from './wire-writer';

const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);

export interface ResourceAttribute {
  readonly key: string;
  readonly value: string;
}

/** @returns the request with the attribute in each resource, in place of one of that key @throws WireError */
export function withResourceAttribute(request: Uint8Array, attribute: ResourceAttribute): Uint8Array {
  const writer = new WireWriter(request.length + 256);
  const reader = new WireReader(request);
  while (reader.next()) {
    if (reader.field !== 1 || reader.wireType !== WIRE_BYTES) {
      reader.skip();
      writer.raw(request.subarray(reader.tagStart, reader.pos));
      continue;
    }
    const envelope = reader.message();
    writer.message(1, () => writeEnvelope(writer, envelope, attribute));
  }
  return writer.finish();
}

/** The same for a Resource message by itself. @throws WireError */
export function resourceWith(resource: Uint8Array, attribute: ResourceAttribute): Uint8Array {
  const writer = new WireWriter(resource.length + 128);
  writeResource(writer, new WireReader(resource), attribute);
  return writer.finish();
}

function writeEnvelope(writer: WireWriter, envelope: WireReader, attribute: ResourceAttribute): void {
  const rest: Uint8Array[] = [];
  let resource = new WireReader(NOTHING);
  while (envelope.next()) {
    // Of several the last counts, as where requests are read (envelope.ts): one that is left would speak for the sender.
    if (envelope.field === 1 && envelope.wireType === WIRE_BYTES) resource = envelope.message();
    else {
      envelope.skip();
      rest.push(envelope.bytes.subarray(envelope.tagStart, envelope.pos));
    }
  }
  writer.message(1, () => writeResource(writer, resource, attribute));
  for (const field of rest) writer.raw(field);
}

function writeResource(writer: WireWriter, resource: WireReader, { key, value }: ResourceAttribute): void {
  const name = utf8.encode(key);
  while (resource.next()) {
    resource.skip();
    const field = resource.bytes.subarray(resource.tagStart, resource.pos);
    if (resource.field !== 1 || !hasKey(field, name)) writer.raw(field);
  }
  writer.message(1, () => {
    writer.data(1, name);
    writer.message(2, () => writer.string(1, value));
  });
}

/** @param field a KeyValue with its tag and length */
function hasKey(field: Uint8Array, name: Uint8Array): boolean {
  const outer = new WireReader(field);
  outer.next();
  if (outer.wireType !== WIRE_BYTES) return false;
  const attribute = outer.message();
  while (attribute.next()) {
    if (attribute.field !== 1 || attribute.wireType !== WIRE_BYTES) {
      attribute.skip();
      continue;
    }
    const key = attribute.view8();
    return key.length === name.length && key.every((byte, i) => byte === name[i]);
  }
  return false;
}
