/** A mean of verdicts as a share; an em dash where nothing could be said. */
export function meanText(mean: number | null): string {
  return mean === null ? '—' : `${Math.round(mean * 100)} %`;
}
