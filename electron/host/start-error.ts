/** A reason not to start, worded for the user: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
