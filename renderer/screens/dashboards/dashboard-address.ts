/** What whoever looks at a dashboard chose, in the address: the filter, and how often its panels are asked again. */

export const REFRESHES = ['off', '10s', '1m'] as const;
export type Refresh = (typeof REFRESHES)[number];

export const REFRESH_MS: Readonly<Record<Refresh, number | null>> = { off: null, '10s': 10_000, '1m': 60_000 };

export interface Chosen {
  readonly filter: string;
  readonly refresh: Refresh;
}

/** What we did not write is left out. */
export function chosenIn(search: string): Chosen {
  const parameters = new URLSearchParams(search);
  return {
    filter: parameters.get('filter') ?? '',
    refresh: REFRESHES.find((one) => one === parameters.get('refresh')) ?? 'off',
  };
}

export function addressOf(url: URL, { filter, refresh }: Chosen): string {
  const { searchParams } = url;
  searchParams.delete('filter');
  searchParams.delete('refresh');
  if (filter !== '') searchParams.set('filter', filter);
  if (refresh !== 'off') searchParams.set('refresh', refresh);
  return url.pathname + url.search + url.hash;
}
