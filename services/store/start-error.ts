/** A reason not to start, worded for the user: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What to print of anything that ended a start: our own words for ours, the stack of a bug. */
export function failureText(error: unknown): string {
  if (error instanceof StartError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
