/** Sessions: several traces that belong together, each a turn. */
import { z } from 'zod';
import type { SessionSummary } from '../../../../core/api/session';
import { formatCost, formatDuration, formatTokens, plural } from '../../../../core/model/format';
import { dollars, msOf, shortTime } from '../figures';
import { addPage } from '../paged-list';
import { bounded, quoted } from '../quoted';
import { RANGE, rangeOf } from '../range';
import { tool } from '../tool';

const SESSION_BYTES = 330;
const OVERHEAD_BYTES = 520;
const TURNS = 20;

export const listSessions = tool({
  name: 'list_sessions',
  title: 'List sessions',
  description:
    'Sessions (conversations, threads) of agents by their newest trace, with turns, failures, tokens and cost. query finds a part of the id, of an agent or of a root span.',
  uses: ['listSessions'],
  input: { query: z.string().max(500).optional(), ...RANGE },
  item: {
    sessionId: z.string(),
    traces: z.number(),
    failed: z.number().optional(),
    lastRoot: z.string(),
    agents: z.array(z.string()),
    end: z.string(),
    costUsd: z.number().nullable(),
  },
  async run(asked, { query, from, to, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const limit = Math.max(1, Math.min(50, Math.floor((maxBytes - OVERHEAD_BYTES) / SESSION_BYTES)));
    const request = { query, ...rangeOf({ from, to }), limit, cursor: cursors.place(cursor) };
    const first = await asked.api.listSessions(request);
    if (first.data.length === 0) answer.say('No session matches.');
    const page = await addPage(answer, first, sessionTold, (limit) => asked.api.listSessions({ ...request, limit }));
    const { nextCursor } = page.pagination;
    return answer.end({
      cursor: nextCursor === null ? null : cursors.at(nextCursor),
      link: asked.links.screen('sessions'),
      ...(first.data.length > 0 ? { next: 'read_session' } : {}),
    });
  },
});

function sessionTold(one: SessionSummary): [line: string, item: object] {
  const agents = one.agentNames.slice(0, 2);
  const failed =
    one.failedTraces > 0
      ? `, ${one.failedTraces} failed`
      : one.tracesWithErrors > 0
        ? `, ${one.tracesWithErrors} with errors`
        : '';
  const line = `- ${quoted(one.sessionId, 80)} ${plural(one.traceCount, 'trace')}${failed}, last ${quoted(one.lastRootName, 48)} until ${shortTime(one.endTime)}, busy ${formatDuration(one.busyNs)}, ${formatTokens(one.inputTokens, one.outputTokens)} tokens ${formatCost(one.costUsd ?? one.reportedCostUsd)}${agents.length > 0 ? `, agents ${agents.map((name) => quoted(name, 28)).join(', ')}` : ''}`;
  return [
    line,
    {
      sessionId: bounded(one.sessionId, 100),
      traces: one.traceCount,
      ...(one.failedTraces > 0 ? { failed: one.failedTraces } : {}),
      lastRoot: bounded(one.lastRootName, 40),
      agents: agents.map((name) => bounded(name, 24)),
      end: shortTime(one.endTime),
      costUsd: dollars(one.costUsd ?? one.reportedCostUsd),
    },
  ];
}

export const readSession = tool({
  name: 'read_session',
  title: 'Read a session',
  description:
    'Reads a session turn by turn, oldest first: what was asked, what was answered, how long it took and what it cost. read_conversation reads one turn by its trace id.',
  uses: ['getSession', 'sessionTurns'],
  input: { sessionId: z.string().min(1).max(10_000) },
  facts: {
    sessionId: z.string(),
    traces: z.number(),
    failed: z.number(),
    costUsd: z.number().nullable(),
    costComplete: z.boolean(),
  },
  item: {
    turn: z.number(),
    traceId: z.string(),
    durationMs: z.number().nullable(),
    errors: z.number().optional(),
    asked: z.string().nullable(),
    answered: z.string().nullable(),
    costUsd: z.number().nullable(),
  },
  async run(asked, { sessionId, cursor }, { answer, cursors }) {
    const at = cursors.index(cursor);
    const session = await asked.api.getSession(sessionId);
    const turns = await asked.api.sessionTurns(sessionId, at, at + TURNS);
    const cost = session.costUsd ?? session.reportedCostUsd;
    answer.say(
      `Session ${quoted(sessionId, 100)}: ${plural(session.traceCount, 'trace')}, ${session.failedTraces} failed, ${session.tracesWithErrors} with errors, ${formatTokens(session.inputTokens, session.outputTokens)} tokens, ${formatCost(cost)}${session.costComplete ? '' : ' without calls whose price is unknown'}`,
      {
        sessionId: bounded(sessionId, 120),
        traces: session.traceCount,
        failed: session.failedTraces,
        costUsd: dollars(cost),
        costComplete: session.costComplete,
      },
    );
    let told = 0;
    for (const turn of turns) {
      const number = at + told + 1;
      const said = (text: string | null): string => (text === null ? 'not recorded' : quoted(text, 220));
      const errors = turn.errorCount > 0 ? `, ${plural(turn.errorCount, 'error')}` : '';
      const line = `#${number} trace ${turn.traceId} ${formatDuration(turn.durationNs)}${errors}, ${formatCost(turn.costUsd ?? turn.reportedCostUsd)}\n  asked ${said(turn.asked)}\n  answered ${said(turn.answered)}`;
      const item = {
        turn: number,
        traceId: turn.traceId,
        durationMs: msOf(turn.durationNs),
        ...(turn.errorCount > 0 ? { errors: turn.errorCount } : {}),
        asked: turn.asked === null ? null : bounded(turn.asked, 180),
        answered: turn.answered === null ? null : bounded(turn.answered, 180),
        costUsd: dollars(turn.costUsd ?? turn.reportedCostUsd),
      };
      if (!answer.add(line, item)) break;
      told++;
    }
    const next = at + told;
    return answer.end({
      cursor: next < session.traceCount && turns.length > 0 ? cursors.at(next) : null,
      link: asked.links.session(sessionId),
    });
  },
});
