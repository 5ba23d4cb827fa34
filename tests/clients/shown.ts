/** What Spoor shows over its public API of all that was sent. */
import type { AgentGraph } from '../../core/agent-run/agent-graph';
import type { Conversation, Turn } from '../../core/agent-run/conversation';
import type { RunningSpoor } from '../fixtures/spoor';

export interface Shown {
  /** Of each trace, by start. */
  readonly conversations: readonly (readonly Turn[])[];
  readonly graphs: readonly AgentGraph[];
  readonly usage: readonly UsageGroup[];
  readonly sessions: readonly { readonly sessionId: string; readonly inputTokens: number | null }[];
  readonly users: readonly string[];
  readonly agents: readonly string[];
  readonly traces: readonly TraceRow[];
}

interface UsageGroup {
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
}

interface TraceRow {
  readonly traceId: string;
  readonly startTime: string;
  readonly rootName: string;
  readonly inputTokens: number | null;
}

interface Page<T> {
  readonly data: readonly T[];
}

export async function readShown(spoor: RunningSpoor): Promise<Shown> {
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await spoor.get<T>(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const traces = [...(await get<Page<TraceRow>>('/v1/traces?limit=100')).data].reverse();
  const conversations: (readonly Turn[])[] = [];
  const graphs: AgentGraph[] = [];
  for (const { traceId } of traces) {
    conversations.push((await get<Conversation>(`/v1/traces/${traceId}/conversation`)).turns);
    graphs.push((await get<{ graph: AgentGraph }>(`/v1/traces/${traceId}/agent-run`)).graph);
  }
  const { groups } = await get<{ groups: UsageGroup[] }>('/v1/metrics/usage?by=model');
  const sessions = (await get<Page<Shown['sessions'][number]>>('/v1/sessions')).data;
  const agents = (await get<Page<{ name: string | null }>>('/v1/agents')).data.flatMap(({ name }) => name ?? []);
  const users = conversations.flat().flatMap(({ userId }) => userId ?? []);
  return { conversations, graphs, usage: groups, sessions, users, agents, traces };
}

/** Every span as it was sent: to look at where something differs. */
export async function readSpans(spoor: RunningSpoor, { traces }: Shown): Promise<unknown[]> {
  const spans: unknown[] = [];
  for (const { traceId } of traces) {
    const { body } = await spoor.get<{ spans: readonly { spanId: string }[] }>(`/v1/traces/${traceId}`);
    for (const { spanId } of body.spans) spans.push((await spoor.get(`/v1/traces/${traceId}/spans/${spanId}`)).body);
  }
  return spans;
}
