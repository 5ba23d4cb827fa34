/** Links of ours from other programs: `spoor://app/?q=...#/trace/...`, the address of a page under a scheme that the system knows. */

export const LINK_SCHEME = 'spoor';

const LINK = /^spoor:\/\/app\/?(\?[^#]*)?(#.*)?$/i;
/** A query may have 10,000 characters. */
const MAX_CHARS = 40_000;

/** Search and hash of the page that a link leads to; null of what is no link of ours. Any web page may make one up. */
export function pageOfLink(text: string): string | null {
  const link = text.length <= MAX_CHARS ? LINK.exec(text) : null;
  return link && (link[1] ?? '') + (link[2] ?? '');
}

/** The first link among the arguments of a process. */
export function linkAmong(args: readonly string[]): string | null {
  return args.find((argument) => pageOfLink(argument) !== null) ?? null;
}
