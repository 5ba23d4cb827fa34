/** What must be said beside the values of a metric. */
import { type Aggregate, type MetricShape, quantileIn } from './aggregates';

export interface MetricFacts {
  readonly metric: MetricShape;
  readonly aggregate: Aggregate;
  /** Each series stands for itself, whatever the groups that were asked for. */
  readonly apart: boolean;
  readonly resets: number;
  readonly withoutBuckets: boolean;
  /** Points that are NaN or infinite. */
  readonly notFinite: number;
}

export function notesOn({ metric, aggregate, apart, resets, withoutBuckets, notFinite }: MetricFacts): string[] {
  const { kind, temporality } = metric;
  const isHistogram = kind === 'histogram' || kind === 'exponentialHistogram';
  const notes: string[] = [];
  if (isHistogram && (quantileIn(aggregate) !== null || aggregate === 'min' || aggregate === 'max')) {
    notes.push('Estimated from histogram buckets. The value lies between the bounds that are shown with it.');
  }
  if (apart) {
    notes.push(
      'The senders computed these quantiles, and quantiles cannot be combined, so every series is drawn separately.',
    );
  }
  if (resets > 0) {
    notes.push(
      `${resets === 1 ? 'A series' : 'Series'} restarted ${resets === 1 ? 'once' : `${resets} times`}; what was counted since is added.`,
    );
  }
  if (withoutBuckets) notes.push('Some of the histograms have no buckets and do not count towards percentiles.');
  if (notFinite > 0) {
    notes.push(
      `${notFinite === 1 ? 'One point is' : `${notFinite.toLocaleString('en-US')} points are`} NaN or infinite, and in no value here. The list of points has them.`,
    );
  }
  if (temporality === 'unspecified') {
    notes.push(
      `The sender does not say whether its points are totals or increases; they are taken as ${isHistogram ? 'increases' : 'they stand'}.`,
    );
  }
  return notes;
}
