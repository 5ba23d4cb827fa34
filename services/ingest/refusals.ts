/** What was refused or not understood since the start: senders seldom show what they are told. */
import type { RefusalReport } from '../../core/api/receiver-reports';
import { nsFromMs, rfc3339FromNs } from '../../core/model/time';
import type { Rejection } from './intake';

/** Names that senders chose are in it. */
const MAX_MESSAGE_CHARS = 500;

export class Refusals {
  private requests = 0;
  private records = 0;
  private last: RefusalReport['last'] = null;

  /** Of a request that was answered with success. */
  add({ rejected, reason, isUnderstood }: Rejection): void {
    this.records += rejected;
    if (!isUnderstood) this.requests++;
    if (rejected > 0 || !isUnderstood) this.told(reason);
  }

  /** A request that was refused as a whole. */
  addWhole(reason: string): void {
    this.requests++;
    this.told(reason);
  }

  report(): RefusalReport {
    return { requests: this.requests, records: this.records, last: this.last };
  }

  private told(message: string): void {
    this.last = { time: rfc3339FromNs(nsFromMs(Date.now())), message: message.slice(0, MAX_MESSAGE_CHARS) };
  }
}
