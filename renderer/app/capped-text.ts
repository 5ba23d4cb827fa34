/** What is capped, in words. */
import type { CappedReport } from '../../core/api/capped';
import { plural } from '../../core/model/format';

/** Null: nothing is. */
export function cappedTitle({ longNames, fullKeys, keysFull, valuesFull }: CappedReport): string | null {
  const lines = [
    longNames > 0 ? `${plural(longNames, 'name')} longer than 256 characters: lists show the beginning.` : '',
    fullKeys > 0 ? `${plural(fullKeys, 'attribute')} with more values than lists distinguish.` : '',
    keysFull ? 'More attribute keys than lists distinguish.' : '',
    valuesFull ? 'More attribute values than lists distinguish.' : '',
  ].filter((line) => line !== '');
  return lines.length === 0
    ? null
    : [...lines, 'Spans keep everything as it was sent, and searches still find it.'].join('\n');
}
