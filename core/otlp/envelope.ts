/**
 * The two levels that every export request wraps its records in: ResourceX {resource 1, ScopeX 2, schema_url 3} and ScopeX
 * {scope 1, records 2, schema_url 3}, alike for spans, log records and metrics. ScopeX was InstrumentationLibraryX until 2022, of the same
 * fields; where a sender wrote both, the old one had the number 1000.
 */

import { shortName } from '../model/short-name';
import type { BatchResource, BatchScope } from '../model/span-batch';
import { checkResource, checkScope } from './check-body';
import { COST, DecodeBudget } from './decode-budget';
import { decodeResource, decodeScope } from './proto-to-json';
import { type ResourceAttribute, resourceWith } from './resource-attribute';
import { WIRE_BYTES, WireReader } from './wire-reader';

export interface RecordOwner {
  /** Index into `Envelopes.resources`. */
  readonly resource: number;
  /** Index into `Envelopes.scopes`. */
  readonly scope: number;
  readonly serviceName: string;
  readonly scopeName: string;
}

const SCOPES = 2;
/** `deprecated_instrumentation_library_spans` of opentelemetry-proto 0.15 to 0.19, and the like. */
export const OLD_SCOPES = 1000;
const NO_BYTES = new Uint8Array(0);

export class Envelopes {
  readonly resources: BatchResource[] = [];
  readonly scopes: BatchScope[] = [];

  /**
   * @param attribute of every resource, whatever the sender says
   * @param budget is charged with all that is made of the request
   * @param recordCost what becomes of a record, in bytes
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly attribute: ResourceAttribute | null = null,
    private readonly budget: DecodeBudget = new DecodeBudget(),
    private readonly recordCost: number = COST.record,
  ) {}

  /** Calls `record` for each record, with a reader over it. @throws WireError, SpoorError PAYLOAD_TOO_LARGE */
  each(record: (reader: WireReader, owner: RecordOwner) => void): void {
    const request = new WireReader(this.bytes, 0, this.bytes.length, this.budget);
    while (request.next()) {
      if (request.field !== 1) {
        request.skip();
        continue;
      }
      request.expect(WIRE_BYTES);
      this.resource(request.message(), record);
    }
  }

  private resource(reader: WireReader, record: (reader: WireReader, owner: RecordOwner) => void): void {
    const { pos: start, end } = reader;
    this.budget.charge(COST.owner);
    // The schema URL stands behind the records it applies to, so the header is read first.
    const { message, schemaUrl } = readHeader(reader, checkResource);
    const serviceName = serviceNameOf(message);
    // A copy: the request's buffer must not travel along with a slice of it.
    const own = this.attribute ? resourceWith(message, this.attribute) : message.slice();
    const resource = this.resources.push({ serviceName, message: own, schemaUrl }) - 1;
    const scopes = new WireReader(this.bytes, start, end, this.budget);
    while (scopes.next()) {
      if (scopes.field !== SCOPES && scopes.field !== OLD_SCOPES) {
        scopes.skip();
        continue;
      }
      scopes.expect(WIRE_BYTES);
      this.scope(scopes.message(), resource, serviceName, record);
    }
  }

  private scope(
    reader: WireReader,
    resource: number,
    serviceName: string,
    record: (reader: WireReader, owner: RecordOwner) => void,
  ): void {
    const { pos: start, end } = reader;
    this.budget.charge(COST.owner);
    const { message, schemaUrl } = readHeader(reader, checkScope);
    const scope = this.scopes.push({ message: message.slice(), schemaUrl }) - 1;
    const owner = { resource, scope, serviceName, scopeName: decodeScope(message).name };
    const records = new WireReader(this.bytes, start, end, this.budget);
    while (records.next()) {
      if (records.field !== 2) {
        records.skip();
        continue;
      }
      records.expect(WIRE_BYTES);
      this.budget.charge(this.recordCost);
      record(records.message(), owner);
    }
  }
}

/** @param check of the message, which is stored as it came and so must be readable */
function readHeader(
  reader: WireReader,
  check: (reader: WireReader, depth: number) => void,
): { message: Uint8Array; schemaUrl: string } {
  let message: Uint8Array = NO_BYTES;
  let schemaUrl = '';
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(WIRE_BYTES);
      message = reader.view8();
      check(new WireReader(reader.bytes, reader.pos - message.length, reader.pos, reader.budget), 0);
    } else if (reader.field === 3) {
      reader.expect(WIRE_BYTES);
      schemaUrl = reader.string();
    } else reader.skip();
  }
  return { message, schemaUrl };
}

/** `service.name` of a Resource message, as columns hold it; empty when it has none. */
function serviceNameOf(resource: Uint8Array): string {
  const attribute = decodeResource(resource).attributes.findLast(({ key }) => key === 'service.name');
  const value = attribute?.value;
  const name = value && 'stringValue' in value ? (value.stringValue as string) : '';
  return shortName(name);
}
