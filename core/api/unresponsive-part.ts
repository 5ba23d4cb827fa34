/** A thread that sends no heartbeat, or `storing`: the queue of telemetry is not being written. */
export interface UnresponsivePart {
  readonly part: string;
  /** Since it was asked for a heartbeat. */
  readonly seconds: number;
}
