/** Addresses of screens, which people open in their window or browser. They hold no token. */
export class Links {
  /** @param base of the pages, such as http://127.0.0.1:4380 */
  constructor(private readonly base: () => string) {}

  trace(traceId: string, spanId?: string | null): string {
    return `${this.base()}/#/trace/${traceId}${spanId ? `/${spanId}` : ''}`;
  }

  compare(a: string, b: string): string {
    return `${this.base()}/#/compare/${a}/${b}`;
  }

  session(sessionId: string): string {
    const address = encodeURIComponent(sessionId);
    return address.length <= 160 ? `${this.base()}/#/session/${address}` : this.screen('sessions');
  }

  search(query: string): string {
    const address = `?${new URLSearchParams({ q: query })}`;
    return query !== '' && address.length <= 160 ? `${this.base()}/${address}#/traces` : this.screen('traces');
  }

  screen(name: string): string {
    return `${this.base()}/#/${name}`;
  }
}
