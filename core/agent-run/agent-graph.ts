/** Who called whom in an agent run: agents, the tools and models that they use, and to whom they hand over. */
import { eachCallOnce } from './one-call';
import { byStart, type RunSpan } from './run-span';
import { countingAgents } from './told-by-agents';

export interface AgentGraph {
  /** The one that the run begins with first. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  /** Kind and name; unique. */
  readonly id: string;
  readonly kind: 'agent' | 'tool' | 'model';
  readonly name: string;
  readonly calls: number;
  readonly errors: number;
  /** Of all calls together, as far as it is known, nanoseconds; null: of none. */
  readonly totalNs: number | null;
  /** Of an agent: of the models that it calls itself. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; null: nobody knows. */
  readonly costUsd: number | null;
  /** False: of some calls nobody knows. */
  readonly costComplete: boolean;
  /** 16 hex digits; the first failed one, else the first. */
  readonly spanId: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'call' | 'handoff';
  readonly calls: number;
  readonly errors: number;
  /** As of a node. */
  readonly totalNs: number | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Tools by which one agent hands over to another, as frameworks name them, if an agent of that name is there: money is transferred, too. */
const HANDOFF = /^(?:transfer|hand_?off|delegate)_?(?:work_)?to_(.+)$/i;
/** Of a run of which no agent has a name. */
const UNNAMED = 'agent';

type Key = readonly [kind: GraphNode['kind'], name: string];

/** @param spans in any order */
export function agentGraphOf(spans: readonly RunSpan[]): AgentGraph {
  const ordered = eachCallOnce([...spans].sort(byStart));
  const graph = new GraphBuilder(ordered);
  for (const span of ordered) graph.add(span);
  return graph.build();
}

class GraphBuilder {
  private readonly nodes = new Map<string, Mutable<GraphNode>>();
  private readonly edges = new Map<string, Mutable<GraphEdge>>();
  private readonly byId: ReadonlyMap<string, RunSpan>;
  private readonly agentNames: ReadonlySet<string>;
  private readonly counting: ReadonlySet<string>;

  constructor(spans: readonly RunSpan[]) {
    this.byId = new Map(spans.map((span) => [span.spanId, span]));
    this.counting = countingAgents(spans);
    this.agentNames = new Set(spans.flatMap(({ agent }) => agent.agentName ?? []));
  }

  add(span: RunSpan): void {
    const key = keyOf(span);
    if (key === null) return;
    const caller = this.callerOf(span);
    const to = this.handoffOf(span);
    if (to !== null && caller !== null) {
      this.connect(this.node(caller, span), this.node(['agent', to], span), 'handoff', span);
      return;
    }
    if (this.counting.has(span.spanId)) addTokens(this.node(key, span), span);
    // Client and server of one call of a tool, or steps of an agent that are told as agents of its name, are one.
    if (caller !== null && idOf(caller) === idOf(key)) return;
    const node = this.node(key, span);
    node.calls++;
    if (span.failed) {
      if (node.errors === 0) node.spanId = span.spanId;
      node.errors++;
    }
    addDuration(node, span);
    const from = caller === null ? null : this.node(caller, span);
    if (from) this.connect(from, node, 'call', span);
    if (key[0] !== 'model') return;
    for (const taking of from ? [node, from] : [node]) addTokens(taking, span);
  }

  build(): AgentGraph {
    return { nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }

  /** The tool or agent that the span is work of; null: the run begins with it. */
  private callerOf(span: RunSpan): Key | null {
    const seen = new Set<string>([span.spanId]);
    for (let at = this.above(span); at && !seen.has(at.spanId); at = this.above(at)) {
      seen.add(at.spanId);
      const key = keyOf(at);
      if (key === null || key[0] === 'model') continue;
      // A call may say whose it is.
      const isOther = key[0] === 'agent' && span.agent.kind !== 'agent' && span.agent.agentName !== null;
      return isOther ? ['agent', span.agent.agentName as string] : key;
    }
    return span.agent.kind === 'agent' ? null : ['agent', span.agent.agentName ?? UNNAMED];
  }

  private above({ parentSpanId }: RunSpan): RunSpan | undefined {
    return parentSpanId === null ? undefined : this.byId.get(parentSpanId);
  }

  private handoffOf({ agent }: RunSpan): string | null {
    const named = agent.kind === 'tool' ? HANDOFF.exec(agent.tool?.name ?? '')?.[1] : undefined;
    if (named === undefined) return null;
    const plain = (name: string): string =>
      name
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, '')
        .replace(/agent$/, '');
    return [...this.agentNames].find((name) => plain(name) === plain(named)) ?? null;
  }

  private node(key: Key, { spanId }: RunSpan): Mutable<GraphNode> {
    const id = idOf(key);
    let node = this.nodes.get(id);
    if (!node) {
      const [kind, name] = key;
      node = { id, kind, name, spanId, ...NOTHING };
      this.nodes.set(id, node);
    }
    return node;
  }

  private connect(from: GraphNode, to: GraphNode, kind: GraphEdge['kind'], span: RunSpan): void {
    const id = JSON.stringify([from.id, to.id, kind]);
    const edge = this.edges.get(id) ?? { from: from.id, to: to.id, kind, calls: 0, errors: 0, totalNs: null };
    this.edges.set(id, edge);
    edge.calls++;
    if (span.failed) edge.errors++;
    addDuration(edge, span);
  }
}

const NOTHING = {
  calls: 0,
  errors: 0,
  totalNs: null,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: null,
  costComplete: true,
} as const;

function idOf([kind, name]: Key): string {
  return `${kind} ${name}`;
}

/** Null: it is no agent, tool or model, but something around them. */
function keyOf({ agent, name }: RunSpan): Key | null {
  switch (agent.kind) {
    case 'agent':
      return ['agent', agent.agentName ?? name];
    case 'tool':
      return ['tool', agent.tool?.name ?? name];
    case 'model':
    case 'embedding':
      return ['model', agent.responseModel ?? agent.requestModel ?? name];
    default:
      return null;
  }
}

function addDuration(to: { totalNs: number | null }, { durationNs }: RunSpan): void {
  if (durationNs !== null) to.totalNs = (to.totalNs ?? 0) + durationNs;
}

function addTokens(node: Mutable<GraphNode>, { agent, costUsd, failed }: RunSpan): void {
  const { input, output } = agent.usage;
  node.inputTokens += input ?? 0;
  node.outputTokens += output ?? 0;
  if (costUsd !== null) node.costUsd = (node.costUsd ?? 0) + costUsd;
  else if (input !== null || output !== null || !failed) node.costComplete = false;
}
