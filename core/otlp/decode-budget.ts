/**
 * Bounds what one request may become. The bytes of a body are limited where it is read, but a message of two bytes becomes a row of
 * columns and objects of hundreds: whoever decodes charges each message before it makes anything of it.
 */
import { SpoorError } from '../model/errors';

const MIB = 1024 * 1024;

/** What a request may become, in bytes of memory by the estimates below. */
const MAX_DECODED_BYTES = 256 * MIB;

/**
 * What things take on their way through the columns, the copy to the thread of the store, and the rows there. 64 MiB of spans of
 * 200 bytes with four attributes each stay below the limit; no exporter or collector sends as many at once.
 */
export const COST = {
  /** A span or log record, with the row it becomes. */
  record: 384,
  /** A data point of a metric. */
  point: 256,
  /** A series of a metric that the request names for the first time, or the metric. */
  series: 512,
  /** A resource or a scope: they are looked up, and some are stored, one by one. */
  owner: 4096,
  /** Any other message, text or element of a list: an attribute, a value in one, an event, a bucket. */
  item: 48,
} as const;

export class DecodeBudget {
  /** Bytes charged so far. */
  spent = 0;

  constructor(private readonly limit = MAX_DECODED_BYTES) {}

  /** @throws SpoorError PAYLOAD_TOO_LARGE */
  charge(bytes: number): void {
    this.spent += bytes;
    if (this.spent > this.limit) {
      throw new SpoorError(
        'PAYLOAD_TOO_LARGE',
        `The request holds too many messages: stored, they would take more than ${this.limit / MIB} MiB. Send smaller batches.`,
      );
    }
  }
}
