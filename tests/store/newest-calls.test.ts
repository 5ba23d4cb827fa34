/** Of more calls than can be counted while somebody waits the newest are, and the answer says since when. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rfc3339FromNs } from '../../core/model/time';
import { PriceBook } from '../../core/pricing/price-book';
import { readAgents, readAllAgents } from '../../core/store/figures/agents';
import { readUsage } from '../../core/store/figures/usage-metrics';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const BOOK = new PriceBook([]);
const CALLS = 3_000;
const MS = 1_000_000n;
const startOf = (n: number): bigint => T0 + BigInt(n) * MS;

describe.each([pgliteDatabases(), postgresDatabases()])('calls beyond what is counted on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    const writer = new StoreWriter(sql, WORKSPACE, deflateCodec);
    const spans = Array.from({ length: CALLS }, (_, n) => ({
      traceId: traceIdOf(n + 1),
      spanId: (n + 1).toString(16).padStart(16, '0'),
      service: 'agent',
      name: 'chat m',
      startNs: startOf(n),
      endNs: startOf(n) + 1_000n,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': `model ${n % 3}`,
        'gen_ai.agent.name': `agent ${n % 2}`,
        'gen_ai.usage.input_tokens': 1,
      },
    }));
    for (let i = 0; i < CALLS; i += 1_000) await writer.append([batchOf(spans.slice(i, i + 1_000))]);
  });
  afterEach(() => drop());

  it('of a range are left out from its beginning', async () => {
    const most = { ofFew: 1_000, ofMany: 1_000 };
    const callsIn = (groups: readonly { readonly calls: number }[]) =>
      groups.reduce((all, { calls }) => all + calls, 0);
    const usage = await readUsage(sql, WORKSPACE, BOOK, {}, most);
    const since = Math.round(Number(CALLS - callsIn(usage.groups)));
    expect(since).toBeGreaterThanOrEqual(CALLS - 1_010);
    expect(since).toBeLessThanOrEqual(CALLS - 990);
    expect(usage).toMatchObject({ countedSince: rfc3339FromNs(startOf(since)), from: rfc3339FromNs(startOf(since)) });
    const agents = await readAllAgents(sql, WORKSPACE, BOOK, {}, 500, most);
    expect(callsIn(agents.agents)).toBe(agents.agents.reduce((all, { runs }) => all + runs, 0));
    expect(callsIn(agents.agents)).toBeGreaterThanOrEqual(490);
    expect(callsIn(agents.agents)).toBeLessThanOrEqual(510);
    expect(agents.countedSince).toBe(rfc3339FromNs(startOf(CALLS - callsIn(agents.agents))));
    // A shorter range is counted whole, and so is all where it is not too much.
    const range = { from: String(startOf(100)), to: String(startOf(1_000)) };
    const shorter = await readUsage(sql, WORKSPACE, BOOK, range, most);
    expect([callsIn(shorter.groups), shorter.countedSince]).toEqual([900, undefined]);
    const whole = await readUsage(sql, WORKSPACE, BOOK, {});
    expect([callsIn(whole.groups), whole.countedSince]).toEqual([CALLS, undefined]);
    expect(await readAgents(sql, WORKSPACE, BOOK, {})).not.toHaveProperty('countedSince');
  });
});
