/** Bookmarks and notes of the open trace. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Annotation, AnnotationEdit } from '../../../core/api/annotation';
import { spanIdFromInt8 } from '../../../core/model/ids';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';

const PACE_MS = 500;

export interface TraceAnnotations {
  readonly list: readonly Annotation[];
  readonly bySpan: ReadonlyMap<bigint, Annotation>;
  readonly annotate: (spanId: bigint, edit: Partial<AnnotationEdit>) => Promise<void>;
}

export function useAnnotations(traceId: string): TraceAnnotations {
  const queries = useQueryClient();
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const { data, refetch } = useQuery({
    queryKey: ['annotations', traceId],
    queryFn: () => api.traceAnnotations(traceId),
  });
  // Others write, too.
  useRefetchOn(version, refetch);
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
