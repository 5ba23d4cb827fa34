const WIDTH = 120;
const HEIGHT = 22;

/** The course of a metric in a row: gaps stay gaps, and a value between two is a dot. */
export function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    return (
      <span className="text-faint" title="There are too few points in this time range">
        —
      </span>
    );
  }
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (i: number) => 2 + ((WIDTH - 4) * i) / Math.max(1, values.length - 1);
  const y = (value: number) => HEIGHT - 3 - (HEIGHT - 6) * (most === least ? 0.5 : (value - least) / (most - least));
  const path = values
    .map((value, i) =>
      value === null ? '' : `${values[i - 1] == null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .join('');
  const alone = values.flatMap((value, i) =>
    value !== null && values[i - 1] == null && values[i + 1] == null ? [{ i, value }] : [],
  );
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={path} fill="none" stroke="var(--accent)" strokeWidth={1.4} strokeLinejoin="round" />
      {alone.map(({ i, value }) => (
        <circle key={i} cx={x(i)} cy={y(value)} r={1.6} fill="var(--accent)" />
      ))}
    </svg>
  );
}
