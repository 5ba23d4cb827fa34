/** Which spans of a trace a search finds. */
import { STATUS_ERROR } from '../model/span-kind';
import { parseSpanSearch } from '../query/span-search';
import type { TraceColumns } from './trace-columns';
import type { TraceTree } from './trace-tree';

/** 1 for each row that matches; null when the search asks for nothing. @throws SpoorError VALIDATION_ERROR */
export function matchingRows(columns: TraceColumns, tree: TraceTree, text: string): Uint8Array | null {
  if (text.trim() === '') return null;
  const search = parseSpanSearch(text);
  // Names are interned: each is compared once, however many spans carry it.
  const operationHit = Uint8Array.from(columns.operations, (operation) => {
    const name = operation.name.toLowerCase();
    const service = operation.service.toLowerCase();
    const hit =
      search.words.every((word) => name.includes(word) || service.includes(word)) &&
      search.names.every((part) => name.includes(part)) &&
      (search.services.length === 0 || search.services.some((part) => service.includes(part))) &&
      (search.kinds.length === 0 || search.kinds.includes(operation.kind));
    return hit ? 1 : 0;
  });
  const hits = new Uint8Array(tree.length);
  for (let row = 0; row < tree.length; row++) {
    const span = tree.span[row] as number;
    if (operationHit[columns.operation[span] as number] === 0) continue;
    if (search.status !== null && (columns.status[span] === STATUS_ERROR) !== (search.status === 'error')) continue;
    const inTime = search.times.every(({ of, above, ns }) => {
      const value = of === 'self' ? (tree.selfNs[row] as number) : (columns.durationNs[span] as number);
      return above ? value > ns : value < ns && (columns.durationNs[span] as number) >= 0;
    });
    if (inTime) hits[row] = 1;
  }
  return hits;
}
