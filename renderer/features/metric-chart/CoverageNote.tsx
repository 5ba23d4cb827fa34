import type { MetricSeriesAnswer } from '../../../core/api/metrics';
import { formatCount } from '../../../core/model/format';

/** What the values are made of, where that is not everything, and what they cannot say. */
export function CoverageNote({ answer }: { readonly answer: MetricSeriesAnswer }) {
  const { notes, truncated, coverage, groups, aggregate } = answer;
  const { series, seriesRead, pointsRead, groups: count, groupsAtLeast } = coverage;
  const missing: string[] = [];
  if (seriesRead < series || groupsAtLeast) {
    missing.push(
      `Only ${formatCount(seriesRead)} of ${formatCount(series)} series and ${formatCount(pointsRead)} points were read. A filter or a shorter time range leaves fewer.`,
    );
  }
  if (aggregate !== 'heatmap' && groups.length < count) {
    missing.push(
      `The ${formatCount(groups.length)} largest of ${groupsAtLeast ? 'at least ' : ''}${formatCount(count)} groups are shown.`,
    );
  }
  if (notes.length === 0 && !truncated) return null;
  return (
    <div className="pt-2 text-sm text-secondary">
      {missing.map((text) => (
        <p key={text} role="status" className="text-warning">
          {text}
        </p>
      ))}
      {notes.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}
