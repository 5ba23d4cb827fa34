/** Reads the agent run in a trace: which spans are of it was decided when they were stored; only those are read whole. */

import { type AgentGraph, agentGraphOf } from '../../core/agent-run/agent-graph';
import { type Conversation, conversationOf } from '../../core/agent-run/conversation';
import { type Insight, insightsOf } from '../../core/agent-run/insights';
import type { RunSpan } from '../../core/agent-run/run-span';
import { logsOfTrace } from '../../core/dialects/log-runs/logs-of-trace';
import { mayBeToldInLogs, ToldInLogs } from '../../core/dialects/log-runs/told-in-logs';
import { readAgentSpan } from '../../core/dialects/read-otlp-span';
import { spanIdFromInt8 } from '../../core/model/ids';
import { STATUS_ERROR } from '../../core/model/span-kind';
import { knownDuration } from '../../core/model/time';
import type { StoreService } from '../../core/operations/store-service';
import { decodeSpanBody } from '../../core/otlp/proto-to-json';
import type { TraceColumns } from '../../core/timeline/trace-columns';
import type { TraceModel } from '../../core/timeline/trace-model';
import type { OpenTrace } from './open-traces';

/** Spans of one request. */
const PAGE = 100;
/** Spans of agents that are read; more would not be looked through either. */
const MAX_SPANS = 20_000;
/** Parents that are looked through; they may go in a circle. */
const MAX_DEPTH = 100;

/** What is made of the spans of a run; they themselves are too large to be kept. */
export interface AgentRun {
  readonly conversation: Conversation;
  readonly graph: AgentGraph;
  readonly insights: readonly Insight[];
  readonly foldable: readonly string[];
  /** Whether some of it may stand in logs, of which more may come. */
  readonly isFromLogs: boolean;
}

export class AgentRuns {
  private readonly known = new WeakMap<object, Promise<AgentRun>>();

  constructor(private readonly store: Pick<StoreService, 'agentSpans' | 'spanMessages' | 'listLogs'>) {}

  /** Read once for each version of a trace. */
  run(traceId: string, { model }: OpenTrace): Promise<AgentRun> {
    let reading = this.known.get(model);
    if (!reading) {
      reading = this.read(traceId, model);
      this.known.set(model, reading);
      // Logs that come later do not make a new version of the trace.
      const forget = (): unknown => this.known.delete(model);
      reading.then((run) => run.isFromLogs && forget(), forget);
    }
    return reading;
  }

  private async read(traceId: string, model: TraceModel): Promise<AgentRun> {
    const { columns } = model.asSent;
    const known = await this.store.agentSpans(traceId);
    const rows = known ? rowsOf(known, model) : Array.from({ length: columns.length }, (_, row) => row);
    const startOf = (row: number): number => columns.startNs[row] as number;
    const wanted = rows.sort((a, b) => startOf(a) - startOf(b)).slice(0, MAX_SPANS);
    const all = await this.spans(traceId, columns, wanted);
    const run = await this.withLogs(
      traceId,
      [...all].map(([row, span]) => placed(span, row, all, model)),
    );
    return {
      conversation: conversationOf(run, rows.length <= MAX_SPANS),
      graph: agentGraphOf(run),
      insights: insightsOf(run),
      foldable: foldableOf(run, model),
      isFromLogs: run.some(({ agent }) => mayBeToldInLogs(agent)),
    };
  }

  /** With what the agent says in its logs alone. */
  private async withLogs(traceId: string, run: readonly RunSpan[]): Promise<readonly RunSpan[]> {
    if (!run.some(({ agent }) => mayBeToldInLogs(agent))) return run;
    const logs = await logsOfTrace(traceId, (query) => this.store.listLogs(query));
    const told = new ToldInLogs(logs);
    return run.map((span) => ({ ...span, agent: told.complete(span.spanId, span.agent) }));
  }

  /** Those that are of agents, by row. */
  private async spans(traceId: string, columns: TraceColumns, rows: readonly number[]): Promise<Map<number, RunSpan>> {
    const found = new Map<number, RunSpan>();
    for (let i = 0; i < rows.length; i += PAGE) {
      const page = rows.slice(i, i + PAGE);
      const byId = new Map(page.map((row) => [columns.spanId[row] as bigint, row]));
      for (const { spanId, scope, message, costUsd } of await this.store.spanMessages(traceId, [...byId.keys()])) {
        const row = byId.get(spanId) as number;
        const body = decodeSpanBody(message);
        const name = body.name ?? columns.operations[columns.operation[row] as number]?.name ?? '';
        const durationNs = knownDuration(columns.durationNs[row] as number);
        const startNs = BigInt(columns.originNs) + BigInt(Math.round(columns.startNs[row] as number));
        const { attributes, events } = body;
        const agent = readAgentSpan({ name, scope, attributes, events, timing: { startNs, durationNs } });
        if (!agent) continue;
        found.set(row, {
          spanId: spanIdFromInt8(BigInt.asIntN(64, spanId)),
          parentSpanId: null,
          name,
          startNs: columns.startNs[row] as number,
          durationNs,
          failed: columns.status[row] === STATUS_ERROR,
          costUsd,
          agent,
        });
      }
    }
    return found;
  }
}

/** Rows of spans that have arrived here, too. */
function rowsOf(spanIds: BigInt64Array, { ids }: TraceModel): number[] {
  return [...spanIds].map((id) => ids.find(BigInt.asUintN(64, id))).filter((row) => row >= 0);
}

/** Spans below which only others are: HTTP, SQL and the like. */
function foldableOf(run: readonly RunSpan[], { asSent, ids }: TraceModel): string[] {
  const holders = new Set(run.map(({ parentSpanId }) => parentSpanId));
  const { tree } = asSent;
  return run
    .filter(({ spanId }) => {
      const row = tree.rowOf[ids.find(BigInt(`0x${spanId}`))] as number;
      return !holders.has(spanId) && (tree.size[row] as number) > 1;
    })
    .map(({ spanId }) => spanId);
}

/** Below which span of the run it is, and whose: most calls do not say so, the nearest agent above is. */
function placed(span: RunSpan, row: number, all: ReadonlyMap<number, RunSpan>, { asSent, ids }: TraceModel): RunSpan {
  const { parentSpanId } = asSent.columns;
  let nearest: RunSpan | null = null;
  let { agentName } = span.agent;
  let at = row;
  for (let depth = 0; depth < MAX_DEPTH && (nearest === null || agentName === null); depth++) {
    const parent = parentSpanId[at] as bigint;
    const above = parent === 0n ? -1 : ids.find(parent);
    if (above < 0) break;
    const found = all.get(above);
    if (found) nearest ??= found;
    agentName ??= found?.agent.agentName ?? null;
    at = above;
  }
  return { ...span, parentSpanId: nearest?.spanId ?? null, agent: { ...span.agent, agentName } };
}
