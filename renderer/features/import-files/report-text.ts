import { formatCount, plural } from '../../../core/model/format';
import type { Imported } from './send-file';

/** What was read of a file, in a sentence. */
export function readText({ spans, logRecords, metricPoints, objects, formats, duplicates }: Imported): string {
  const read = [
    ...(spans > 0 ? [plural(spans, 'span')] : []),
    ...(logRecords > 0 ? [plural(logRecords, 'log record')] : []),
    ...(metricPoints > 0 ? [plural(metricPoints, 'metric point')] : []),
    ...(objects > 0 ? [plural(objects, 'note')] : []),
  ];
  const before = duplicates > 0 ? `; ${formatCount(duplicates)} of these were already stored` : '';
  return `${read.join(', ') || 'Nothing new'} (${formats.join(', ')})${before}`;
}

/** What was not; null: everything was. */
export function leftText({ rejected, rejectedDocuments }: Imported): string | null {
  const left = [
    ...(rejected > 0 ? [plural(rejected, 'record')] : []),
    ...(rejectedDocuments > 0 ? [plural(rejectedDocuments, 'document')] : []),
  ];
  return left.length === 0 ? null : `Left out: ${left.join(', ')}`;
}
