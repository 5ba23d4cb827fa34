/** Sessions and agents over all traces: which there are, what they took, what was said in each turn. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PriceBook } from '../../core/pricing/price-book';
import type { SampleSpan } from '../../core/samples/otlp-builder';
import { readAgents } from '../../core/store/figures/agents';
import { Sessions } from '../../core/store/figures/sessions';
import { StoreWriter } from '../../core/store/ingest/store-writer';
import { LogReader } from '../../core/store/logs/log-reader';
import { deleteTrace } from '../../core/store/pruning/trace-removal';
import { TraceReader } from '../../core/store/read/trace-reader';
import { readTurnMessages } from '../../core/store/read/turn-messages';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { deflateCodec } from '../../services/store/payload-codec';
import { SessionTurns } from '../../services/timeline/session-turns';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';
import { batchOf, T0, traceIdOf } from '../fixtures/traces';

const WORKSPACE = 1;
const book = new PriceBook([{ provider: 'openai', model: 'm', input: 10, output: 20 }]);
const SECOND = 1_000_000_000n;

describe.each([pgliteDatabases(), postgresDatabases()])('sessions on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let sessions: Sessions;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    sessions = new Sessions(sql, WORKSPACE, () => book);
  });
  afterEach(() => drop());

  const said = (role: string, text: string) => JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);

  /** A turn: an agent that calls a model, which says `answer`. */
  const turn = (trace: number, session: string | null, agent: string, more: Partial<SampleSpan> = {}): SampleSpan[] => {
    const startNs = T0 + BigInt(trace) * 10n * SECOND;
    const base = { traceId: traceIdOf(trace), service: `${agent}-service`, startNs, endNs: startNs + SECOND };
    const ofSession = session === null ? {} : { 'gen_ai.conversation.id': session };
    const root = {
      ...base,
      spanId: trace.toString(16).padStart(15, '0').concat('1'),
      name: `invoke_agent ${agent}`,
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent, ...ofSession },
      ...more,
    };
    const call = {
      ...base,
      spanId: trace.toString(16).padStart(15, '0').concat('2'),
      parentSpanId: root.spanId,
      name: 'chat m',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'm',
        'gen_ai.usage.input_tokens': 1_000,
        'gen_ai.usage.output_tokens': 100,
        'gen_ai.input.messages': said('user', `question ${trace}`),
        'gen_ai.output.messages': said('assistant', `answer ${trace}`),
      },
    };
    return [root, call];
  };
  const append = (...all: SampleSpan[]) => new StoreWriter(sql, WORKSPACE, deflateCodec).append([batchOf(all)]);

  it('are listed where their newest trace stands, a page at a time', async () => {
    // a: 1, 4; b: 2; c: 3, 5
    await append(
      ...turn(1, 'a', 'x'),
      ...turn(2, 'b', 'x'),
      ...turn(3, 'c', 'y'),
      ...turn(4, 'a', 'y'),
      ...turn(5, 'c', 'x'),
    );
    await append(...turn(6, null, 'x'));
    const first = await sessions.list({ limit: 2 });
    expect(first.data.map(({ sessionId, traceCount }) => [sessionId, traceCount])).toEqual([
      ['c', 2],
      ['a', 2],
    ]);
    expect(first.pagination.hasMore).toBe(true);
    const second = await sessions.list({ limit: 2, cursor: first.pagination.nextCursor ?? '' });
    expect(second.data.map(({ sessionId }) => sessionId)).toEqual(['b']);
    expect(second.pagination.hasMore).toBe(false);
    // Of its newest trace.
    expect((await sessions.list({ query: 'agent y' })).data.map(({ sessionId }) => sessionId)).toEqual(['a']);
  });

  it('are in a range that any of their traces overlaps', async () => {
    const lasting = (n: number, session: string, fromS: number, toS: number): SampleSpan => ({
      ...(turn(n, session, 'x')[0] as SampleSpan),
      startNs: T0 + BigInt(fromS) * 1_000_000_000n,
      endNs: T0 + BigInt(toS) * 1_000_000_000n,
    });
    // a: two traces far apart; b: one that lasts an hour; c: one before.
    await append(
      lasting(1, 'a', 0, 1),
      lasting(2, 'a', 9_000, 9_001),
      lasting(3, 'b', 100, 3_700),
      lasting(4, 'c', 50, 51),
    );
    const within = async (fromS: number | null, toS: number | null): Promise<string[]> => {
      const at = (s: number): string => String(T0 + BigInt(s) * 1_000_000_000n);
      const query = { ...(fromS === null ? {} : { from: at(fromS) }), ...(toS === null ? {} : { to: at(toS) }) };
      return (await sessions.list(query)).data.map(({ sessionId }) => sessionId);
    };
    expect(await within(null, null)).toEqual(['a', 'b', 'c']);
    expect(await within(null, 60)).toEqual(['a', 'c']);
    expect(await within(0, 10)).toEqual(['a']);
    expect(await within(2_000, 3_000)).toEqual(['b']);
    expect(await within(3_600, null)).toEqual(['a', 'b']);
    expect(await within(3_800, 8_000)).toEqual([]);
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    expect(await within(null, 60)).toEqual(['c']);
  });

  it('say what they took, and leave out what was deleted', async () => {
    await append(...turn(1, 'a', 'x'), ...turn(2, 'a', 'y', { error: 'Boom: no' }), ...turn(3, 'a', 'x'));
    expect(await sessions.summary('a')).toMatchObject({
      traceCount: 3,
      failedTraces: 1,
      tracesWithErrors: 1,
      spanCount: 6,
      startTime: expect.stringContaining('T'),
      busyNs: 3e9,
      agentNames: ['x', 'y'],
      services: ['x-service', 'y-service'],
      lastRootName: 'invoke_agent x',
      incomplete: false,
      inputTokens: 3_000,
      outputTokens: 300,
      costUsd: expect.closeTo((3_000 * 10 + 300 * 20) / 1e6, 10),
      costComplete: true,
    });
    await deleteTrace(sql, WORKSPACE, traceIdOf(2));
    expect(await sessions.summary('a')).toMatchObject({ traceCount: 2, tracesWithErrors: 0, agentNames: ['x'] });
    expect(await sessions.traceIds('a', 0, 10)).toEqual([traceIdOf(1), traceIdOf(3)]);
    await deleteTrace(sql, WORKSPACE, traceIdOf(1));
    await deleteTrace(sql, WORKSPACE, traceIdOf(3));
    await expect(sessions.summary('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await sessions.list({})).data).toEqual([]);
  });

  it('may have a name of any length and any characters', async () => {
    const name = `${'s%_\u0000'.repeat(5_000)}'--`;
    await append(...turn(1, name, 'x'), ...turn(2, name, 'x'));
    const [listed] = (await sessions.list({})).data;
    expect(listed?.traceCount).toBe(2);
    expect((await sessions.summary(name)).traceCount).toBe(2);
  });

  it('tell their turns with what was asked and answered', async () => {
    await append(...turn(1, 'a', 'x'), ...turn(2, 'a', 'x'));
    await append({ ...(turn(3, 'a', 'x')[0] as SampleSpan), attributes: { 'session.id': 'a' } });
    const reader = new TraceReader(sql, WORKSPACE, () => book);
    const turns = new SessionTurns({
      sessionTraces: async (id, from, to) => {
        const ids = await sessions.traceIds(id, from, to);
        const summaries = await reader.summaries(ids);
        return ids.flatMap((one) => summaries.get(one) ?? []);
      },
      turnMessages: (ids) => readTurnMessages(sql, deflateCodec, WORKSPACE, ids),
      listLogs: (query) => new LogReader(sql, WORKSPACE, deflateCodec).list(query),
    });
    const read = async (from: number, to: number) =>
      (await turns.turns('a', from, to)).map(({ traceId, asked, answered }) => [traceId, asked, answered]);
    expect(await read(0, 10)).toEqual([
      [traceIdOf(1), 'question 1', 'answer 1'],
      [traceIdOf(2), 'question 2', 'answer 2'],
      [traceIdOf(3), null, null],
    ]);
    expect(await read(1, 2)).toEqual([[traceIdOf(2), 'question 2', 'answer 2']]);
  });

  it('tell what was asked where an agent counts tokens around the call that was asked', async () => {
    const [agent, call] = turn(1, 'a', 'x');
    const counted = { ...agent?.attributes, 'gen_ai.usage.input_tokens': 1_000, 'gen_ai.usage.output_tokens': 100 };
    const root = { ...agent, spanId: 'ee'.repeat(8), name: 'POST /ask', attributes: { 'session.id': 'a' } };
    await append(
      root as SampleSpan,
      { ...agent, parentSpanId: root.spanId, attributes: counted } as SampleSpan,
      { ...call, name: 'chat first', startNs: T0 + 10n * SECOND + 1n, endNs: T0 + 10n * SECOND + 9n } as SampleSpan,
      { ...call, name: 'chat last', startNs: T0 + 10n * SECOND + 10n, spanId: 'dd'.repeat(8) } as SampleSpan,
    );
    const [stored] = await readTurnMessages(sql, deflateCodec, WORKSPACE, [traceIdOf(1)]);
    expect(stored?.spans.map(({ name, isRoot }) => [name, isRoot])).toEqual([
      ['POST /ask', true],
      ['invoke_agent x', false],
      ['chat first', false],
      ['chat last', false],
    ]);
  });

  it('agents have runs of their own, and calls also below others', async () => {
    const inner = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'n', 'gen_ai.agent.name': 'helper' };
    await append(...turn(1, 'a', 'x'), ...turn(2, 'b', 'x', { error: 'Boom: no' }));
    await append({
      traceId: traceIdOf(2),
      spanId: 'ab'.repeat(8),
      parentSpanId: '0000000000000021',
      service: 's',
      name: 'chat n',
      startNs: T0 + 21n * SECOND,
      endNs: T0 + 22n * SECOND,
      attributes: { ...inner, 'gen_ai.usage.input_tokens': 5 },
    });
    const { data: agents, named, total } = await readAgents(sql, WORKSPACE, book, {});
    expect([named, total]).toEqual([2, 2]);
    expect(
      agents.map(({ name, runs, runsWithErrors, sessions: of, calls }) => [name, runs, runsWithErrors, of, calls]),
    ).toEqual([
      ['x', 2, 1, 2, 2],
      ['helper', 0, 0, 0, 1],
    ]);
    expect(agents[0]).toMatchObject({ models: ['m'], inputTokens: 2_000, p50Ns: 1e9, costComplete: true });
    expect(agents[1]).toMatchObject({ models: ['n'], costUsd: null, costComplete: false, lastSeen: null, p50Ns: null });
    const from = (T0 + 15n * SECOND).toString();
    expect((await readAgents(sql, WORKSPACE, book, { from })).data.find(({ name }) => name === 'x')?.runs).toBe(1);
  });
});
