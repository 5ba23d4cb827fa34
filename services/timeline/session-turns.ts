/** Turns of a session as they are listed: summaries of traces, with what was asked and answered, which is read from their spans. */
import { type TurnText, turnText } from '../../core/agent-run/turn-text';
import type { SessionTurn, StoredTurn } from '../../core/api/session';
import type { StoreService } from '../../core/api/workers';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import type { TraceSummary } from '../../core/model/trace-summary';
import { decodeSpanBody } from '../../core/otlp/proto-to-json';

/** Turns whose text is kept: some screens of a session that is scrolled through. */
const MAX_KEPT = 2_000;
const NO_TEXT: TurnText = { asked: null, answered: null };

export class SessionTurns {
  /** By trace and its number of spans, the oldest first. */
  private readonly texts = new Map<string, TurnText>();

  constructor(private readonly store: Pick<StoreService, 'sessionTraces' | 'turnMessages'>) {}

  async turns(sessionId: string, from: number, to: number): Promise<SessionTurn[]> {
    const summaries = await this.store.sessionTraces(sessionId, from, to);
    const keyOf = ({ traceId, spanCount, changes }: Pick<TraceSummary, 'traceId' | 'spanCount' | 'changes'>): string =>
      `${traceId} ${spanCount} ${changes}`;
    const missing = summaries.filter((summary) => !this.texts.has(keyOf(summary)));
    if (missing.length > 0) {
      const stored = await this.store.turnMessages(missing.map(({ traceId }) => traceId));
      const byId = new Map(stored.map((turn) => [turn.traceId, turn]));
      for (const summary of missing) {
        const turn = byId.get(summary.traceId);
        this.texts.set(keyOf(summary), turn ? textOf(turn) : NO_TEXT);
      }
    }
    const turns = summaries.map((summary) => ({ ...summary, ...(this.texts.get(keyOf(summary)) ?? NO_TEXT) }));
    for (const [oldest] of this.texts) {
      if (this.texts.size <= MAX_KEPT) break;
      this.texts.delete(oldest);
    }
    return turns;
  }
}

function textOf({ spans }: StoredTurn): TurnText {
  const read = spans.map(({ isRoot, name, scope, message }) => {
    const body = decodeSpanBody(message);
    const { attributes, events } = body;
    return { isRoot, agent: readAgentSpan({ name: body.name ?? name, scope, attributes, events }) };
  });
  const root = read.find(({ isRoot }) => isRoot)?.agent ?? null;
  return turnText(
    root,
    read.flatMap(({ isRoot, agent }) => (isRoot || !agent ? [] : [agent])),
  );
}
