/** Bookmarks and notes of the open trace. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Annotation, AnnotationEdit } from '../../../core/api/annotation';
import { spanIdFromInt8 } from '../../../core/model/ids';
import { api } from '../../connection/connection';

export interface TraceAnnotations {
  readonly list: readonly Annotation[];
  readonly bySpan: ReadonlyMap<bigint, Annotation>;
  readonly annotate: (spanId: bigint, edit: Partial<AnnotationEdit>) => Promise<void>;
}

export function useAnnotations(traceId: string): TraceAnnotations {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: ['annotations', traceId], queryFn: () => api.traceAnnotations(traceId) });
  return useMemo(() => {
    const list = data ?? [];
    const bySpan = new Map(
      list.flatMap((one) => (one.spanId === null ? [] : [[BigInt(`0x${one.spanId}`), one] as const])),
    );
    return {
      list,
      bySpan,
      async annotate(spanId, edit) {
        const { bookmarked = false, note = '' } = bySpan.get(spanId) ?? {};
        await api.annotateSpan(traceId, spanIdFromInt8(spanId), { bookmarked, note, ...edit });
        await queries.invalidateQueries({ queryKey: ['annotations', traceId] });
      },
    };
  }, [data, traceId, queries]);
}
