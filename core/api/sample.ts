/** The generated sample in this workspace, and what is being done with it. */
export interface SampleReport {
  /** Whether a trace of it is stored. Null: not known yet, as a search for one takes its time. */
  readonly isStored: boolean | null;
  readonly activity: 'none' | 'loading' | 'removing';
  /** Steps of the activity that are done; 0 where there is none. */
  readonly done: number;
  readonly total: number;
  /** Why the last activity since the start ended early, and what to do. */
  readonly failure: string | null;
}

export interface SampleRequest {
  /** Load it even though this workspace has data, or forwards what it receives. */
  readonly beside?: boolean | undefined;
}
