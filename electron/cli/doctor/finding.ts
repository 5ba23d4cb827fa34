/** What `spoor doctor` finds. */
export interface Finding {
  /** What was looked at, such as `variables`. */
  readonly check: string;
  /** `broken`: telemetry is not received, or not kept. */
  readonly state: 'fine' | 'warning' | 'broken';
  /** One sentence. */
  readonly message: string;
  /** What to do; null: nothing. */
  readonly mend: string | null;
}

export function fine(check: string, message: string): Finding {
  return { check, state: 'fine', message, mend: null };
}

export function warning(check: string, message: string, mend: string | null): Finding {
  return { check, state: 'warning', message, mend };
}

export function broken(check: string, message: string, mend: string): Finding {
  return { check, state: 'broken', message, mend };
}
