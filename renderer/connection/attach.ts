import type * as Comlink from 'comlink';

/** What a transport calls with each endpoint it opens; `closed` resolves when that one is gone. */
export type Attach = (endpoint: Comlink.Endpoint, closed: Promise<void>) => void;
