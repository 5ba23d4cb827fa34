/** How a number went, as small as a word. Its figures stand beside it. */
const WIDTH = 100;

export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const highest = Math.max(1, ...values);
  const width = WIDTH / Math.max(1, values.length);
  return (
    <svg role="img" aria-label={label} width="100%" height={18} viewBox={`0 0 ${WIDTH} 1`} preserveAspectRatio="none">
      {values.map((value, i) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: steps of time, in their order
          key={i}
          x={i * width + width * 0.1}
          width={width * 0.8}
          y={1 - value / highest}
          height={value / highest}
          fill="var(--accent)"
          fillOpacity={0.6}
        />
      ))}
    </svg>
  );
}
