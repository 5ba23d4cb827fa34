/** Terms of the search box that a click puts there or takes away (docs/logs.md). */
const PLAIN = /^[\w.-]+$/;

export function termOf(field: string, value: string): string {
  // With a colon a star would stand for any characters, and within quotes it is itself.
  return PLAIN.test(value) ? `${field}:${value}` : `${field}="${value.replace(/[\\"]/g, '\\$&')}"`;
}

export function hasTerm(query: string, term: string): boolean {
  return ` ${query} `.includes(` ${term} `);
}

export function withTerm(query: string, term: string): string {
  if (!hasTerm(query, term)) return `${query} ${term}`.trim();
  return ` ${query} `.replace(` ${term} `, ' ').trim();
}

export type LogView = 'list' | 'patterns';

export function viewInAddress(): LogView {
  return new URL(window.location.href).searchParams.get('view') === 'patterns' ? 'patterns' : 'list';
}

/** The search in the address, so that a link leads to what is shown. */
export function queryInAddress(): string {
  return new URL(window.location.href).searchParams.get('logs') ?? '';
}

export function keepInAddress(query: string, view: LogView): void {
  const url = new URL(window.location.href);
  if (query === '') url.searchParams.delete('logs');
  else url.searchParams.set('logs', query);
  if (view === 'list') url.searchParams.delete('view');
  else url.searchParams.set('view', view);
  window.history.replaceState(window.history.state, '', url);
}
