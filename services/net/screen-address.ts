/** The addresses of screens, which stand behind `#`: what the renderer reads of them is sent to no server. */
export const SCREEN_NAMES: readonly string[] = [
  'home',
  'traces',
  'usage',
  'dashboards',
  'logs',
  'metrics',
  'trace',
  'compare',
  'services',
  'sessions',
  'session',
  'agents',
  'alerts',
  'guardrails',
  'playground',
  'datasets',
  'dataset',
  'experiments',
  'connect',
  'sync',
  'team',
  'settings',
  'device',
];

/** Where a screen is whose address was asked for without `#`; null: it is no screen's. */
export function screenAddress(url: string): string | null {
  const { pathname, search } = new URL(url);
  const [, name = ''] = pathname.split('/');
  return SCREEN_NAMES.includes(name) ? `/#${pathname}${search}` : null;
}
