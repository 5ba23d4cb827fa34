/** A thread, or `storing`: nothing of what waits is stored. */
export interface StandingPart {
  readonly part: string;
  /** Since it was asked for a sign of life. */
  readonly seconds: number;
}
