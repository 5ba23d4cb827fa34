/** Spans that stand for a series: the newest that match, each with its trace. */
import type { FoundSpan } from '../../../../core/api/found-sets';
import type { MetricSeries } from '../../../../core/api/search';
import type { Field } from '../../../../core/query/traceql/ast';
import { fieldText, printTraceql } from '../../../../core/query/traceql/print';
import type { CompatSource } from '../protocol';
import type { MetricShape } from './metric-labels';

const WAIT_MS = 3_000;
const NS_PER_MS = 1_000_000n;

interface ShownExemplar {
  readonly isOf: (series: MetricSeries) => boolean;
  readonly exemplar: { readonly labels: object[]; readonly value: number; readonly timestampMs: string };
}

export async function exemplarsOf(
  { store }: CompatSource,
  { query, metric, scale }: MetricShape,
  { from, to }: { readonly from: bigint; readonly to: bigint },
  limit: number,
  signal: AbortSignal,
): Promise<ShownExemplar[]> {
  if (!metric) return [];
  const wanted = [...metric.by, ...(metric.of && isField(metric.of) ? [metric.of] : [])];
  const select = wanted.length > 0 ? ` | select(${wanted.map(fieldText).join(', ')})` : '';
  const search = printTraceql({ ...query, metrics: null, series: [], hints: [] }) + select;
  const { traces } = await store.foundSets(
    { query: search, from: String(from), to: String(to), limit, spansPerSet: 1, waitMs: WAIT_MS },
    signal,
  );
  return traces.flatMap(({ traceId, sets }) => {
    const span = sets[0]?.spans[0];
    if (!span || BigInt(span.startNs) < from || BigInt(span.startNs) >= to) return [];
    const value = metric.of ? numberOf(span, metric.of) : 1;
    if (value === null) return [];
    return [
      {
        isOf: ({ labels }: MetricSeries) =>
          metric.by.every((field) => labels[fieldText(field)] === (literalOf(span, field) ?? 'nil')) &&
          metric.name !== 'histogram_over_time',
        exemplar: {
          labels: [{ key: 'trace:id', value: { stringValue: traceId } }],
          value: metric.of ? scale(value) : value,
          timestampMs: String(BigInt(span.startNs) / NS_PER_MS),
        },
      },
    ];
  });
}

function isField(of: object): of is Field {
  return 'kind' in of && (of.kind === 'attribute' || of.kind === 'intrinsic');
}

function literalOf({ name, values }: FoundSpan, field: Field): string | undefined {
  if (field.kind === 'intrinsic' && field.name === 'span:name') return JSON.stringify(name);
  const key = field.kind === 'attribute' ? field.name : fieldText(field);
  return values.find((value) => value.name === key)?.literals[0];
}

function numberOf(span: FoundSpan, of: object): number | null {
  if (!isField(of)) return null;
  if (of.kind === 'intrinsic' && of.name === 'span:duration')
    return span.durationNs === null ? null : Number(span.durationNs);
  const number = Number(literalOf(span, of));
  return Number.isFinite(number) ? number : null;
}
