/** Reads TraceQL with its regular expressions. */
import type { TraceqlQuery } from './ast';
import { isComparison, isPattern, nodesOf, tooMany } from './limits';
import { readTraceql } from './read-query';
import { TextPattern } from './regex';

/** Instructions of all regular expressions together. */
export const MAX_PATTERN_SIZE = 5_000;

/** @throws TraceqlSyntaxError */
export function parseTraceql(text: string): TraceqlQuery {
  const query = readTraceql(text);
  checkPatterns(query);
  return query;
}

/** Compiles every regular expression once. @throws TraceqlSyntaxError */
function checkPatterns(query: TraceqlQuery): void {
  let size = 0;
  for (const node of nodesOf(query)) {
    if (!isComparison(node) || !isPattern(node) || node.right.kind !== 'string') continue;
    size += new TextPattern(node.right.value, node.at).size;
    if (size > MAX_PATTERN_SIZE) {
      throw tooMany(node, `${MAX_PATTERN_SIZE} steps of regular expressions, with repetitions written out`);
    }
  }
}
