/** Several copies of the server on one database, behind what a load balancer does: each request goes to the next copy. */
import { startTeamServer } from '../fixtures/team-server';
import { BATCH_SPANS, loadBatch } from './load';
import { makeWorkspaces } from './server-workspaces';

const WORKSPACES = 4;
/** At once, for each workspace. */
const SENDERS = 2;
const BATCHES = 400;
/** Until then threads start, writers read what is stored, and code is compiled. */
const WARM_UP_S = 2;

export interface CopiesFigure {
  readonly rate: number;
  /** Spans of the workspace that got least, to those of the one that got most. */
  readonly fairness: number;
}

/** @param url of an empty database */
export async function measureCopies(url: string, count: number, seconds: number): Promise<CopiesFigure> {
  const first = await startTeamServer(url);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startTeamServer(url)));
  const copies = [first, ...others];
  const keys = await makeWorkspaces(url, WORKSPACES);
  const batches = Array.from({ length: BATCHES }, (_, n) => loadBatch(n));
  const sent = keys.map(() => 0);
  let turn = 0;
  const send = async (workspace: number, batch: number): Promise<void> => {
    const copy = copies[turn++ % copies.length];
    const response = await fetch(`${copy?.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${keys[workspace]}` },
      body: batches[batch] as Uint8Array<ArrayBuffer>,
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`a copy answered ${response.status}`);
  };
  // Who writes which workspace is settled by the first requests.
  for (let workspace = 0; workspace < WORKSPACES; workspace++) await send(workspace, 0);
  const next = keys.map(() => 1);
  const startedAt = performance.now() + WARM_UP_S * 1_000;
  const sender = async (workspace: number): Promise<void> => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const batch = next[workspace] as number;
      if (batch === BATCHES) return;
      next[workspace] = batch + 1;
      await send(workspace, batch);
      if (performance.now() > startedAt) sent[workspace] = (sent[workspace] as number) + BATCH_SPANS;
    }
  };
  await Promise.all(keys.flatMap((_, workspace) => Array.from({ length: SENDERS }, () => sender(workspace))));
  const elapsed = (performance.now() - startedAt) / 1_000;
  await Promise.all(copies.map((copy) => copy.stop()));
  const total = sent.reduce((sum, spans) => sum + spans, 0);
  return { rate: total / elapsed, fairness: Math.min(...sent) / Math.max(...sent) };
}
