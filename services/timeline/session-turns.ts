/**
 * Turns of a session as they are listed: summaries of traces, with what was asked and answered, which is read from their spans, and
 * from their log records where an instrumentation tells it there.
 */
import { type TurnText, turnText } from '../../core/agent-run/turn-text';
import type { SessionTurn, StoredTurn } from '../../core/api/session';
import type { AgentSpan } from '../../core/dialects/agent-span';
import { logsOfTrace } from '../../core/dialects/log-runs/logs-of-trace';
import { mayBeToldInLogs, ToldInLogs } from '../../core/dialects/log-runs/told-in-logs';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import type { TraceSummary } from '../../core/model/trace-summary';
import type { StoreService } from '../../core/operations/store-service';
import { decodeSpanBody } from '../../core/otlp/proto-to-json';

/** Turns whose text is kept: some screens of a session that is scrolled through. */
const MAX_KEPT = 2_000;
const NO_TEXT: TurnText = { asked: null, answered: null };

export class SessionTurns {
  /** By trace and its number of spans, the oldest first. */
  private readonly texts = new Map<string, TurnText>();

  constructor(private readonly store: Pick<StoreService, 'sessionTraces' | 'turnMessages' | 'listLogs'>) {}

  async turns(sessionId: string, from: number, to: number): Promise<SessionTurn[]> {
    const summaries = await this.store.sessionTraces(sessionId, from, to);
    const keyOf = ({ traceId, spanCount, changes }: Pick<TraceSummary, 'traceId' | 'spanCount' | 'changes'>): string =>
      `${traceId} ${spanCount} ${changes}`;
    const missing = summaries.filter((summary) => !this.texts.has(keyOf(summary)));
    const inLogs = new Map<string, TurnText>();
    if (missing.length > 0) {
      const stored = await this.store.turnMessages(missing.map(({ traceId }) => traceId));
      const byId = new Map(stored.map((turn) => [turn.traceId, turn]));
      for (const summary of missing) {
        const turn = byId.get(summary.traceId);
        const told = turn ? await this.textOf(turn) : { text: NO_TEXT, isFromLogs: false };
        // Logs that come later do not make a new version of the trace.
        if (told.isFromLogs) inLogs.set(summary.traceId, told.text);
        else this.texts.set(keyOf(summary), told.text);
      }
    }
    const turns = summaries.map((summary) => ({
      ...summary,
      ...(this.texts.get(keyOf(summary)) ?? inLogs.get(summary.traceId) ?? NO_TEXT),
    }));
    for (const [oldest] of this.texts) {
      if (this.texts.size <= MAX_KEPT) break;
      this.texts.delete(oldest);
    }
    return turns;
  }

  private async textOf({ traceId, spans }: StoredTurn): Promise<{ text: TurnText; isFromLogs: boolean }> {
    const read = spans.map(({ spanId, isRoot, name, scope, message }) => {
      const body = decodeSpanBody(message);
      const { attributes, events } = body;
      return { spanId, isRoot, agent: readAgentSpan({ name: body.name ?? name, scope, attributes, events }) };
    });
    const text = textOf(read);
    const isWhole = text.asked !== null && text.answered !== null;
    if (isWhole || !read.some(({ agent }) => agent && mayBeToldInLogs(agent))) return { text, isFromLogs: false };
    const told = new ToldInLogs(await logsOfTrace(traceId, (query) => this.store.listLogs(query)));
    const complete = read.map(({ agent, ...span }) => ({
      ...span,
      agent: agent && told.complete(span.spanId, agent),
    }));
    return { text: textOf(complete), isFromLogs: true };
  }
}

function textOf(spans: readonly { readonly isRoot: boolean; readonly agent: AgentSpan | null }[]): TurnText {
  const root = spans.find(({ isRoot }) => isRoot)?.agent ?? null;
  return turnText(
    root,
    spans.flatMap(({ isRoot, agent }) => (isRoot || !agent ? [] : [agent])),
  );
}
