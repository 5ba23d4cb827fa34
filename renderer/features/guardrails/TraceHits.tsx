/** What guardrails marked in the open trace: in the navigation all of it, beside a span what it holds. */
import { useQuery } from '@tanstack/react-query';
import { ShieldAlert } from 'lucide-react';
import type { GuardrailHit } from '../../../core/api/guardrail';
import { api } from '../../connection/connection';
import { useConnection } from '../../connection/connection-store';
import { useRefetchOn } from '../../hooks/use-refetch-on';
import { useThrottled } from '../../hooks/use-throttled';
import { useTraceView } from '../../stores/trace-view-store';

const LIMIT = 100;
const PACE_MS = 3_000;

/** Again when something was stored: a budget is looked at after the spans. */
export function useTraceHits(traceId: string): readonly GuardrailHit[] {
  const version = useThrottled(
    useConnection(({ version }) => version),
    PACE_MS,
  );
  const { data, refetch } = useQuery({
    queryKey: ['guardrail-hits', traceId],
    queryFn: () => api.listGuardrailHits({ traceId, limit: LIMIT }),
    gcTime: 0,
  });
  useRefetchOn(version, refetch);
  return data?.data ?? [];
}

export function TraceHits({ hits }: { readonly hits: readonly GuardrailHit[] }) {
  const select = useTraceView(({ select }) => select);
  if (hits.length === 0) return null;
  return (
    <section aria-label="Guardrails" className="mt-5 flex flex-col px-2">
      <h2 className="pb-1.5 text-sm text-faint">Guardrails</h2>
      {hits.map(({ id, ruleName, excerpt, spanId }) => (
        <button
          key={id}
          type="button"
          className="py-0.5 text-left break-words text-warning hover:underline"
          onClick={() => select(spanId === null ? null : BigInt(`0x${spanId}`))}
        >
          <span className="font-medium">{ruleName}</span>: {excerpt}
        </button>
      ))}
    </section>
  );
}

export function SpanHits({ hits, spanId }: { readonly hits: readonly GuardrailHit[]; readonly spanId: string }) {
  const own = hits.filter((hit) => hit.spanId === spanId);
  if (own.length === 0) return null;
  return (
    <ul aria-label="Guardrails" className="mt-1.5 flex flex-col gap-0.5">
      {own.map(({ id, ruleName, excerpt, attribute }) => (
        <li key={id} className="flex items-baseline gap-1.5 text-warning" title={`Found in ${attribute}`}>
          <ShieldAlert size={13} aria-hidden className="shrink-0 self-center" />
          <span className="shrink-0 font-medium">{ruleName}</span>
          <span className="min-w-0 truncate font-mono text-sm" dir="auto">
            {excerpt}
          </span>
        </li>
      ))}
    </ul>
  );
}
