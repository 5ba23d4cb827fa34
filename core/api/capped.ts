/** What stored data has more of than lists and counts tell apart. Nothing of it is lost: spans have their names and values whole. */
export interface CappedReport {
  /** Services and operations with names so long that lists have the beginning. */
  readonly longNames: number;
  /** Keys of attributes with more values than are listed: further values are found, and counted as one. */
  readonly fullKeys: number;
  /** Keys are as many as are listed: further ones are found by searching. */
  readonly keysFull: boolean;
  /** Values of all keys are as many as are listed. */
  readonly valuesFull: boolean;
}
