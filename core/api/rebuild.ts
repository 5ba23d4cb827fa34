/** Of the last time that read models were made anew, since the start. */
export interface RebuildReport {
  readonly state: 'never' | 'running' | 'done' | 'failed';
  /** From 0 to 1. */
  readonly progress: number;
  /** Why it failed. */
  readonly message: string | null;
}
