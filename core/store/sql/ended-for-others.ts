/** Deadlock, serialization failure, a lock that others hold for long. */
const CODES: readonly unknown[] = ['40P01', '40001', '55P03'];

/** Whether PostgreSQL ended a transaction so that others could go on: begun again, it may succeed, and nothing of it was done. */
export function isEndedForOthers(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.includes(error.code);
}
