/** What is wrong with a command line, as `parseArgs` says it, in one sentence: what else it says is about its own syntax. */
export function parseProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${(message.split(/ To specify|\n/)[0] ?? '').replace(/\.$/, '')}.`;
}
