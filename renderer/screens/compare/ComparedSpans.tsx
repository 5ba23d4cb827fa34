/** The attributes of two matched spans side by side, those that differ first; long texts such as prompts line by line. */
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { SpanDetail } from '../../../core/api/contract';
import type { ComparedRow } from '../../../core/api/timeline';
import { spanIdFromInt8 } from '../../../core/model/ids';
import { api } from '../../connection/connection';
import { linesOf } from '../../ui/attribute-text';
import { Notice } from '../../ui/Notice';
import { diffLines } from './diff-lines';

interface ComparedSpansProps {
  readonly a: string;
  readonly b: string;
  readonly row: ComparedRow;
  readonly onClose: () => void;
}

export function ComparedSpans({ a, b, row, onClose }: ComparedSpansProps) {
  const before = useSpan(a, row.a?.spanId ?? null);
  const after = useSpan(b, row.b?.spanId ?? null);
  const error = before.error ?? after.error;
  const waiting = before.isLoading || after.isLoading;
  return (
    <aside aria-label="Compared attributes" className="flex w-[420px] shrink-0 flex-col border-l border-line bg-panel">
      <div className="flex items-center gap-2 border-b border-line px-3.5 py-2.5">
        <h2 className="min-w-0 truncate text-lg font-semibold" dir="auto">
          {row.name || 'unnamed'}
        </h2>
        <span className="grow" />
        <button
          type="button"
          aria-label="Close (Esc)"
          title="Close (Esc)"
          className="text-faint hover:text-text"
          onClick={onClose}
        >
          <X size={15} />
        </button>
      </div>
      {error && <Notice title="A span could not be read.">{error.message}</Notice>}
      {!error && !waiting && <Differences before={before.data ?? null} after={after.data ?? null} />}
    </aside>
  );
}

function useSpan(traceId: string, spanId: bigint | null) {
  const id = spanId === null ? '' : spanIdFromInt8(spanId);
  return useQuery({
    queryKey: ['span', traceId, id],
    queryFn: () => api.getSpan(traceId, id),
    enabled: spanId !== null,
  });
}

function Differences({ before, after }: { readonly before: SpanDetail | null; readonly after: SpanDetail | null }) {
  const valuesOf = (span: SpanDetail | null): Map<string, string> =>
    new Map([
      ...(span ? [['status', `${span.status.code} ${span.status.message}`.trim()] as const] : []),
      ...(span?.attributes ?? []).map(({ key, value }) => [key, linesOf(value)] as const),
    ]);
  const [a, b] = [valuesOf(before), valuesOf(after)];
  const keys = [...new Set([...a.keys(), ...b.keys()])].sort();
  const differing = keys.filter((key) => a.get(key) !== b.get(key));
  const same = keys.length - differing.length;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      {differing.length === 0 && <p className="px-3.5 py-3 text-secondary">All attributes are the same.</p>}
      {differing.map((key) => (
        <section key={key} className="border-b border-line px-3.5 py-2">
          <h3 className="font-mono text-sm text-secondary">{key}</h3>
          <pre className="mt-1 font-mono text-xs leading-[17px] break-words whitespace-pre-wrap">
            {diffLines(a.get(key) ?? null, b.get(key) ?? null).map(({ sign, text }, i) => (
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
                key={i}
                className={sign === '-' ? 'bg-raised text-secondary' : sign === '+' ? 'bg-accent-ground' : 'text-faint'}
              >
                {sign} {text}
              </div>
            ))}
          </pre>
        </section>
      ))}
      {same > 0 && differing.length > 0 && <p className="px-3.5 py-2 text-sm text-faint">{same} more are the same.</p>}
    </div>
  );
}
