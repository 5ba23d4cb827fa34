/** Gathers what spans say of agents while they are decoded. */
import { type AgentSpanKind, agentKindCode } from '../dialects/agent-span';
import type { SpanFacts } from '../dialects/span-facts';
import { type BatchCalls, CALL_COUNTS, type CallKind, type TraceFacts, writeCounts } from '../model/batch-calls';

interface MutableFacts {
  readonly trace: number;
  agentName: string | null;
  agentStartNs: bigint | null;
  sessionId: string | null;
  userId: string | null;
}

export class AgentColumns {
  private readonly rows: number[] = [];
  private readonly kindOf: number[] = [];
  private readonly responses: bigint[] = [];
  /** By row, as far as one is of an agent run. */
  private agentKind = new Uint8Array(0);
  private readonly kinds: CallKind[] = [];
  private readonly kindAt = new Map<string, number>();
  private lastKind = -1;
  private counts = new Float64Array(0);
  private readonly traces = new Map<number, MutableFacts>();

  add(row: number, trace: number, startNs: bigint, said: SpanFacts): void {
    const { kind, call, agentName, sessionId, userId, response } = said;
    if (kind !== null) this.setKind(row, kind);
    if (call) this.addCall(row, call, agentName, response);
    if (agentName === null && sessionId === null && userId === null) return;
    let facts = this.traces.get(trace);
    if (!facts) {
      facts = { trace, agentName: null, agentStartNs: null, sessionId: null, userId: null };
      this.traces.set(trace, facts);
    }
    facts.sessionId ??= sessionId;
    facts.userId ??= userId;
    if (agentName !== null && (facts.agentStartNs === null || startNs < facts.agentStartNs)) {
      facts.agentName = agentName;
      facts.agentStartNs = startNs;
    }
  }

  /** @param rows of the batch */
  finish(rows: number): { calls: BatchCalls; traceFacts: readonly TraceFacts[]; agentKind: Uint8Array } {
    const calls = {
      row: Uint32Array.from(this.rows),
      kind: Uint32Array.from(this.kindOf),
      counts: this.counts.slice(0, this.rows.length * CALL_COUNTS.length),
      response: BigInt64Array.from(this.responses),
      kinds: this.kinds,
    };
    const agentKind = new Uint8Array(this.agentKind.length > 0 ? rows : 0);
    agentKind.set(this.agentKind.subarray(0, rows));
    return { calls, traceFacts: [...this.traces.values()], agentKind };
  }

  private setKind(row: number, kind: AgentSpanKind): void {
    if (row >= this.agentKind.length) {
      const grown = new Uint8Array(Math.max(64, row * 2));
      grown.set(this.agentKind);
      this.agentKind = grown;
    }
    this.agentKind[row] = agentKindCode(kind);
  }

  private addCall(
    row: number,
    call: NonNullable<SpanFacts['call']>,
    agentName: string | null,
    response: bigint | null,
  ): void {
    const at = this.rows.push(row) - 1;
    this.responses.push(response ?? 0n);
    this.kindOf.push(this.kind(call, agentName));
    const from = at * CALL_COUNTS.length;
    if (from === this.counts.length) {
      const grown = new Float64Array(Math.max(64 * CALL_COUNTS.length, from * 2));
      grown.set(this.counts);
      this.counts = grown;
    }
    writeCounts(this.counts, from, call);
  }

  private kind({ provider, model, serviceTier }: NonNullable<SpanFacts['call']>, agentName: string | null): number {
    const last = this.kinds[this.lastKind];
    // Most calls are like the one before; the texts are the same objects then.
    const isLast =
      last?.model === model &&
      last.provider === provider &&
      last.serviceTier === serviceTier &&
      last.agentName === agentName;
    if (isLast) return this.lastKind;
    // No text of these is empty.
    const key = `${provider ?? ''}\0${model ?? ''}\0${serviceTier ?? ''}\0${agentName ?? ''}`;
    let kind = this.kindAt.get(key);
    if (kind === undefined) {
      kind = this.kinds.push({ provider, model, serviceTier, agentName }) - 1;
      this.kindAt.set(key, kind);
    }
    this.lastKind = kind;
    return kind;
  }
}
