/** What an agent run was told, did and cost. */
import { z } from 'zod';
import type { Turn } from '../../../../core/agent-run/conversation';
import { SpoorError } from '../../../../core/model/errors';
import { formatCost, formatTokens, plural } from '../../../../core/model/format';
import { dollars, msOf } from '../figures';
import { pieceOf } from '../pieces';
import { bounded, quoted } from '../quoted';
import { tool } from '../tool';
import { TRACE, traceNamed } from '../trace-named';
import { saidIn, turnLine, wholeTurn } from '../turn-text';

const OVERHEAD_BYTES = 900;
const INSIGHTS = 3;

export const readConversation = tool({
  name: 'read_conversation',
  title: 'Read an agent run',
  description:
    'Reads the agent run in a trace as a conversation: each model call with what was new to it, its answer, its tools with arguments and results, tokens and cost, and what is remarkable about the run. turn: N reads one turn in full, piece by piece. For a session of several traces use read_session.',
  uses: ['listTraces', 'traceSummary', 'traceConversation', 'traceAgentRun'],
  input: { traceId: TRACE, turn: z.number().int().min(1).optional().describe('Only this one, in full') },
  facts: {
    traceId: z.string(),
    agent: z.string().nullable(),
    turns: z.number(),
    modelCalls: z.number(),
    failedTurns: z.number(),
    inputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    costUsd: z.number().nullable(),
    costComplete: z.boolean(),
    insights: z.array(z.string()),
  },
  item: {
    turn: z.number(),
    spanId: z.string(),
    kind: z.string(),
    model: z.string().optional(),
    durationMs: z.number().nullable(),
    costUsd: z.number().nullable().optional(),
    failed: z.boolean().optional(),
    said: z.string(),
  },
  async run(asked, { traceId: named, turn: wanted, cursor, maxBytes = 2_000 }, { answer, cursors }) {
    const traceId = await traceNamed(asked, named);
    const at = cursors.index(cursor);
    const [summary, { turns, complete }, { insights }] = await Promise.all([
      asked.api.traceSummary(traceId),
      asked.api.traceConversation(traceId),
      asked.api.traceAgentRun(traceId),
    ]);
    const models = turns.filter(({ kind }) => kind === 'model').length;
    const shownInsights = insights.slice(0, INSIGHTS);
    const cost = summary.costUsd ?? summary.reportedCostUsd;
    answer.say(
      `Run of ${summary.agentName === null ? 'an unnamed agent' : quoted(summary.agentName, 48)} in trace ${traceId}: ${plural(turns.length, 'turn')}, ${plural(models, 'model call')}, ${formatTokens(summary.inputTokens, summary.outputTokens)} tokens, ${formatCost(cost)}${summary.costComplete ? '' : ' without calls whose price is unknown'}`,
      {
        traceId,
        agent: summary.agentName === null ? null : bounded(summary.agentName, 48),
        turns: turns.length,
        modelCalls: models,
        failedTurns: turns.filter(({ failed }) => failed).length,
        inputTokens: summary.inputTokens,
        outputTokens: summary.outputTokens,
        costUsd: dollars(cost),
        costComplete: summary.costComplete,
        insights: shownInsights.map(({ title }) => bounded(title, 90)),
      },
    );
    const link = asked.links.trace(traceId);
    const partial = complete ? null : 'the run is too long to be read whole; these are its first turns.';
    if (turns.length === 0) {
      answer.say('No model or tool call is recorded in this trace.');
      return answer.end({ cursor: null, partial, link, next: 'outline_trace' });
    }
    if (wanted !== undefined) {
      const turn = turns[wanted - 1];
      if (!turn)
        throw new SpoorError('NOT_FOUND', `turn: this run has ${plural(turns.length, 'turn')}, counted from 1.`);
      const piece = pieceOf(wholeTurn(turn), at, maxBytes - OVERHEAD_BYTES);
      answer.add(`${turnLine(turn, wanted)}\n${piece.quoted}`, { ...itemOf(turn, wanted), said: piece.text });
      return answer.end({ cursor: piece.next === null ? null : cursors.at(piece.next), partial, link });
    }
    if (at === 0 && shownInsights.length > 0) {
      answer.say(
        `Remarkable: ${shownInsights.map(({ severity, title }) => `${severity} ${quoted(title, 90)}`).join('; ')}`,
      );
    }
    let next = at;
    for (; next < turns.length; next++) {
      const turn = turns[next] as Turn;
      const lines = saidIn(turn);
      const said = bounded(lines.map((line) => line.trim()).join('\n'), 420);
      if (!answer.add([turnLine(turn, next + 1), ...lines].join('\n'), { ...itemOf(turn, next + 1), said })) break;
    }
    return answer.end({ cursor: next < turns.length ? cursors.at(next) : null, partial, link });
  },
});

function itemOf(turn: Turn, number: number) {
  return {
    turn: number,
    spanId: turn.spanId,
    kind: turn.kind,
    ...(turn.model === null ? {} : { model: bounded(turn.model, 40) }),
    durationMs: msOf(turn.durationNs),
    ...(turn.kind === 'model' ? { costUsd: dollars(turn.costUsd ?? turn.reportedCostUsd) } : {}),
    ...(turn.failed ? { failed: true } : {}),
  };
}
