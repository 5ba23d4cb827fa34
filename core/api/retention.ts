/** How much is kept. A limit that is null does not bind; traces with a bookmark or a note stay beyond all of them. */
export interface Retention {
  /** Since arrival. */
  readonly days: number | null;
  /** Of the data folder. */
  readonly bytes: number | null;
  readonly spans: number | null;
}

/** Of a size limit: this part of it is left to the newest records, whatever else takes room. */
export const FLOOR_SHARE = 0.1;

/** Why what is stored stays larger than it may be. */
export interface UnmetLimit {
  /** What takes the room, and what to do. */
  readonly message: string;
  readonly limitBytes: number;
  /** On disk. */
  readonly bytes: number;
  /** Of these, spans, logs and metric points, which pruning can take out. */
  readonly recordBytes: number;
  /** Of these, at least so many are left. */
  readonly floorBytes: number;
}

/** Which limit made room for new records. */
export type PruningReason = 'age' | 'size' | 'count';

/** What was taken away, and why. */
export interface PruningReport {
  /** RFC 3339. */
  readonly startedAt: string;
  /** Null: under way. */
  readonly finishedAt: string | null;
  readonly reason: PruningReason;
  readonly traces: number;
  readonly spans: number;
  readonly logs: number;
  readonly metricPoints: number;
  /** Traces that were as old and stay, because they have a bookmark or a note. */
  readonly keptTraces: number;
  readonly freedBytes: number;
}

/** Whether the system's clock is believed when it says what is old. Times are RFC 3339. */
export type ClockReport =
  | { readonly state: 'trusted' }
  | {
      /** It is more than a day from where it was last seen: nothing is pruned for its age beyond what Spoor has seen pass. */
      readonly state: 'ahead' | 'behind';
      /** What it says. */
      readonly clock: string;
      /** What records are old by instead, until somebody says that the clock is right. */
      readonly trusted: string;
      readonly since: string;
    };

/** What was pruned for its age, no question finds, and can still be restored. */
export interface QuarantineReport {
  readonly traces: number;
  readonly spans: number;
  readonly logs: number;
  readonly metricPoints: number;
  /** On disk, and counted there. */
  readonly bytes: number;
  /** When the oldest of it goes for good, sooner where the disk needs it. RFC 3339. */
  readonly deletedFrom: string;
}

/** What stands in the way of keeping as much as was set, and what is in quarantine. */
export interface RetentionReport {
  /** Null: the limit of size is met, or none is set. */
  readonly unmet: UnmetLimit | null;
  readonly clock: ClockReport;
  /** Null: nothing is in quarantine. */
  readonly quarantine: QuarantineReport | null;
}

export const KEEPS: RetentionReport = { unmet: null, clock: { state: 'trusted' }, quarantine: null };
